"""What a report's text contradicts, and all that only looks like a contradiction: a finding against an organ must be true."""

from __future__ import annotations

import random
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from crawler.reading import consistency, periods, prose, read
from storage.records import Blame, Capture, DocumentType, Figure, FigureKind, FindingLevel

STATUTORY = DocumentType.STATUTORY_ANNUAL_REPORT


def check(*lines, cells=(), year=2016, type=STATUTORY, **facts):
    return consistency.check(lines, (*cells, *prose.read(lines, None)), type=type, year=year, **facts)


def rules(*lines, **facts):
    return [finding.rule for finding in check(*lines, **facts)]


def cell(row, value, *, scope=None, table="s14_statistics", column="value", form="gbf_2014_32", certain=True):
    kind = FigureKind.BLANK if value is None else FigureKind.NUMBER if value else FigureKind.ZERO
    number = None if value is None else Decimal(value)
    return Figure(
        format=form, scope=scope, table=table, row=row, column=column, label=row, raw="" if value is None else str(value), kind=kind, value=number,
        place=f"table 1 {row}", certain=certain,
    )  # fmt: skip


def t3(row, value, column="total", **more):
    return cell(row, value, table="t3_requests", column=column, form="gbgkbh_2021_30", **more)


def t4(column, value):
    return cell("cases", value, table="t4_review_litigation", column=column, form="gbgkbh_2021_30")


# --- text against text -------------------------------------------------------------------------------------------------------------------


def test_two_numbers_for_all_requests_of_the_year_contradict_each_other():
    one, two = "完善了流程。今年受理依申请公开9条，均已回复。", "本年度共收到依申请公开政府信息15条，按期答复。"
    (finding,) = check("一、概述", one, "二、依申请公开情况", two)
    assert (finding.rule, finding.level, finding.blame, finding.assessable, finding.holds) == ("XT-2", "error", "source", True, False)
    assert finding.quotes == ("今年受理依申请公开9条，均已回复。", two)
    assert finding.places == ("line 2 chars 15-17", "line 4 chars 15-18")
    assert (finding.left, finding.right) == (9, 15)


@pytest.mark.parametrize("type", list(DocumentType))
def test_every_kind_of_document_is_held_against_itself(type):
    assert rules("全年共收到政府信息公开申请30件。", "本年共收到政府信息公开申请31件。", type=type) == ["XT-2"]


RECEIVED = "全年共收到政府信息公开申请30件。"


