"""Gold figures in every shape: each cell of each table is read as what it is, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.reading import read
from storage.records import Capture, Figure, Reading
from tests.gold.figures import REPORTS, Gold, Report
from tests.gold.figures.shapes import SHAPES, Pages

FETCHED = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
PRINTED = [(report, name) for name, shape in SHAPES.items() for report in REPORTS if shape(report) is not None]


def reading(pages: Pages) -> Reading:
    first, *rest = [
        Capture(
            url=f"http://www.wangjiang.gov.cn/nb/t1_{n}.html", status=200, headers=(("Content-Type", pages.content_type),),
            body=part.encode(), fetched_at=FETCHED,
        )
        for n, part in enumerate(pages.parts)
    ]  # fmt: skip
    return read(first, parts=rest, second_opinion=False)


def of_tables(found: Reading) -> list[Figure]:
    return [figure for figure in found.figures if figure.table is not None]


def as_gold(found: Reading) -> dict[str, tuple[str, object, str | None]]:
    return {figure.key: (figure.kind.value, figure.value, figure.unit) for figure in of_tables(found) if figure.row is not None}


def told(gold: dict[str, Gold]) -> dict[str, tuple[str, object, str | None]]:
    return {key: (cell.kind, cell.value, cell.unit) for key, cell in gold.items()}


@pytest.mark.parametrize(("report", "shape"), PRINTED, ids=[f"{name}-{report.key}" for report, name in PRINTED])
def test_every_cell_is_read_and_no_other(report: Report, shape: str) -> None:
    pages = SHAPES[shape](report)
    assert pages is not None
    found = reading(pages)
    figures = of_tables(found)
    assert as_gold(found) == told(pages.expected)
    assert sorted(figure.raw for figure in figures if figure.row is None) == pages.strange
    assert len([figure for figure in figures if figure.row is not None]) == len(pages.expected)
    assert all(figure.certain for figure in figures if figure.row is not None)
    shas = {Capture(url="x", status=200, body=part.encode(), fetched_at=FETCHED).sha256 for part in pages.parts}
    assert {figure.capture for figure in figures} == shas


def test_the_gold_is_large_enough() -> None:
    pages = [found for report, name in PRINTED if (found := SHAPES[name](report)) is not None]
    assert sum(len(one.tables) for one in pages) >= 40
    assert sum(len(one.expected) for one in pages) >= 6_000


@pytest.mark.parametrize("report", REPORTS, ids=[report.key for report in REPORTS])
def test_no_gold_report_contradicts_itself(report: Report) -> None:
    for name in ("plain", "cut_repeating", "extra_rows", "subtotal", "rows_missing", "office_form"):
        pages = SHAPES[name](report)
        if pages is not None:
            told = [one for one in reading(pages).findings if one.table is not None and one.rule != "unknown_label"]
            assert [one.rule for one in told] == (["T4-review"] if report.key == "德清2024" else []), name
            assert all(not one.assessable for one in told)  # its total says 见附件


def test_a_strange_row_or_column_is_told_once() -> None:
    report = next(one for one in REPORTS if one.key == "海宁2021")
    pages = SHAPES["subtotal"](report)
    assert pages is not None
    (told,) = [one for one in reading(pages).findings if one.table is not None]
    assert (told.rule, told.where, told.level) == ("unknown_label", "小计", "info")
