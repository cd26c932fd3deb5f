"""Figures: rows that hold the numbers of reports, digit for digit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from storage.records import Figure
from storage.schema import figures

_FIELDS = (
    "format", "scope", "table", "row", "column", "label", "raw", "kind", "value", "unit", "lower_bound", "sentence", "place", "capture", "certain",
)  # fmt: skip


def put(connection: Connection, assessment: int, read: Iterable[Figure]) -> None:
    """Store the figures of an assessment in their order."""
    rows = [
        {"assessment": assessment, "number": number, **{field: getattr(figure, field) for field in _FIELDS}} for number, figure in enumerate(read)
    ]
    if rows:
        connection.execute(insert(figures), rows)


def of(connection: Connection, assessments: Sequence[int]) -> dict[int, tuple[Figure, ...]]:
    """The figures of assessments, by assessment, in the order of the page."""
    found: dict[int, list[Figure]] = {number: [] for number in assessments}
    for row in connection.execute(select(figures).where(figures.c.assessment.in_(found)).order_by(figures.c.assessment, figures.c.number)):
        found[row.assessment].append(figure(row))
    return {number: tuple(read) for number, read in found.items()}


def figure(row: Row[Any]) -> Figure:
    """The figure of a row."""
    values = {field: getattr(row, field) for field in _FIELDS}
    return Figure(**values)