@pytest.mark.parametrize(
    "other",
    [
        "全年共收到政府信息公开申请30件。",
        # another organ's
        "市教育局收到政府信息公开申请12件。",
        "市教育局高度重视，专人负责。全年共收到政府信息公开申请12件。",
        "市级部门共收到政府信息公开申请12件。",
        "各镇街共收到政府信息公开申请12件。",
        "市政府办公室共收到政府信息公开申请12件。",
        "全市共收到政府信息公开申请120件。",
        "市本级共收到政府信息公开申请12件。",
        "我市共收到政府信息公开申请120件。",
        # another time's
        "上年共收到政府信息公开申请12件。",
        "2015年共收到政府信息公开申请12件。",
        "2008年以来，累计收到政府信息公开申请312件。",
        "累计收到政府信息公开申请312件。",
        "截至目前，共收到政府信息公开申请29件。",
        "上半年共收到政府信息公开申请12件。",
        "1月至6月共收到政府信息公开申请12件。",
        "第三季度收到政府信息公开申请12件。",
        "近五年共收到政府信息公开申请312件。",
        "回顾2015年工作，成效明显。全年共收到政府信息公开申请12件。",
        # a part of them
        "其中，收到政府信息公开申请12件。",
        "通过信函收到政府信息公开申请12件。",
        "网上共收到政府信息公开申请12件。",
        "收到自然人政府信息公开申请12件。",
        "收到涉及征地的政府信息公开申请12件。",
        "收到重复的政府信息公开申请12件。",
        "平均每月收到政府信息公开申请2件。",
        "共收到政府信息公开申请（含上年结转2件）32件。",
        # not so many
        "共收到政府信息公开申请32件（含上年结转2件）。",
        "共收到政府信息公开申请12件（其中市本级4件）。",
        "共收到政府信息公开申请近30件。",
        "共收到政府信息公开申请20余件。",
        # not these
        "全年受理行政许可申请6200件。",
        "收到政府信息公开申请的单位有12个。",
        "3.收到政府信息公开申请 12 件",  # a row of a flattened table
        # a part of them: whatever stands in the clause beside the words of the quantity may narrow it down
        "收到有效政府信息公开申请12件。",
        "收到征地拆迁政府信息公开申请12件。",
        "热线收到政府信息公开申请12件。",
        "我县人社系统收到政府信息公开申请12件。",
        "处理群众反映未及时收到政府信息公开申请12件。",
        "收到政府信息公开申请12件（剔除重复）。",
        "共收到政府信息公开申请30件，日均收到政府信息公开申请2件。",
        # another time
        "三年来，共收到政府信息公开申请120件。",
        "新条例施行后，共收到政府信息公开申请12件。",
        "疫情期间，收到政府信息公开申请12件。",
        "年初至今收到政府信息公开申请12件。",
        "二〇一五年收到政府信息公开申请12件。",
        "15年收到政府信息公开申请12件。",
        "力争明年收到政府信息公开申请12件。",
    ],
)
def test_what_is_not_the_same_quantity_contradicts_nothing(other):
    assert rules("一、概述", RECEIVED, "二、情况", other) == []
    assert rules("一、概述", other, "二、情况", RECEIVED) == []


@pytest.mark.parametrize(
    "heading",
    ["（一）市教育局", "（一）各部门情况", "（一）2015年情况", "（一）历年累计情况", "（一）全市情况", "（一）市本级情况", "（一）2017年工作打算"],
)
def test_a_heading_says_whose_numbers_stand_under_it(heading):
    assert rules("一、概述", RECEIVED, "二、情况", heading, "共收到政府信息公开申请12件。") == []


@pytest.mark.parametrize(
    "other",
    [
        "政务微信主动公开政府信息500条。",
        "在门户网站主动公开政府信息3000条。",
        "公报主动公开政府信息30条。",
        "新增主动公开政府信息2110条。",
        "截至2016年底，共主动公开政府信息25928条。",
        "截至2016年12月31日，共主动公开政府信息25928条。",
        "至2016年末，共主动公开政府信息25928条。",
        "重点领域主动公开政府信息900条。",
    ],
)
def test_one_channel_or_all_years_are_not_what_the_year_disclosed(other):
    lines = ("一、概述", "全年共主动公开政府信息5120条。", "二、情况")
    assert rules(*lines, "全年共主动公开政府信息5210条。") == ["XT-2"]
    assert rules(*lines, other) == []
    assert rules(*lines[:1], other, cells=[cell("info_disclosed_total", 5120)]) == []


def test_numbers_of_one_paragraph_were_meant_to_differ():
    assert rules("共收到政府信息公开申请30件，受理政府信息公开申请12件。") == []


def test_received_and_accepted_may_differ_where_some_were_refused():
    lines = ("共收到政府信息公开申请30件。", "受理政府信息公开申请28件。")
    assert rules(*lines) == ["XT-2"]
    assert rules(*lines, "不予受理的均已说明理由。") == []


def test_a_line_cut_inside_a_sentence_is_read_with_the_line_before_it():
    assert rules(RECEIVED, "工作平稳有序，与此相比，上年同期各渠道共", "收到政府信息公开申请12件。") == []


def test_without_a_year_nothing_is_taken_for_the_whole_year():
    assert rules(RECEIVED, "共收到政府信息公开申请31件。", year=None) == []


def test_the_organs_own_name_makes_a_number_no_one_elses():
    lines = ("诸城市教育局报告。共收到政府信息公开申请30件。", "诸城市教育局报告。共收到政府信息公开申请31件。")
    assert rules(*lines) == []
    assert rules(*lines, issuer="诸城市教育局") == ["XT-2"]


