"""Documents of the search follow what the archive says, in the transaction that changes it.

A document is never edited: where a version's title, issuer, content or figures are others, its document goes and one with a fresh id comes. On
SQLite the old rows of the index stay behind and lead nowhere (FTS5 without contents cannot delete before SQLite 3.43); `rebuild` clears them away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from storage.assessments import IS_OF_READING
from storage.schema import assessments, contents, documents, figures, readings, reports, versions
from storage.search import grams

_AT_ONCE = 200  # reports
_SAID = ("content_sha256", "assessment", "title", "issuer")  # what makes a document another one


def follow(connection: Connection, touched: Collection[int]) -> None:
    """Bring the documents of these reports up to date. Costs two small questions where nothing changed."""
    wanted = _wanted(connection, touched)
    known = {(row.report, row.version): row for row in connection.execute(select(documents).where(documents.c.report.in_(touched)))}
    for key, row in wanted.items():
        there = known.get(key)
        if there is None or any(getattr(there, name) != row[name] for name in _SAID):
            if there is not None:
                connection.execute(delete(documents).where(documents.c.id == there.id))
            _put(connection, row)


def rebuild(connection: Connection, progress: Callable[[int, int], None] | None = None) -> int:
    """Make the documents and the index anew, in the caller's transaction, from what the archive holds; in bounded memory.

    For an archive whose rows came otherwise than by filing (a migration, a copy), after another Python (whose Unicode may know more characters),
    and to be rid of what edits left behind.

    Args:
        progress: told after each portion how many reports are done, and how many there are.

    Returns:
        How many documents there are.
    """
    grams.empty(connection)
    count, last, done = 0, 0, 0
    total = connection.execute(select(func.count()).select_from(reports)).scalar_one()
    while portion := connection.execute(select(reports.c.id).where(reports.c.id > last).order_by(reports.c.id).limit(_AT_ONCE)).scalars().all():
        for row in _wanted(connection, portion).values():
            _put(connection, row)
            count += 1
        last, done = portion[-1], done + len(portion)
        if progress is not None:
            progress(done, total)
    grams.pack(connection)
    return count


def expected(connection: Connection, touched: Collection[int]) -> dict[tuple[int, int | None], dict[str, Any]]:
    """What the documents of these reports say when nothing is damaged: by report and version (None: the report as it is known now)."""
    wanted = _wanted(connection, touched)
    return {key: {**row, "labels": "\n".join(_labels(connection, row["assessment"])) or None} for key, row in wanted.items()}


def _wanted(connection: Connection, touched: Collection[int]) -> dict[tuple[int, int | None], dict[str, Any]]:
    """The documents that these reports shall have: one of each version, as its reading says it, and one of the report as it is known now."""
    themselves = select(reports.c.id.label("report"), reports.c.title, reports.c.issuer).where(reports.c.id.in_(touched)).order_by(reports.c.id)
    each = (
        select(
            versions.c.report, versions.c.id.label("version"), versions.c.content_sha256, assessments.c.id.label("assessment"), readings.c.title,
            readings.c.issuer,
        )
        .join(readings, readings.c.id == versions.c.reading)
        .outerjoin(assessments, IS_OF_READING)
        .where(versions.c.report.in_(touched))
        .order_by(versions.c.id)
    )  # fmt: skip
    rows: Iterable[Row[Any]] = [*connection.execute(themselves), *connection.execute(each)]
    blank = {"version": None, "content_sha256": None, "assessment": None}
    return {(row.report, row._mapping.get("version")): {**blank, **row._mapping} for row in rows}


def _put(connection: Connection, row: dict[str, Any]) -> None:
    labels = _labels(connection, row["assessment"])
    made = connection.execute(insert(documents).values(**row, labels="\n".join(labels) or None).returning(documents.c.id)).scalar_one()
    said = {field: [row[field]] for field in ("title", "issuer") if row[field] is not None}
    if row["content_sha256"] is not None:
        body = connection.execute(select(contents.c.text).where(contents.c.content_sha256 == row["content_sha256"])).scalar_one()
        said |= {"labels": labels, "body": [body]}
    grams.put(connection, made, said)


def _labels(connection: Connection, assessment: int | None) -> list[str]:
    """What the figures count, as printed, each label once, a line each."""
    if assessment is None:
        return []
    printed = connection.execute(select(figures.c.label).where(figures.c.assessment == assessment).order_by(figures.c.number)).scalars()
    return list(dict.fromkeys(" ".join(label.split()) for label in printed if label.strip()))
