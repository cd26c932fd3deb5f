"""Rules over cells: when they hold, fail, or say nothing; and whose mistake a failure is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from crawler.reading import arithmetic, values, verdicts
from storage.records import Blame, Figure, FigureKind, Finding, FindingLevel

PARTS = ("review_upheld", "review_corrected", "review_other", "review_pending")


def cell(column: str, raw: str, *, row: str | None = "cases", table: str = "t4_review_litigation", **other: object) -> Figure:
    value = values.parse(raw)
    figure = Figure(
        format="gbgkbh_2021_30", table=table, row=row, column=column, label=column, raw=raw, kind=value.kind, value=value.number,
        lower_bound=value.lower_bound, place="table 3 x",
    )  # fmt: skip
    return replace(figure, **other)  # type: ignore[arg-type]


def cases(total: str, *parts: str) -> list[Figure]:
    return [*(cell(column, raw) for column, raw in zip(PARTS, parts, strict=True)), cell("review_total", total)]


def only(figures: list[Figure]) -> Finding:
    (found,) = verdicts.of_figures(figures)
    return found


def test_a_sum_that_holds_is_no_finding() -> None:
    assert verdicts.of_figures(cases("10", "1", "2", "3", "4")) == ()
    assert [one.holds for one in arithmetic.check(cases("10", "1", "2", "3", "4"))] == [True]


def test_a_sum_that_fails_is_told_with_both_sides() -> None:
    found = only(cases("11", "1", "2", "3", "4"))
    assert (found.rule, found.left, found.right, found.blame, found.level, found.holds) == (
        "T4-review", Decimal(10), Decimal(11), Blame.SOURCE, FindingLevel.ERROR, False,
    )  # fmt: skip
    assert found.quotes == ("review_upheld 1 + review_corrected 2 + review_other 3 + review_pending 4 = 10", "review_total 11")
    assert found.places == ("table 3 x", "table 3 x")
    assert "应相等" in found.detail


@pytest.mark.parametrize("parts", [("", "", "", ""), ("/", "—", "无", "")])
def test_nothing_can_be_said_of_silent_addends(parts: tuple[str, ...]) -> None:
    assert verdicts.of_figures(cases("5", *parts)) == ()
    assert [one.holds for one in arithmetic.check(cases("5", *parts))] == [None]


def test_a_rounded_cell_fails_no_sum_that_the_full_number_may_satisfy() -> None:
    assert verdicts.of_figures(cases("0.56万", "5529", "0", "7", "73")) == ()
    assert [one.rule for one in verdicts.of_figures(cases("0.66万", "5529", "0", "7", "73"))] == ["T4-review"]


def test_a_blank_beside_numbers_counts_as_nothing() -> None:
    assert verdicts.of_figures(cases("3", "1", "", "2", "")) == ()
    assert only(cases("4", "1", "", "2", "")).rule == "T4-review"


def test_a_blank_total_is_told_but_accuses_nobody() -> None:
    found = only(cases("", "1", "2", "", ""))
    assert (found.assessable, found.holds, found.level, found.blame) == (False, None, FindingLevel.INFO, Blame.READER)


def test_a_table_left_blank_is_no_finding() -> None:
    assert verdicts.of_figures(cases("", "", "", "", "")) == ()
    assert verdicts.of_figures(cases("", "0", "0", "0", "0")) == ()


@pytest.mark.parametrize("raw", ["见附件", "1\ufffd", "10余"])
def test_what_cannot_be_read_exactly_is_not_added_up(raw: str) -> None:
    assert [one.holds for one in arithmetic.check(cases("10", "1", "2", "3", raw))] == [None]


def test_an_uncertain_cell_makes_a_failure_possibly_ours() -> None:
    figures = cases("11", "1", "2", "3", "4")
    assert only([replace(figures[0], certain=False), *figures[1:]]).blame is Blame.READER


def test_a_missing_addend_is_not_taken_for_nothing() -> None:
    assert [one.holds for one in arithmetic.check(cases("10", "1", "2", "3", "4")[1:])] == [None]


def test_a_blank_outcome_total_is_not_taken_for_nothing() -> None:
    rows = {"new_received": "5", "carried_in": "1", "outcome_total": "", "carried_out": "0"}
    figures = [cell("natural_person", raw, row=row, table="t3_requests") for row, raw in rows.items()]
    assert [one.holds for one in arithmetic.check(figures) if one.rule == "T3-A"] == [None]


def test_counts_are_whole_and_not_negative() -> None:
    assert only([cell("issued", "-2", row="regulations", table="t2_art20_1")]).rule == "T2-1"
    assert only([cell("issued", "1.5", row="regulations", table="t2_art20_1")]).rule == "T2-1"
    assert verdicts.of_figures([cell("issued", "1.2万", row="regulations", table="t2_art20_1")]) == ()


def test_a_cell_printed_twice_alike_is_one_cell() -> None:
    assert verdicts.of_figures([*cases("10", "1", "2", "3", "4"), cell("review_total", "10")]) == ()


def test_a_cell_printed_twice_differently_takes_part_in_no_rule() -> None:
    found = only([*cases("10", "1", "2", "3", "4"), cell("review_total", "12")])
    assert (found.rule, found.blame, found.left, found.right) == (verdicts.DUPLICATE, Blame.READER, 10, 12)


def test_a_number_under_an_unknown_label_is_told() -> None:
    found = only([cell("review_total", "7", row=None, kind=FigureKind.NUMBER, certain=False)])
    assert (found.rule, found.level, found.blame, found.left) == (verdicts.UNKNOWN_LABEL, FindingLevel.INFO, Blame.READER, 7)


def test_a_sum_around_an_unknown_row_may_lack_an_addend() -> None:
    def row(key: str | None, raw: str) -> Figure:
        return replace(cell("value", raw, row=key, table="s14_statistics"), format="gbf_2014_32", certain=key is not None)

    figures = [row("staff_total", "9"), row("staff_full_time", "2"), row("staff_part_time", "3")]
    assert only(figures).blame is Blame.SOURCE
    failures = [one for one in verdicts.of_figures([*figures, row(None, "4")]) if one.rule == "S14-8"]
    assert [one.blame for one in failures] == [Blame.READER]


def test_yuan_and_ten_thousand_yuan_are_not_compared() -> None:
    inner = Figure(
        format="gbf_2014_32", scope="市本级", table="s14_statistics", row="special_funds", column="value", label="经费", raw="90000元",
        kind=FigureKind.NUMBER, value=Decimal(90000), unit="元",
    )  # fmt: skip
    outer = replace(inner, scope="本行政区域", raw="12", value=Decimal(12), unit="万元")
    assert arithmetic.check([inner, outer]) == ()
    assert only([inner, replace(outer, unit="元")]).rule == "S14-15"
