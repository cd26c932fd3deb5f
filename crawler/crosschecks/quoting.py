"""Figures of two reports in words: which report, which line and column, what is printed there."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.reading.forms import by_id
from storage.counted import placed
from storage.records import Figure
from storage.standing import Standing


def quote(report: Standing, figures: Sequence[Figure], *, whose: bool = False) -> str:
    """The cells as printed.

    Args:
        whose: name the organ as well as the year.
    """
    cells = "，".join(f"{named(figure)} {figure.raw.strip() or '（空白）'}" for figure in figures)
    return f"{report.issuer if whose else ''}{report.year}年报告：{cells}"


def places(figures: Sequence[Figure]) -> str:
    """Where they stand: each in its capture."""
    return "; ".join(dict.fromkeys(placed(figure) for figure in figures))


def named(figure: Figure) -> str:
    """The last part of its label, and the label of its column where a row has several."""
    row = figure.label.split(" / ")[-1]
    if figure.format is None or figure.table is None or figure.column is None:
        return row
    table = next((table for table in by_id(figure.format).tables if table.id == figure.table), None)
    if table is None or len(table.columns) == 1 or table.is_record:
        return row
    column = next((line.label for line in table.columns if line.key == figure.column), None)
    return f"{row}（{column}）" if column and column != row else row
