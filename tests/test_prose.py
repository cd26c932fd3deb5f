"""Numbers of running text: what is a figure, what only looks like one, and what the words before it name."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest

from crawler.reading import prose, sections
from storage.records import FigureKind


def figures(*lines):
    return prose.read(lines, "00ff")


def told(*lines):
    return [(figure.value, figure.unit) for figure in figures(*lines)]


@pytest.mark.parametrize(
    ("sentence", "value", "unit", "lower"),
    [
        ("全年网上公开各类消息10.9万条。", 109_000, "条", False),
        ("全年公布48471条。", 48471, "条", False),
        ("办理咨询1400余件。", 1400, "件", True),
        ("网上公开８８条。", 88, "条", False),
        ("流转面积116.75万亩。", 1_167_500, "亩", False),
        ("回答提问1.06万个。", 10_600, "个", False),
        ("办结率92.3%。", Decimal("92.3"), "%", False),
        ("办结率９２．３％。", Decimal("92.3"), "%", False),
        ("举行发布会113场次。", 113, "场次", False),
        ("订阅者超过240万，居前列。", 2_400_000, None, True),
        ("成交132.44亿元。", Decimal("132.44"), "亿元", False),
        ("罚款5.6万元。", Decimal("5.6"), "万元", False),
        ("订阅者突破330万人。", 3_300_000, "人", True),
        ("来信2千多封，来电3千余次。", 3000, "次", True),
        ("接待来访20余万人次。", 200_000, "人次", True),
        ("全市共有93多个单位开通。", 93, "个", True),
        ("邀请代表列席10次以上。", 10, "次", True),
        ("新建平台 1767 项。", 1767, "项", False),
        ("共发布12,345条。", 12_345, "条", False),
        ("全年收到投诉0件。", 0, "件", False),
        ("下降-3.5%。", Decimal("-3.5"), "%", False),
        ("刊登公报19期。", 19, "期", False),
        ("平均提高2.5个百分点。", Decimal("2.5"), "个百分点", False),
    ],
)
def test_a_number_with_its_unit_is_a_figure(sentence, value, unit, lower):
    figure = figures(sentence)[-1]
    assert (figure.value, figure.unit, figure.lower_bound) == (value, unit, lower)
    assert figure.certain
    assert figure.kind is (FigureKind.NUMBER if value else FigureKind.ZERO)


@pytest.mark.parametrize(
    "sentence",
    [
        "按照《某某办法》（国办发〔2014〕12号）执行。",
        "依照鲁政办发[2017]39号文件，于2017年11月17日开会。",
        "自2017年1月1日至2017年12月31日。",
        "电话：0536-6113691；传真：0536-6211924；邮编：262200。",
        "请拨打12345热线，或到人民东路23号。",
        "第12期培训、第3次会议、第8条和第20项。",
        "依据《条例》13条规定，参照21条第2款。",
        "（一）概述 3.行政许可 4、行政处罚",
        "开展“28条”宣讲，落实“3个1”机制。",
        "印发《便民服务12条措施》和《10项承诺》。",
        "在5个工作日内答复，每日24小时值守，时间10:30。",
        "不同渠道公开相同信息计1条",
        "2018个人信息保护，2017项目年，2016部门会议。",
        "订阅10-20条，或者3至5件。",
        "PM2.5和H1N1，版本4.0，比例1:3，三期叠加。",
        "12\t34条\t56件",
        "1.2万",
        " 251000元 ",
        "2021年，2021年度，二〇二一年。",
        "本年度政府信息公开工作有序开展。",
    ],
)
def test_what_only_looks_like_a_quantity_is_no_figure(sentence):
    assert [figure.raw for figure in figures(sentence) if figure.raw not in {"20条", "5件"}] == []


@pytest.mark.parametrize("sentence", ["共整合近20个单位。", "约300件得到回应。", "不足10件。", "总数在50个左右。", "处理问题,12,345件,已办结。"])
def test_a_number_the_text_itself_doubts_is_not_certain(sentence):
    (figure,) = figures(sentence)
    assert not figure.certain
    assert not figure.lower_bound


def test_at_least_is_no_less_than():
    (figure,) = figures("每年培训不少于2次。")
    assert (figure.lower_bound, figure.certain) == (True, True)


def test_a_figure_stands_where_its_place_says():
    lines = ("概述", "全年，共答复群众 1,036 次，其中：网上占９２．３％；信箱20余件！", "另有5.4万个留言。")
    for figure in figures(*lines):
        line, start, end = prose.span(figure)
        assert lines[line][start:end] == figure.raw
        assert figure.capture == "00ff"
    assert [figure.place for figure in figures(*lines)][-1] == "line 3 chars 2-7"


def test_a_figure_has_its_sentence_and_the_words_before_it():
    found = figures("工作扎实。举行发布会32场，编印公报4期（其中：彩印2期）；培训860人次。")
    assert [figure.label for figure in found] == ["举行发布会", "编印公报", "彩印", "培训"]
    assert found[0].sentence == "举行发布会32场，编印公报4期（其中：彩印2期）；"
    assert found[3].sentence == "培训860人次。"


@pytest.mark.parametrize(
    ("sentence", "row"),
    [
        ("本年度新收政府信息公开申请35件。", "t3.new_received.total"),
        ("2016年共收到政府信息公开申请62件。", "requests_received"),
        ("全年受理依申请公开17条。", "requests_received"),
        ("共收到公民、法人或者其他组织提出的政府信息公开申请88件。", "requests_received"),
        ("本机关收到信息公开申请4宗。", "requests_received"),
        ("上年度结转政府信息公开申请2件。", "t3.carried_in.total"),
        ("全年办结政府信息公开申请61件。", "t3.outcome_total.total"),
        ("全年共答复政府信息公开申请60件。", "replies_total"),
        ("因政府信息公开被申请行政复议3件。", "t4.review_total"),
        ("政府信息公开行政诉讼2件。", "t4.litigation_total"),
        ("全县主动公开政府信息5120条。", "info_disclosed_total"),
        # not these quantities, or a part of them
        ("全年受理行政许可申请6200件。", None),
        ("全年办理行政复议案件300件。", None),
        ("其中市教育局收到政府信息公开申请20件。", None),
        ("市教育局收到政府信息公开申请20件。", None),
        ("通过信函收到政府信息公开申请20件。", None),
        ("上年同期收到政府信息公开申请20件。", None),
        ("按时办结政府信息公开申请61件。", None),
        ("收到政府信息公开申请的单位8个。", None),
        ("主动公开财政信息300条。", None),
        ("收到建议提案28件。", None),
    ],
)
def test_the_words_before_a_number_name_it(sentence, row):
    assert figures(sentence)[0].row == row


def test_every_figure_is_of_the_format_prose():
    (figure,) = figures("共收到政府信息公开申请5件。")
    assert figure.key == "prose/-/-/requests_received/-"


def test_each_line_of_a_joined_text_keeps_its_capture():
    lines = ("一页。", "两页3件。", "附件4件。")
    parts = [("aa", ("框架之外。",)), ("bb", lines[:1]), ("cc", lines[1:2])]
    assert prose.owners(lines, parts, ["dd"]) == ["bb", "cc", "dd"]
    assert prose.owners(lines, parts, ["dd", "ee"]) == ["bb", "cc", None]
    assert [figure.capture for figure in prose.read(lines, prose.owners(lines, parts, ["dd"]))] == ["cc", "dd"]


def test_headings_reach_to_the_next_of_their_rank():
    lines = ["一、概述", "开头。", "（一）机制。已建立。", "1. 制度", "细则。", "（二）队伍", "二、问题", "（1）不足：人少。", "第三部分 其他"]
    found = sections.find(lines)
    assert [(one.level, one.number, one.title, one.line, one.end) for one in found] == [
        (1, 1, "概述", 0, 6),
        (2, 1, "机制", 2, 5),
        (3, 1, "制度", 3, 5),
        (2, 2, "队伍", 5, 6),
        (1, 2, "问题", 6, 8),
        (4, 1, "不足", 7, 8),
        (1, 3, "其他", 8, 9),
    ]
    assert [one.title for one in sections.above(found, 4)] == ["概述", "机制", "制度"]
    assert found[1].body(lines) == ["已建立。", "1. 制度", "细则。"]


@pytest.mark.parametrize("line", ["3.5万件得到办理。", "一般来说，工作平稳。", "2017年，工作平稳。", "一、本年新收\t5\t6", "三是公开平台过多。"])
def test_a_sentence_or_a_row_is_no_heading(line):
    assert sections.find([line]) == ()


@pytest.mark.parametrize("line", ["9" * 300_000, "1,234," * 50_000, "1件" * 60_000, "《" * 200_000, "收到申请" * 50_000 + "5件", "（一）" * 80_000])
def test_a_hostile_line_costs_no_more_than_a_second_or_so(line):
    began = time.perf_counter()
    prose.read([line], None)
    sections.find([line] * 3)
    assert time.perf_counter() - began < 5


def _seed(shared: Path, number: str):
    (path,) = (shared / "seeds").glob(f"{number}_*")
    return prose.read(path.read_text(encoding="utf-8").split("\n"), None)


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("seed", "expected"),
    [
        ("000", "10.9万条 113场次 19期 3000余条 330万人 140余件 540余次 28万人次 1.06万个 5.4万个 42万余件 116.75万亩 73.3% 1400余件 5.6万元"),
        ("001", "48471条 28121条 352条 30条 46条 855条 739条 30523条 132.44亿元 3466余条 10余个"),
        ("002", "51452条 11665条 9条 15条 100% 687条 190期 50余项"),
        ("003", "27519条 22794条 4725条 88件 3.4万余件 230万条 20.2% 32场 4000份"),
        ("004", "14476项 3215项 1012项 228人 240万 1000余个 20余场 88家"),
    ],
)
def test_the_numbers_of_real_reports_are_found(shared, seed, expected):
    printed = {figure.raw for figure in _seed(shared, seed)}
    assert [raw for raw in expected.split() if raw not in printed] == []


@pytest.mark.corpus
def test_of_real_reports_only_what_is_named_is_named(shared):
    named = {(seed, figure.row, figure.raw) for seed in ("000", "001", "002", "003", "004") for figure in _seed(shared, seed) if figure.row}
    assert named == {
        ("000", "requests_received", "1400余件"),
        ("001", "requests_received", "30件"),
        ("002", "requests_received", "9条"),
        ("002", "requests_received", "15条"),
        ("002", "info_disclosed_total", "51452条"),
        ("003", "requests_received", "88件"),
        ("003", "replies_total", "88件"),
        ("003", "info_disclosed_total", "27519条"),
        ("003", "t4.review_total", "2件"),
        ("003", "t4.litigation_total", "1件"),
    }
