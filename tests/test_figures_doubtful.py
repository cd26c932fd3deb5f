"""Tables that are printed wrongly, or hold more than one year or organ: no number of another cell is claimed, and no organ is accused of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crawler.reading import read
from storage.records import Blame, Capture, Reading
from tests.gold.figures import REPORTS
from tests.gold.figures.printed import C, Printed, expected, tables
from tests.gold.figures.shapes import html, page, titled

NEW = next(report for report in REPORTS if report.key == "桐庐2023")
OLD = next(report for report in REPORTS if report.key == "临泽2014")
T2, T3, T4 = tables(NEW)
(LONG,) = tables(OLD)
FETCHED = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)


def reading(*printed: Printed) -> Reading:
    report = OLD if printed[0].family == "s14" else NEW
    body = page(report, (titled(table) + html(table) for table in printed)).encode()
    return read(Capture(url="http://www.wangjiang.gov.cn/nb/t1.html", status=200, body=body, fetched_at=FETCHED), second_opinion=False)


def claimed(found: Reading) -> dict[str, Decimal | None]:
    """Figures of tables that are said to be certain."""
    return {figure.key: figure.value for figure in found.figures if figure.table is not None and figure.row is not None and figure.certain}


def true(*printed: Printed) -> dict[str, Decimal | None]:
    return {key: gold.value for key, gold in expected(printed).items()}


def accusations(found: Reading) -> list[str]:
    return [finding.rule for finding in found.findings if finding.blame is Blame.SOURCE and finding.rule != "XS-1"]


def nothing_false(found: Reading, *printed: Printed) -> None:
    gold = true(*printed)
    assert {key: value for key, value in claimed(found).items() if gold[key] != value} == {}
    assert accusations(found) == []


def spanning(table: Printed, words: str, by: int) -> Printed:
    return table.with_rows(
        [replace(cell, high=cell.high + by) if words in cell.text and cell.high > 1 else cell for cell in row] for row in table.rows
    )


def changed(table: Printed, y: int, cells: Iterable[C]) -> Printed:
    return table.with_rows([tuple(cells) if n == y else row for n, row in enumerate(table.rows)])


@pytest.mark.parametrize("group", ["本年度办理结果", "不予公开", "不予处理"])
def test_a_group_that_spans_a_row_too_few_moves_no_number_into_its_neighbours_column(group: str) -> None:
    found = reading(T2, spanning(T3, group, -1), T4)
    nothing_false(found, T2, T3, T4)
    assert len(claimed(found)) >= 190


@pytest.mark.parametrize("by", [1, 2])
@pytest.mark.parametrize("group", ["不予公开", "无法提供", "不予处理", "其他处理", "本年度办理结果"])
def test_a_group_that_spans_a_row_too_many_costs_no_number(group: str, by: int) -> None:
    found = reading(T2, spanning(T3, group, by), T4)
    nothing_false(found, T2, T3, T4)
    assert len(claimed(found)) == len(true(T2, T3, T4))


def _last_of(group: str) -> int:
    """The last row of T3 that the cell of a group covers."""
    return next(y + cell.high - 1 for y, row in enumerate(T3.rows) for cell in row if group in cell.text and cell.high > 1)


@pytest.mark.parametrize("extra", ["", "7", "0", "-"])
@pytest.mark.parametrize("at", [1, 2, 4, -1])
@pytest.mark.parametrize("group", ["不予公开", "其他处理"])
def test_a_cell_too_many_in_the_last_row_of_a_group_is_no_span_too_long(group: str, at: int, extra: str) -> None:
    y = _last_of(group)
    row = list(T3.rows[y])
    row.insert(len(row) if at == -1 else at, C(extra))
    nothing_false(reading(T2, changed(T3, y, row), T4), T2, T3, T4)


@pytest.mark.parametrize(("y", "x"), [(3, 4), (5, 2)])
def test_a_row_with_a_cell_too_few_is_not_certain(y: int, x: int) -> None:
    row = T3.rows[y]
    nothing_false(reading(T2, changed(T3, y, row[:x] + row[x + 1 :]), T4), T2, T3, T4)


def test_a_row_with_a_cell_too_many_is_not_certain() -> None:
    row = T3.rows[3]
    nothing_false(reading(T2, changed(T3, 3, (*row[:3], C(""), *row[3:])), T4), T2, T3, T4)


def test_a_number_under_two_headings_is_nobodys() -> None:
    row = T3.rows[3]
    found = reading(T2, changed(T3, 3, (*row[:2], replace(row[2], wide=2), *row[4:])), T4)
    assert not any(key.startswith("gbgkbh_2021_30/-/t3_requests/new_received/") for key in claimed(found))
    nothing_false(found, T2, T3, T4)


def test_lawsuits_with_a_cell_too_few_are_not_certain() -> None:
    row = T4.rows[3]
    nothing_false(reading(T2, T3, changed(T4, 3, row[:1] + row[2:])), T2, T3, T4)


@pytest.mark.parametrize("rows", [("2022年", "2023年"), ("上年", "本年"), ("去年同期", "今年")])
def test_the_lawsuits_of_last_year_above_those_of_this_are_not_taken_for_them(rows: tuple[str, str]) -> None:
    before = [C("7", strange=True) for _ in T4.rows[3]]
    both = T4.with_rows([(C("年度", 3), *T4.rows[0]), *T4.rows[1:3], (C(rows[0]), *before), (C(rows[1]), *T4.rows[3])])
    found = reading(T2, T3, both)
    nothing_false(found, T2, T3, T4)
    assert claimed(found) == true(T2, T3, T4)
    assert sum(figure.row is None and figure.raw == "7" for figure in found.figures) == 15


def test_the_lawsuits_of_other_years_alone_are_strange_numbers() -> None:
    other = T4.with_rows([(C("年度", 3), *T4.rows[0]), *T4.rows[1:3], (C("2022年"), *T4.rows[3])])
    found = reading(T2, T3, other)
    assert not any("t4_" in key for key in claimed(found))
    assert sum(figure.row is None and figure.table == "t4_review_litigation" for figure in found.figures) == 15


@pytest.mark.parametrize("group", ["法人或其他组织", "法人和其他组织", "组织"])
@pytest.mark.parametrize("heading", ["合计", "总计", "小计"])
def test_a_subtotal_of_the_organisations_is_not_the_total(group: str, heading: str) -> None:
    rows = [list(row) for row in T3.rows]
    rows[0][1] = replace(rows[0][1], wide=8)
    rows[1][1] = replace(rows[1][1], text=group, wide=6)
    rows[2].append(C(heading))
    for row in rows[3:]:
        own = [cell.gold.value or Decimal(0) for cell in row if cell.gold is not None]
        row.insert(len(row) - 1, C(str(sum(own[1:6]))))
    found = reading(T2, T3.with_rows(rows), T4)
    nothing_false(found, T2, T3, T4)
    assert claimed(found) == true(T2, T3, T4)


@pytest.mark.parametrize("by", [-1, 1])
@pytest.mark.parametrize("group", ["不予公开", "无法提供", "不予处理", "其他处理"])
def test_a_span_of_the_wrong_length_does_not_hand_the_table_to_another_years_form(group, by):
    found = reading(T2, spanning(T3, group, by), T4)
    assert {figure.format for figure in found.figures if figure.table is not None} == {"gbgkbh_2021_30"}
    nothing_false(found, T2, T3, T4)


def test_two_numbers_in_one_cell_are_not_surely_one_in_the_thousands() -> None:
    y, x, cell = next((y, x, cell) for y, row in enumerate(T3.rows) for x, cell in enumerate(row) if cell.gold is not None)
    row = list(T3.rows[y])
    row[x] = replace(cell, text="12 345")
    found = reading(T2, changed(T3, y, row), T4)
    apart = [figure for figure in found.figures if figure.raw == "12 345"]
    assert [(figure.value, figure.certain) for figure in apart] == [(Decimal(12345), False)]
    assert accusations(found) == []


# --- the long table -------------------------------------------------------------------------------------------------------------------------


def beside(heads: Sequence[str], *, first: bool, share: str | None = None) -> Printed:
    """The long table with numbers of something else before or behind its own."""
    rows = [[*LONG.rows[0][:2], *map(C, heads), *([C(share)] if share else [])]]
    for label, unit, value in LONG.rows[1:]:
        other = C(str((value.gold.value or 0) + 13) if value.gold is not None else "")
        rows.append([label, unit, *((value, other) if first else (other, value)), *([C("12.5" if other.text else "")] if share else [])])
    return LONG.with_rows(rows)


@pytest.mark.parametrize(
    ("heads", "first"),
    [
        (("本年数量", "上年数量"), True),
        (("上年数量", "本年数量"), False),
        (("统计数（2013年）", "统计数（2014年）"), False),
        (("统计数（2014年）", "统计数（2013年）"), True),
        (("本年度统计数", "上年度统计数"), True),
        (("今年", "去年"), True),
        (("2013年数量", "2014年数量"), False),
    ],
)
def test_the_numbers_of_last_year_are_not_taken_for_this_years(heads: Sequence[str], first: bool) -> None:
    found = reading(beside(heads, first=first))
    assert claimed(found) == true(LONG)
    assert accusations(found) == []


def test_a_growth_in_per_cent_is_no_count() -> None:
    assert claimed(reading(beside(("本年数量", "上年数量"), first=True, share="同比增长（%）"))) == true(LONG)


@pytest.mark.parametrize("heads", [("市教育局", "市公安局"), ("上半年", "下半年"), ("2011年", "2012年")])
def test_of_columns_that_nobody_can_choose_between_nothing_is_certain(heads: Sequence[str]) -> None:
    found = reading(beside(heads, first=True))
    assert any(figure.table is not None for figure in found.figures)
    assert claimed(found) == {}
    assert accusations(found) == []


def test_columns_without_any_heading_are_not_certain() -> None:
    table = beside(("", ""), first=True)
    assert claimed(reading(table.with_rows(table.rows[1:]))) == {}


def _at(words: str) -> int:
    return next(y for y, row in enumerate(LONG.rows) if words in row[0].text)


def test_lawsuits_printed_before_reviews_are_read_as_what_they_are() -> None:
    review, lawsuits, complaints = _at("行政复议"), _at("行政诉讼"), _at("举报投诉")
    rows = LONG.rows
    found = reading(LONG.with_rows((*rows[:review], *rows[lawsuits:complaints], *rows[review:lawsuits], *rows[complaints:])))
    assert claimed(found) == true(LONG)


def test_in_a_shuffled_table_every_number_is_kept_and_none_is_wrong() -> None:
    rows = LONG.rows[1:]
    found = reading(LONG.with_rows((LONG.rows[0], *rows[::-1])))
    nothing_false(found, LONG)
    assert len(claimed(found)) >= len(true(LONG)) - 9  # those whose label several blocks share
    kept = [figure for figure in found.figures if figure.table is not None]
    assert len(kept) == len({figure.place for figure in kept}) >= len(true(LONG)) - 6


def test_a_row_of_a_long_table_with_a_cell_too_few_keeps_its_number() -> None:
    y = _at("当面申请数")
    label, _, value = LONG.rows[y]
    found = reading(changed(LONG, y, (label, value)))
    nothing_false(found, LONG)
    assert [figure.raw for figure in found.figures if figure.table is not None and figure.row is None] == [value.text]