# --- text against table -----------------------------------------------------------------------------------------------------------------


def test_the_text_contradicts_its_table():
    (finding,) = check(RECEIVED, cells=[cell("requests_received", 31)])
    assert (finding.rule, finding.blame, finding.left, finding.right) == ("XT-1", Blame.SOURCE, 30, 31)
    assert finding.quotes == (RECEIVED, "requests_received：31")
    assert finding.places == ("line 1 chars 13-16", "table 1 requests_received")


def test_a_rounded_number_and_the_full_one_do_not_contradict_each_other():
    assert rules("全年共收到政府信息公开申请5609件。", "本年共收到政府信息公开申请0.56万件。") == []
    assert rules("全年共收到政府信息公开申请5609件。", "本年共收到政府信息公开申请0.66万件。") == ["XT-2"]
    assert rules("共收到申请1.2万件，其中网上0.5万件，占47%。") == []


def test_of_the_tables_of_two_organs_no_share_is_computed():
    one, other = [[t3("new_received", 100), t3("outcome_granted", granted)] for granted in (10, 50)]
    assert rules("予以公开占比10%。", cells=one) == rules("予以公开占比10%。", cells=[*one, *other]) == []
    assert rules("予以公开占比10%。", cells=other) == ["XT-3"]


def test_a_cell_read_without_certainty_accuses_nobody():
    (finding,) = check(RECEIVED, cells=[cell("requests_received", 31, certain=False)])
    assert finding.blame is Blame.READER


@pytest.mark.parametrize(
    ("sentence", "cells"),
    [
        (RECEIVED, [cell("requests_received", 30)]),
        (RECEIVED, [cell("requests_received", None)]),
        (RECEIVED, [cell("requests_online", 12)]),
        (RECEIVED, [cell("requests_received", 30), cell("requests_received", 31)]),
        # the whole area's number is not the city's own
        ("全市共收到政府信息公开申请88件。", [cell("requests_received", 60, scope="市本级"), cell("requests_received", 88, scope="本行政区域")]),
        ("市本级共收到政府信息公开申请60件。", [cell("requests_received", 60, scope="市本级"), cell("requests_received", 88, scope="本行政区域")]),
        ("共收到政府信息公开申请88件。", [cell("requests_received", 60, scope="市本级"), cell("requests_received", 88, scope="本行政区域")]),
        ("市教育局收到政府信息公开申请12件。", [cell("requests_received", 30)]),
        ("2015年收到政府信息公开申请12件。", [cell("requests_received", 30)]),
        ("累计主动公开政府信息51452条。", [cell("info_disclosed_total", 9000)]),
        # since 2019: with what was carried in, or as closed
        ("共收到政府信息公开申请35件。", [t3("new_received", 30), t3("carried_in", 5)]),
        ("共收到政府信息公开申请33件。", [t3("new_received", 30), t3("carried_in", 5), t3("outcome_total", 33)]),
        ("共答复政府信息公开申请28件。", [t3("new_received", 30), t3("carried_in", 5), t3("outcome_total", 33)]),
        ("政府信息公开行政诉讼3件。", [t4("litigation_direct_total", 1), t4("litigation_after_review_total", 2)]),
        ("政府信息公开行政诉讼1件。", [t4("litigation_direct_total", 1), t4("litigation_after_review_total", 2)]),
        ("政府信息公开行政诉讼审结2件。", [t4("litigation_direct_total", 1), t4("litigation_after_review_total", 3)]),
        ("全年办理行政复议案件320件。", [t4("review_total", 2)]),
        ("上年结转行政复议1件。", [t3("carried_in", 5)]),
        ("尚有未办结政府信息公开申请3件。", [t3("new_received", 30), t3("carried_in", 5), t3("outcome_total", 33)]),
        ("提前办结政府信息公开申请3件。", [t3("new_received", 30), t3("carried_in", 5), t3("outcome_total", 33)]),
        # 10.9万 is a rounded number: it may stand for 109123
        ("共收到政府信息公开申请0.56万件。", [cell("requests_received", 5609)]),
        ("主动公开政府信息10.9万条。", [cell("info_disclosed_total", 109123)]),
        ("主动公开政府信息1.3千条。", [cell("info_disclosed_total", 1290)]),
        ("政府信息公开行政复议1件（申请人撤回）、行政诉讼0件。", [t4("review_total", 0)]),
    ],
)
def test_text_and_table_that_agree_or_speak_of_different_things(sentence, cells):
    assert rules("一、概述", sentence, cells=cells) == []


