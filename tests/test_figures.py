"""Figures of real pages, and tables that are odd, huge or not ours."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crawler.errors import CrawlError
from crawler.reading import arithmetic, figures, read
from storage.records import Blame, Capture, Cell, Figure, FigureKind, Grid, Reading
from tests.gold.figures import REPORTS, tables
from tests.gold.figures.shapes import html, page, titled
from tests.gold.reading import page as captured

ZHUCHENG = "003_654c45f73d778c46.txt"
KIRO = "KIROGOVCOMPARE--hangzhou_style_2025_tables.html"
WANZAI = "job--万载县2022年国民经济和社会发展统计公报___万载县人民政府.html"


def reading(path: Path) -> Reading:
    return read(Capture(url=path.as_uri(), status=200, body=path.read_bytes(), fetched_at=datetime(2026, 1, 20, tzinfo=UTC)), second_opinion=False)


def of_tables(found: Reading) -> list[Figure]:
    return [figure for figure in found.figures if figure.table is not None]


def values(found: Reading) -> dict[str, Decimal | None]:
    return {figure.key: figure.value for figure in of_tables(found)}


# --- the corpus -----------------------------------------------------------------------------------------------------------------------------


@pytest.mark.corpus
def test_both_flattened_tables_of_zhucheng_are_read_whole(shared: Path) -> None:
    found = reading(shared / "seeds" / ZHUCHENG)
    assert Counter(figure.scope for figure in of_tables(found)) == {"市本级": 75, "本行政区域": 78}
    assert all(figure.certain and figure.row is not None and figure.value is not None for figure in of_tables(found))
    cells = values(found)
    own, whole = "gbf_2014_32/市本级/s14_statistics", "gbf_2014_32/本行政区域/s14_statistics"
    assert cells[f"{own}/info_disclosed_total/value"] == 22794
    assert cells[f"{own}/requests_received/value"] == 88
    assert cells[f"{own}/local_reading_points_total/value"] == 71
    assert cells[f"{own}/reading_points/value"] == 87
    assert cells[f"{whole}/reading_points/value"] == cells[f"{whole}/local_reading_points_total/value"]
    assert all(f"{own}/{key}/value" in cells for key in ("special_funds", "trainees", "complaints_upheld"))


@pytest.mark.corpus
def test_zhucheng_contradicts_itself_once_in_its_tables(shared: Path) -> None:
    found = reading(shared / "seeds" / ZHUCHENG)
    (finding,) = [one for one in found.findings if one.table is not None]
    assert (finding.rule, finding.scope, finding.left, finding.right, finding.blame) == ("S14-L5", "市本级", 71, 87, Blame.SOURCE)
    assert "71" in finding.quotes[0]
    assert "87" in finding.quotes[1]
    assert all(place.startswith("lines ") for place in finding.places)


@pytest.mark.corpus
def test_every_cell_and_rule_of_the_2025_page(shared: Path) -> None:
    found = reading(shared / "pages" / KIRO)
    cells = of_tables(found)
    assert len(cells) == 200
    assert all(figure.row is not None and figure.value is not None and figure.certain for figure in cells)
    checks = [one for one in arithmetic.check(cells) if one.rule.startswith(("T3", "T4"))]
    assert len(checks) == 42
    assert all(one.holds for one in checks)
    by_key = values(found)
    assert by_key["gbgkbh_2021_30/-/t3_requests/new_received/total"] == 14069
    assert by_key["gbgkbh_2021_30/-/t2_art20_8/administrative_fees/fee_amount"] == 316441
    assert [one for one in found.findings if one.table is not None] == []


@pytest.mark.corpus
def test_no_table_is_invented_where_there_is_none(shared: Path) -> None:
    for path in sorted((shared / "seeds").glob("*.txt")):
        if path.name != ZHUCHENG:
            assert of_tables(reading(path)) == [], path.name


@pytest.mark.corpus
def test_a_statistics_bulletin_holds_none_of_our_tables(shared: Path) -> None:
    found = reading(shared / "pages" / WANZAI)
    assert found.tables == () or of_tables(found) == []


@pytest.mark.corpus
def test_no_page_of_the_corpus_but_reports_gives_figures_of_tables(shared: Path) -> None:
    for path in sorted((shared / "pages").glob("*.html")):
        if path.name != KIRO and path.stat().st_size < 200_000:
            with suppress(CrawlError):  # pages that are refused are another test's matter
                assert of_tables(reading(path)) == [], path.name


# --- odd tables -----------------------------------------------------------------------------------------------------------------------------


def grid(*rows: str) -> Grid:
    """A grid from rows written with | between cells."""
    cells = [Cell(text.strip(), y, x) for y, row in enumerate(rows) for x, text in enumerate(row.split("|"))]
    return Grid(cells=tuple(cells), height=len(rows), width=max(row.count("|") for row in rows) + 1)


T2 = ("信息内容|本年制发件数|本年废止件数|现行有效件数", "规章|1|2|3", "行政规范性文件|4|5|6")


def test_a_misprinted_label_is_read_but_not_with_certainty() -> None:
    head = "内容|自然人|商业企业|科研机构|社会公益组织|法律服务机构|其他|总计"
    found = figures.read(
        [
            grid(
                head,
                "一、本年新收政府信息公开申情数量|1|0|0|0|0|0|1",
                "二、上年结转政府信息公开申请数量|0|0|0|0|0|0|0",
                "四、结转下年度继续办理|1|0|0|0|0|0|1",
            )
        ]
    )
    assert {(figure.row, figure.certain) for figure in found} == {("new_received", False), ("carried_in", True), ("carried_out", True)}


def test_the_form_decides_the_format_and_not_the_year() -> None:
    (new, *_) = figures.read([grid(*T2)], year=2019)
    assert new.format == "gbgkbh_2021_30"
    (old, *_) = figures.read([grid("信息内容|本年新制作数量|本年新公开数量|对外公开总数量", "规章|1|2|3", "规范性文件|4|5|6")], year=2023)
    assert old.format == "gbgkbh_2019_60"


def test_the_year_decides_where_the_labels_do_not() -> None:
    cells = grid("结果维持|结果纠正|其他结果|尚未审结|总计|" * 2 + "结果维持|结果纠正|其他结果|尚未审结|总计", "|".join("1" * 15))
    assert {figures.read([cells], year=2019)[0].format, figures.read([cells], year=2024)[0].format} == {"gbgkbh_2019_60", "gbgkbh_2021_30"}


def test_one_old_table_among_new_ones_is_read_in_its_own_format() -> None:
    old = next(one for one in REPORTS if one.key == "临川2019")
    new = next(one for one in REPORTS if one.key == "海宁2021")
    mixed = [tables(new)[0], tables(old)[1], tables(new)[2]]
    found = read(captured(page(new, [titled(one) + html(one) for one in mixed])), second_opinion=False)
    formats = {figure.table: figure.format for figure in of_tables(found)}
    assert formats["t3_requests"] == "gbgkbh_2019_60"
    assert formats["t2_art20_1"] == "gbgkbh_2021_30"
    assert all(figure.row is not None for figure in of_tables(found))


def test_a_column_missing_from_the_table_of_cases_moves_no_other() -> None:
    five = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
    cells = [Cell("行政复议", 0, 0, 1, 4), Cell("行政诉讼", 0, 4, 1, 10)]
    cells += [Cell(text, 1, x, 2, 1) for x, text in enumerate(five[:3] + five[4:])]
    cells += [Cell("未经复议直接起诉", 1, 4, 1, 5), Cell("复议后起诉", 1, 9, 1, 5)]
    cells += [Cell(text, 2, 4 + x) for x, text in enumerate(five * 2)]
    cells += [Cell(str(x + 1), 3, x) for x in range(14)]
    found = {figure.column: figure.value for figure in figures.read([Grid(cells=tuple(cells), height=4, width=14)])}
    assert "review_pending" not in found
    assert (found["review_total"], found["litigation_direct_upheld"], found["litigation_after_review_total"]) == (4, 5, 14)


def test_a_row_of_another_group_is_no_row_of_the_form() -> None:
    head = "||自然人|商业企业|科研机构|社会公益组织|法律服务机构|其他|总计"
    found = figures.read(
        [
            grid(
                head, "（三）不予公开|1.属于国家秘密|1|0|0|0|0|0|1", "（三）不予公开|9.其他|7|0|0|0|0|0|7", "（六）其他处理|3.其他|2|0|0|0|0|0|2",
                "（七）总计|（七）总计|3|0|0|0|0|0|3",
            )
        ]
    )  # fmt: skip
    assert {figure.value for figure in found if figure.row == "other_other" and figure.column == "total"} == {Decimal(2)}
    assert [figure.raw for figure in found if figure.row is None and figure.value] == ["7", "7"]


def test_the_heading_says_what_money_is_counted_in() -> None:
    (amount,) = figures.read([grid("信息内容|本年收费金额（单位：元）", "行政事业性收费|12,000")])
    assert (amount.value, amount.unit) == (12000, "元")


def test_a_cell_that_lost_its_characters_is_unreadable_and_not_certain() -> None:
    found = {figure.column: figure for figure in figures.read([grid(T2[0], "规章|1\ufffd|1 0 2|３", T2[2])]) if figure.row == "regulations"}
    assert found["issued"].kind is FigureKind.UNREADABLE
    assert found["repealed"].kind is FigureKind.UNREADABLE
    assert not found["issued"].certain
    assert found["in_force"].value == 3


def test_the_same_table_twice_with_other_numbers_is_told_and_accuses_nobody() -> None:
    first, second = "".join(_table(1)), "".join(_table(5))
    found = read(
        captured(f'<html><body><div id="zoom"><p>一、总体情况如下所述，全年工作平稳有序。</p>{first}{second}</div></body></html>'),
        second_opinion=False,
    )
    (told,) = [one for one in found.findings if one.rule == "duplicate_cell"]
    assert told.blame is Blame.READER
    assert (told.left, told.right) == (1, 5)
    assert "6个指标" in told.detail


def _table(start: int) -> list[str]:
    numbers = iter(range(start, start + 6))
    rows = ["".join(f"<td>{text}</td>" for text in T2[0].split("|"))]
    rows += ["".join(f"<td>{text}</td>" for text in (label, *(next(numbers) for _ in range(3)))) for label in ("规章", "行政规范性文件")]
    return ["<table>", *(f"<tr>{row}</tr>" for row in rows), "</table>"]


def test_a_register_of_twenty_thousand_rows_costs_nothing() -> None:
    huge = Grid(cells=tuple(Cell("行政许可" if x == 0 else str(y), y, x) for y in range(20_000) for x in range(4)), height=20_000, width=4)
    started = time.process_time()
    assert figures.read([huge], lines=["一、总体情况"]) == ()
    assert time.process_time() - started < 1.0


def test_five_hundred_tables_cost_little() -> None:
    many = [grid("序号|单位|负责人|电话", *(f"{n}|第{n}办公室|张三|{n}01" for n in range(20))) for _ in range(500)]
    ours = [grid(*T2) for _ in range(500)]
    started = time.process_time()
    assert figures.read(many) == ()
    assert time.process_time() - started < 1.0
    started = time.process_time()
    assert len(figures.read(ours)) == 500 * 6
    assert time.process_time() - started < 3.0


def test_a_long_text_of_labels_is_bounded() -> None:
    lines = ["1.属于国家秘密", "12", "自然人", "总计"] * 50_000
    started = time.process_time()
    figures.read([], lines=lines)
    assert time.process_time() - started < 3.0


def test_a_table_that_lost_its_headings_gives_unknown_figures() -> None:
    report = next(one for one in REPORTS if one.key == "海宁2021")
    t2, t3, t4 = tables(report)
    found = read(captured(page(report, [titled(t2), html(t2), html(t3.with_rows(t3.rows[3:])), titled(t4), html(t4)])), second_opinion=False)
    lost = [figure for figure in of_tables(found) if figure.table == "t3_requests"]
    assert len(lost) == 25 * 7
    assert {(figure.row, figure.certain) for figure in lost} == {(None, False)}
    assert len(of_tables(found)) == 200


def test_a_second_heading_row_may_name_the_scopes() -> None:
    labels = [
        "1.当面申请数",
        "2.传真申请数",
        "3.网络申请数",
        "4.信函申请数",
        "1.按时办结数",
        "2.延期办结数",
        "2.同意公开答复数",
        "3.同意部分公开答复数",
    ]
    rows = [f"{label}|件|{n}|{n + 10}" for n, label in enumerate(labels, 1)]
    found = figures.read([grid("统计指标|单位|统计数|", "||市本级|本行政区域", *rows)], year=2016)
    assert {figure.value for figure in found if figure.scope == "市本级"} == set(map(Decimal, range(1, 9)))
    assert {figure.value for figure in found if figure.scope == "本行政区域"} == set(map(Decimal, range(11, 19)))


def test_totals_may_be_called_otherwise() -> None:
    head = "内容|自然人|商业企业|科研机构|社会公益组织|法律服务机构|其它|合计"
    found = figures.read(
        [grid(head, "一、本年度新收政府信息公开申请数量|1|0|0|0|0|0|1", "（七）合计|1|0|0|0|0|0|1", "四、结转下年继续办理|0|0|0|0|0|0|0")]
    )
    assert {figure.row for figure in found} == {"new_received", "outcome_total", "carried_out"}
    assert all(figure.certain for figure in found)


def test_strange_rows_without_end_are_bounded() -> None:
    head = "内容|自然人|商业企业|科研机构|社会公益组织|法律服务机构|其他|总计"
    rows = [f"第{n}个街道本年新收申请政府信息数量|1|2|3|4|5|6|7" for n in range(400)]
    many = [
        grid(head, "重复申请|0|0|0|0|0|0|0", *rows),
        *(grid("统计指标|统计数", *["收到申请数|1", "统计指标|统计数"] * 200) for _ in range(3)),
    ] * 20
    started = time.process_time()
    figures.read(many)
    assert time.process_time() - started < 10
