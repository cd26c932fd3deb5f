"""What differs between two versions of a report, as one reader read both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from storage import assessments, contents, figures, readings
from storage.differences import only_figures, summary
from storage.records import ChangeKind, Figure


def difference(connection: Connection, before: Row[Any], after: Row[Any], *, reader: str) -> tuple[ChangeKind, str]:
    """The kind of change between two versions of a report, and what differs in words.

    Args:
        before, after: rows of `versions`.
        reader: whose readings of both are compared; where it has not read both, only their words and tables are.
    """
    old, new = (contents.get(connection, version.content_sha256) for version in (before, after))
    first, second = (_figures(connection, version, reader) for version in (before, after))
    moved = only_figures(old, new)
    if first is not None and second is not None:
        moved = moved or first[0] != second[0]
        old, new = replace(old, figures=first[1]), replace(new, figures=second[1])
    return (ChangeKind.FIGURES_CHANGED if moved else ChangeKind.TEXT_CHANGED), summary(old, new)


def _figures(connection: Connection, version: Row[Any], reader: str) -> tuple[str, tuple[Figure, ...]] | None:
    """The figures a reader read in a version, with their hash; None where it has not read it."""
    known = readings.by_reader(connection, version.report, version.content_sha256, reader)
    assessment = None if known is None else assessments.of(connection, known)
    return None if known is None or assessment is None else (known.figures_sha256, figures.of(connection, [assessment])[assessment])