@pytest.mark.parametrize(
    ("sentence", "cells"),
    [
        ("全市共收到政府信息公开申请88件。", [cell("requests_received", 88, scope="市本级"), cell("requests_received", 98, scope="本行政区域")]),
        ("共收到政府信息公开申请87件。", [cell("requests_received", 60, scope="市本级"), cell("requests_received", 88, scope="本行政区域")]),
        ("主动公开政府信息10.9万条。", [cell("info_disclosed_total", 119123)]),
        ("本年度新收政府信息公开申请35件。", [t3("new_received", 30), t3("carried_in", 5), t3("outcome_total", 35)]),
        ("上年结转政府信息公开申请3件。", [t3("new_received", 30), t3("carried_in", 5)]),
        ("共办结政府信息公开申请30件。", [t3("new_received", 30), t3("carried_in", 5), t3("outcome_total", 33)]),
        ("因政府信息公开被提起行政复议3件。", [t4("review_total", 2), t4("review_pending", 1)]),
    ],
)
def test_text_and_table_that_disagree(sentence, cells):
    assert rules("一、概述", sentence, cells=cells) == ["XT-1"]


def test_a_city_that_speaks_of_all_and_a_table_that_names_no_scope_cannot_be_compared():
    (finding,) = check("全市共收到政府信息公开申请88件。", cells=[t3("new_received", 60), t3("carried_in", 5)])
    assert (finding.rule, finding.assessable, finding.holds, finding.level, finding.blame) == ("XT-1", False, None, FindingLevel.INFO, Blame.READER)


def test_only_statutory_reports_are_held_against_tables_and_dates():
    facts = {"cells": [cell("requests_received", 31)], "published": date(2017, 3, 1), "signed": date(2017, 3, 9), "type": DocumentType.WORK_SUMMARY}
    assert rules(RECEIVED, "数据的统计期限自2015年1月1日至2015年12月31日。", "2017年3月9日", **facts) == []


# --- percentages ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        "共收到申请88件，其中网上45件，占19%，信函34件，占38.6%。",
        "共收到申请88件，其中网上45件，占比为60%。",
        "全年共答复80件。其中，同意公开20件，占35%。",
        "收到申请120件，比上年增加20件，增长35%。",
        "收到申请80件，较去年减少20件，下降40%。",
    ],
)
def test_a_percentage_that_its_numbers_do_not_make(sentence):
    (finding,) = check(sentence, type=DocumentType.BRIEFING)
    assert (finding.rule, finding.level, finding.blame) == ("XT-3", "warn", "source")


@pytest.mark.parametrize(
    "sentence",
    [
        "共收到申请88件，其中网上45件，占51%，信函34件，占39%，当面9件，占10%。",
        "共答复88件，其中已公开18件，占20.2%；同意21件，占23.9%；不存在25件，占28.5%。",  # nudged so that the shares sum to 100
        "共受理事项1767项，已上网781项，占44.2%；查询类191项，已上网140项，占73.3%。",
        "共收到申请88件，网上40件、信函4件，占50%。",  # of both together
        "共收到申请88件，办结80件，其中同意40件，占50%。",  # of those closed
        "共收到申请88件，占全省申请量的12%。",
        "共收到申请88件，占12%。",
        "共收到申请88件，占年度计划的120%。",
        "共收到申请约90件，其中网上45件，占51%。",
        "共收到申请90余件，其中网上45件，占30%。",
        "共发布88条，办结45件，占30%。",
        "共办理提案100件。工作有序。收到申请20件，占30%。",
        "收到申请120件，比上年增加20件，增长20%。",
        "收到申请120件，比上年增加20件，增长16.7%。",
        "收到申请120件，同比增长35%。",
        "收到申请120件，办结118件，办结率100%。",
        "收到申请120件，满意度98%。",
        "2016年公开率90%，占比提高。",
    ],
)
def test_a_percentage_that_some_reading_explains(sentence):
    assert rules(sentence) == []


