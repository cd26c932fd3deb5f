"""What one report says, in one version or from version to version."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select

from storage import appearing, contents, counted, differences
from storage import figures as figures_rows
from storage.archive import Archive
from storage.assessments import IS_OF_READING
from storage.engine import reading
from storage.errors import UnknownReport
from storage.patience import patient
from storage.queries import rows
from storage.queries.rows import iso
from storage.records import Figure, Grid
from storage.schema import assessments, readings, reports, versions


@patient
def show(archive: Archive, report: int, version: int | None = None) -> dict[str, Any]:
    """One version of a report: what find() tells, the version's own title and dates, text, tables, attachments, hashes.

    Args:
        version: its number; None for the one the report's place shows now.

    Raises:
        UnknownReport: no such report, or it has no such version.
    """
    with reading(archive.engine) as connection:
        row = connection.execute(rows.reports().where(reports.c.id == report)).one_or_none()
        if row is None:
            raise UnknownReport(f"no report {report}; `nianbao find` lists them with their numbers")
        said = connection.execute(rows.said().where(versions.c.report == report, versions.c.number == (version or row.shown))).one_or_none()
        if said is None:
            raise UnknownReport(f"report {report} has no version {version}; it has {_numbers(row.versions)}")
        content = contents.get(connection, said.content_sha256)
        stands = row.standing if said.number == row.shown else said.reading
        assessment = connection.execute(select(assessments.c.id).join(readings, IS_OF_READING).where(readings.c.id == stands)).scalar_one_or_none()
        counts = () if assessment is None else figures_rows.of(connection, [assessment])[assessment]
        found = counted.inside_and_between(connection, report if said.number == row.shown else None, assessment)
        return rows.report(row) | {
            "version": said.number,
            "title": said.title if version is not None else row.title,
            "published": iso(said.published if version is not None else row.published),
            "signed": iso(said.signed if version is not None else row.signed),
            "source": said.source,
            "text": content.text,
            "tables": [table(grid) for grid in content.tables],
            "figures": [counted.plain_figure(figure) for figure in counts],
            "findings": [counted.plain_finding(finding) for finding in found],
            "attachments": said.attachments,
            "hashes": {
                "body_sha256": said.body_sha256,
                "text_sha256": said.text_sha256,
                "tables_sha256": said.tables_sha256,
                "content_sha256": said.content_sha256,
                "figures_sha256": said.figures_sha256,
            },
            "evidence": said.evidence,
            "reader": said.reader,
            "encoding": said.encoding,
            "capture": said.capture,
            "imported_from": said.imported_from,
            "appeared": appearing.of_reports(connection, [report])[report].plain(),
        }


def _numbers(count: int) -> str:
    """The versions of a report in words; they are numbered from 1 without a gap."""
    return "version 1 only" if count == 1 else f"versions 1 to {count}"


def table(grid: Grid) -> dict[str, Any]:
    """A grid as JSON: `caption`, and `rows` of texts (a spanning cell stands at its first position, the others are empty)."""
    return {"caption": grid.caption, "rows": grid.rows()}


@patient
def history(archive: Archive, report: int) -> list[dict[str, Any]]:
    """The versions of a report, oldest first.

    Raises:
        UnknownReport: there is none of that number.
    """
    with reading(archive.engine) as connection:
        found = connection.execute(rows.said().where(versions.c.report == report).order_by(versions.c.number)).all()
    if not found:
        raise UnknownReport(f"no report {report}; `nianbao find` lists them with their numbers")
    return [_version(row) for row in found]


@patient
def diff(archive: Archive, report: int, before: int | None = None, after: int | None = None) -> dict[str, Any]:
    """What differs between two versions of a report; the last two when none is named.

    Returns:
        `report`, `before` and `after` (as in history()), `figures`, `cells`, `numbers`, `lines` (see storage.differences), and `same` when
        nothing differs. Figures are compared only where one reader read both versions.

    Raises:
        UnknownReport: no such report or version, or there is only one version and none was named.
    """
    known = {row["version"]: row for row in history(archive, report)}
    if before is None and after is None and len(known) == 1:
        raise UnknownReport(f"report {report} has only one version; there is nothing to compare")
    second = max(known) if after is None else after
    first = max((number for number in known if number < second), default=second) if before is None else before
    for number in (first, second):
        if number not in known:
            raise UnknownReport(f"report {report} has no version {number}; it has {_numbers(len(known))}")
    with reading(archive.engine) as connection:
        old = contents.get(connection, known[first]["content_sha256"])
        new = contents.get(connection, known[second]["content_sha256"])
        if known[first]["reader"] == known[second]["reader"]:
            counts = _figures(connection, report)
            old, new = replace(old, figures=counts.get(first, ())), replace(new, figures=counts.get(second, ()))
    found = differences.compare(old, new)
    return {"report": report, "before": known[first], "after": known[second], **found, "same": not any(found.values())}


def _figures(connection: Connection, report: int) -> dict[int, tuple[Figure, ...]]:
    """The figures of each version of a report, by its number."""
    assessed = (
        select(versions.c.number, assessments.c.id)
        .join(readings, readings.c.id == versions.c.reading)
        .join(assessments, IS_OF_READING)
        .where(versions.c.report == report)
    )
    by_version = {row.number: row.id for row in connection.execute(assessed)}
    read = figures_rows.of(connection, list(by_version.values()))
    return {number: read[assessment] for number, assessment in by_version.items()}


def _version(row: Row[Any]) -> dict[str, Any]:
    keys = (
        "number",
        "first_seen",
        "last_seen",
        "title",
        "published",
        "text_sha256",
        "tables_sha256",
        "content_sha256",
        "figures_sha256",
        "body_sha256",
        "capture",
        "url",
        "imported_from",
    )
    return {("version" if key == "number" else key): value for key, value in rows.plain(row, (*keys, "reader")).items()}