@pytest.mark.parametrize("digits", [0, 1, 2])
def test_a_share_rightly_rounded_is_never_doubted_and_a_wrong_one_always(digits):
    chance = random.Random(digits)
    for _ in range(300):
        part, rest = chance.randint(1, 900), chance.randint(1, 900)
        whole = part + rest + chance.randint(0, 50)
        share = round(100 * part / whole, digits)
        sentence = f"全年共收到申请{whole}件，其中网上{part}件，占{share:g}%，信函{rest}件。"
        assert rules(sentence) == []
        wrong = share + chance.choice([3, 7, 12])
        explained = {100 * one / base for one in (part, whole) for base in (part, whole, part + whole)} | {100 * (part + whole) / whole}
        if all(abs(wrong - other) > 1.1 for other in explained):
            assert rules(sentence.replace(f"占{share:g}%", f"占{wrong:g}%")) == ["XT-3"]


def test_shares_are_computed_again_from_the_table():
    cells = [t3("new_received", 40), t3("carried_in", 0), t3("outcome_granted", 25), t3("outcome_total", 40)]
    assert rules("予以公开占62.5%。", cells=cells) == []
    (finding,) = check("予以公开占26.5%。", cells=cells)
    assert (finding.rule, finding.left, finding.right) == ("XT-3", Decimal("26.5"), Decimal("62.5"))
    assert rules("上年予以公开占26.5%。", "全市予以公开占26.5%。", "2015年，予以公开占26.5%。", cells=cells) == []
    closed = [cell("requests_closed_on_time", 60), cell("requests_closed", 80), cell("requests_received", 80)]
    assert rules("按时办结率100%。", cells=closed) == ["XT-3"]
    assert rules("按时办结率75%。", cells=closed) == []


# --- dates and periods ------------------------------------------------------------------------------------------------------------------


def test_a_page_older_than_the_date_under_its_text():
    facts = {"published": date(2015, 3, 13), "signed": date(2015, 3, 30), "evidence": {"published": "label 发布日期: 2015-03-13"}}
    (finding,) = check("一、概述", "工作平稳。", "2015年3月30日", year=2014, **facts)
    assert (finding.rule, finding.quotes) == ("XD-1", ("label 发布日期: 2015-03-13", "2015年3月30日"))
    assert finding.places == ("page head", "line 3")


@pytest.mark.parametrize("published", [None, date(2015, 3, 30), date(2015, 4, 2), date(2020, 10, 19)])
def test_a_page_as_old_as_its_text_or_younger(published):
    assert rules("一、概述", "工作平稳。", "2015年3月30日", year=2014, published=published, signed=date(2015, 3, 30)) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "本报告所列数据的统计期限自2016年1月1日起至2016年11月30日止。",
        "本报告的统计期限为2015年1月1日至2015年12月31日。",
        "本报告统计数据从2016年1月1日至2016年10月31日止。",
        "本报告数据统计时间：2016年2月1日—2016年12月31日。",
        "报告中所列数据自2016年1月1日至12月30日。",
    ],
)
def test_a_period_that_is_not_the_year_of_the_report(sentence):
    (finding,) = check(sentence)
    assert (finding.rule, finding.level, finding.blame) == ("XE-1", "error", "source")
    line, start, end = prose.span(Figure(format="prose", label="", raw="", kind=FigureKind.TEXT, place=finding.places[0]))
    assert (line, sentence[start:end]) == (0, finding.quotes[0])


@pytest.mark.parametrize(
    "sentence",
    [
        "本报告所列数据的统计期限自2016年1月1日起至2016年12月31日止。",
        "本报告所列数据的统计期限自2016年1月1日起，至12月31日止。",
        "本报告数据统计期限为２０１６年１月１日至同年１２月３１日。",
        "培训时间自2016年3月1日至2016年3月5日。",
        "信访统计时间为2016年1月1日至2016年6月30日。",
        "本报告所列数据的统计期限自20161月1日起至2016年12月31日止。",
        "本报告所列数据的统计期限自2016年1月1日至2016年2月30日止。",
        "本报告的统计期限为2016年度。",
    ],
)
def test_a_calendar_year_or_no_statement_about_it(sentence):
    assert rules(sentence) == []


def test_the_first_reports_began_when_the_regulation_came_into_force():
    assert rules("本报告的统计期限为2008年5月1日至2008年12月31日。", year=2008) == []


def test_two_periods_in_one_report_state_none():
    assert periods.find(["本报告统计期限为2016年1月1日至2016年6月30日。", "本报告统计期限为2016年7月1日至2016年12月31日。"]) is None


# --- sections and tables of the format --------------------------------------------------------------------------------------------------

TITLES = (
    "一、总体情况", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况", "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况", "六、其他需要报告的事项",
)  # fmt: skip
TABLES = (cell("regulations", 0, table="t2_art20_1", column="issued", form="gbgkbh_2021_30"), t3("new_received", 1), t4("review_total", 0))


def report(*titles, words="工作平稳。"):
    return [line for title in titles for line in (title, words)]


def test_a_report_of_six_sections_lacks_nothing():
    assert rules(*report(*TITLES), cells=TABLES, year=2022, whole=True) == []
    assert rules(*report(*TITLES[:5]), "六、其他需要报告的事项", "无。", cells=TABLES, year=2022, whole=True) == []
    other_words = ("一、概述", "二、主动公开情况", "三、依申请公开办理情况", "四、复议诉讼情况", "五、主要问题和改进措施", "六、其他事项")
    assert rules(*report(*other_words), cells=TABLES, year=2022, whole=True) == []


def test_a_missing_last_section_is_the_organs_when_the_body_is_whole():
    (finding,) = check(*report(*TITLES[:5]), cells=TABLES, year=2022, whole=True)
    assert (finding.rule, finding.where, finding.blame, finding.assessable) == ("XS-1", TITLES[5], Blame.SOURCE, True)
    (finding,) = check(*report(*TITLES[:5]), cells=TABLES, year=2022, whole=False)
    assert (finding.blame, finding.assessable, finding.holds) == (Blame.READER, False, None)


def test_a_gap_in_the_counting_may_be_our_own():
    (finding,) = check(*report(*TITLES[:2], *TITLES[3:]), cells=TABLES, year=2022, whole=True)
    assert (finding.where, finding.blame) == (TITLES[2], Blame.READER)


def test_a_section_under_another_title_is_not_called_missing():
    assert rules(*report(*TITLES[:4], "五、下一步打算", TITLES[5]), cells=TABLES, year=2022, whole=True) == []


@pytest.mark.parametrize("words", ["无", "无。", "暂无。", ""])
def test_a_section_that_says_nothing(words):
    lines = [*report(*TITLES[:4]), TITLES[4], words, TITLES[5], "无。"]
    (finding,) = check(*lines, cells=TABLES, year=2022, whole=True)
    assert (finding.rule, finding.where, finding.blame) == ("XS-1", TITLES[4], Blame.SOURCE)


def test_a_missing_table_is_the_organs_only_where_nothing_can_be_lost():
    (finding,) = check(*report(*TITLES), cells=TABLES[:2], year=2022, whole=True)
    assert (finding.rule, finding.where, finding.blame) == ("XS-1", "四、政府信息公开行政复议、行政诉讼情况", Blame.SOURCE)
    (finding,) = check(*report(*TITLES), cells=TABLES[:2], year=2022)
    assert finding.blame is Blame.READER
    lines = [*report(*TITLES[:3]), TITLES[3], "结果维持", "0", *report(*TITLES[4:])]
    (finding,) = check(*lines, cells=TABLES[:2], year=2022, whole=True)
    assert finding.blame is Blame.READER  # a table is there, and we did not read it


def test_reports_before_2019_and_texts_of_another_layout_owe_no_sections():
    assert rules(*report(*TITLES[:5]), year=2018, whole=True) == []
    assert rules(*report("一、基本情况", "二、主要做法", "三、下步打算"), year=2022, whole=True) == []
    assert rules(*report(*TITLES[:5]), year=2022, type=DocumentType.WORK_SUMMARY, whole=True) == []


# --- from the page ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "全年共收到政府信息公开申请5件，占5%，" * 30_000,
        "共收到申请100件，网上5件，占9%，" * 30_000,
        "统计期限自2016年1月1日" * 30_000,
        "《甲》印发5件，" * 50_000,
        "行政复议信息公开" * 50_000 + "5件",
    ],
)
def test_a_hostile_line_costs_seconds_at_most(line):
    began = time.perf_counter()
    check(line)
    assert time.perf_counter() - began < 5


PAGE = """<html><head><meta charset="utf-8"><title>望江县民政局2022年政府信息公开工作年度报告</title></head><body>
<h1>望江县民政局2022年政府信息公开工作年度报告</h1><div>发布日期：2023-01-12</div>
<div id="zoom"><p>依照条例编制本报告，所列数据的统计期限自2022年1月1日起至2022年12月31日止。</p>
<p>一、总体情况</p><p>我局全年共收到政府信息公开申请5件，均已按期答复。</p>
<p>二、主动公开政府信息情况</p><p>主动公开政府信息376条，没有制发规范性文件，也没有收费项目。</p>
<p>三、收到和处理政府信息公开申请情况</p><p>本年度共收到政府信息公开申请6件，上一年没有遗留。</p>%s
<p>四、政府信息公开行政复议、行政诉讼情况</p><p>没有发生。</p>
<p>五、存在的主要问题及改进情况</p><p>人手不足，正在充实。</p>
<p>2023年1月20日</p></div>%s</body></html>"""


def read_page(html):
    url = "http://www.wangjiang.gov.cn/nb/t1.html"
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    fetched = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
    return read(Capture(url=url, status=200, headers=headers, body=html.encode(), fetched_at=fetched), second_opinion=False)


def test_a_page_tells_what_it_lacks_and_contradicts():
    found = read_page(PAGE % ("", ""))
    assert sorted((finding.rule, finding.blame.value) for finding in found.findings) == [
        ("XD-1", "source"), ("XS-1", "source"), ("XS-1", "source"), ("XS-1", "source"), ("XS-1", "source"), ("XT-2", "source"),
    ]  # fmt: skip
    told = [figure for figure in found.figures if figure.format == "prose"]
    assert [(figure.raw, figure.row) for figure in told] == [
        ("5件", "requests_received"), ("376条", "info_disclosed_total"), ("6件", "requests_received"),
    ]  # fmt: skip
    lines = found.text.split("\n")
    for figure in told:
        line, start, end = prose.span(figure)
        assert lines[line][start:end] == figure.raw


@pytest.mark.parametrize(
    ("inside", "after"),
    [
        ('<p><img src="t3.png"></p>', ""),
        ('<iframe src="table.html"></iframe>', ""),
        ("", "<div>上一页 1 2 下一页</div>"),
        ("", "<script>createPageHTML(3, 0, 't1', 'html');</script>"),
        ('<p>附件：<a href="nb.pdf">2022年年报统计表.pdf</a></p>', ""),
    ],
)
def test_what_may_stand_where_we_do_not_read_is_not_missing(inside, after):
    found = read_page(PAGE % (inside, after))
    missing = [finding for finding in found.findings if finding.rule == "XS-1"]
    assert missing
    assert {finding.blame for finding in missing} == {Blame.READER}
