"""Questions to the archive, answered as plain dictionaries with the keys of the command line's JSON. Nothing here writes.

Times are ISO text in UTC, dates ISO text, unknown facts None.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from storage import appearing, contents, counted, differences, search
from storage import figures as figures_rows
from storage.archive import Archive
from storage.assessments import IS_OF_READING
from storage.counted import figures as figures
from storage.counted import findings as findings
from storage.engine import reading
from storage.errors import UnknownReport
from storage.patience import patient
from storage.records import Figure, Grid
from storage.schema import assessments, captures, locations, portals, readings, reports, versions
from storage.schema import changes as changes_table
from storage.schema import incidents as incidents_table
from storage.schema import runs as runs_table
from storage.standing import OFFICIAL, here
from storage.standing import standing as standing
from storage.types import utc

_REPORT = ("id", "portal", "city", "adcode", "issuer", "level", "year", "type", "title", "published", "signed")
_AT_ONCE = 500  # reports


@patient
def find(
    archive: Archive,
    *,
    adcodes: Sequence[str] | None = None,
    year: int | None = None,
    type: str | None = None,
    issuer: str | None = None,
    text: str | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Reports, official ones first, then newest year first, then by division and issuer; those that say some words in the order of search.hits.

    Args:
        adcodes: of divisions; the caller adds those below a province or prefecture. None: wherever.
        issuer: a part of the issuer's name.
        text: words in the title, the issuer's name, the labels of figures or the text of any version (storage/search).

    Returns:
        One row a report; with `text` also what says so: `field` (title, issuer, labels, body), `version`, `snippet`, `marks` (see search.Hit).

    Raises:
        ValueError: `text` holds nothing that could be looked for.
    """
    wanted: list[ColumnElement[bool]] = [reports.c.same_as.is_(None)]
    if adcodes is not None:
        wanted.append(reports.c.adcode.in_(list(adcodes)))
    if year is not None:
        wanted.append(reports.c.year == year)
    if type is not None:
        wanted.append(reports.c.type == type)
    if issuer is not None:
        wanted.append(reports.c.issuer.icontains(issuer, autoescape=True))
    if text is not None:
        with reading(archive.engine) as connection:
            found = list(islice(search.hits(connection, text, wanted), limit))
            return [row for start in range(0, len(found), _AT_ONCE) for row in _hits(connection, found[start : start + _AT_ONCE])]
    order = (
        case((reports.c.trust.in_(OFFICIAL), 0), else_=1),
        reports.c.year.desc().nulls_last(),
        reports.c.adcode.nulls_last(),
        reports.c.issuer.nulls_last(),
        reports.c.type.nulls_last(),
        reports.c.id,
    )
    with reading(archive.engine) as connection:
        return [_report(row) for row in connection.execute(_reports().where(*wanted).order_by(*order).limit(limit))]


def _hits(connection: Connection, found: Sequence[search.Hit]) -> list[dict[str, Any]]:
    rows = {row.id: row for row in connection.execute(_reports().where(reports.c.id.in_([hit.report for hit in found])))}
    told = ((rows[hit.report], hit) for hit in found)
    return [_report(row) | {"field": hit.field, "version": hit.version or row.shown, "snippet": hit.snippet, "marks": hit.marks} for row, hit in told]


@patient
def show(archive: Archive, report: int, version: int | None = None) -> dict[str, Any]:
    """One version of a report: what find() tells, the version's own title and dates, text, tables, attachments, hashes.

    Args:
        version: its number; None for the one the report's place shows now.

    Raises:
        UnknownReport: no such report, or it has no such version.
    """
    with reading(archive.engine) as connection:
        row = connection.execute(_reports().where(reports.c.id == report)).one_or_none()
        if row is None:
            raise UnknownReport(f"no report {report}; `nianbao find` lists them with their numbers")
        said = connection.execute(_said().where(versions.c.report == report, versions.c.number == (version or row.shown))).one_or_none()
        if said is None:
            raise UnknownReport(f"report {report} has no version {version}; it has {row.versions}")
        content = contents.get(connection, said.content_sha256)
        stands = row.standing if said.number == row.shown else said.reading
        assessment = connection.execute(select(assessments.c.id).join(readings, IS_OF_READING).where(readings.c.id == stands)).scalar_one_or_none()
        counts = () if assessment is None else figures_rows.of(connection, [assessment])[assessment]
        found = counted.inside_and_between(connection, report if said.number == row.shown else None, assessment)
        return _report(row) | {
            "version": said.number,
            "title": said.title if version is not None else row.title,
            "published": _iso(said.published if version is not None else row.published),
            "signed": _iso(said.signed if version is not None else row.signed),
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
            "appeared": appearing.of_portal(connection, row.portal, [report])[report].plain(),
        }


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
        found = connection.execute(_said().where(versions.c.report == report).order_by(versions.c.number)).all()
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
            raise UnknownReport(f"report {report} has no version {number}; it has {', '.join(map(str, known))}")
    with reading(archive.engine) as connection:
        old = contents.get(connection, known[first]["content_sha256"])
        new = contents.get(connection, known[second]["content_sha256"])
        if known[first]["reader"] == known[second]["reader"]:
            counts = _figures(connection, report)
            old, new = replace(old, figures=counts.get(first, ())), replace(new, figures=counts.get(second, ()))
    found = differences.compare(old, new)
    return {"report": report, "before": known[first], "after": known[second], **found, "same": not any(found.values())}


@patient
def changes(archive: Archive, since: datetime | None = None) -> list[dict[str, Any]]:
    """What the archive learned, oldest first, from `since` on (an aware time)."""
    query = select(changes_table, reports.c.adcode, reports.c.year, reports.c.title, reports.c.trust).join(
        reports, reports.c.id == changes_table.c.report
    )
    if since is not None:
        query = query.where(changes_table.c.time >= utc(since))
    keys = (
        "id", "time", "kind", "report", "portal", "adcode", "year", "title", "version", "before", "after", "url", "detail", "capture_before",
        "capture_after", "listing",
    )  # fmt: skip
    with reading(archive.engine) as connection:
        return [_plain(row, keys) for row in connection.execute(query.order_by(changes_table.c.id))]


@patient
def incidents(archive: Archive, *, open: bool = False) -> list[dict[str, Any]]:
    """What failed, oldest first; `seen` is the last time it did. `open`: only what has not recovered."""
    query = select(incidents_table).order_by(incidents_table.c.id)
    if open:
        query = query.where(incidents_table.c.closed.is_(None))
    with reading(archive.engine) as connection:
        return [{**_plain(row, _INCIDENT), "state": _state(row)} for row in connection.execute(query)]


_INCIDENT = ("id", "opened", "closed", "kind", "portal", "url", "detail", "seen", "count", "acknowledged", "note")


def _state(incident: Row[Any]) -> str:
    """`open`, `acknowledged` (a person knows of it) or `closed` (by recovery)."""
    if incident.closed is not None:
        return "closed"
    return "open" if incident.acknowledged is None else "acknowledged"


@patient
def runs(archive: Archive, *, portal: str | None = None, since: datetime | None = None, limit: int | None = None) -> list[dict[str, Any]]:
    """Runs, newest first: `time` is the start, `state` the outcome; of those that began at `since` or later, where it is given."""
    query = select(runs_table, portals.c.adcode).join(portals, portals.c.key == runs_table.c.portal).order_by(runs_table.c.id.desc()).limit(limit)
    if portal is not None:
        query = query.where(runs_table.c.portal == portal)
    if since is not None:
        query = query.where(runs_table.c.started >= utc(since))
    with reading(archive.engine) as connection:
        return [
            {
                "id": row.id,
                "time": _iso(row.started),
                "kind": "crawl",
                "report": None,
                "portal": row.portal,
                "adcode": row.adcode,
                "year": None,
                "state": row.outcome,
                "detail": row.detail,
                "finished": _iso(row.finished),
                "counts": row.counts,
            }
            for row in connection.execute(query)
        ]


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


def _reports() -> Select[Any]:
    """Reports with the number of their versions, the URL where they stand (stood last), and the version and reading shown there."""
    count = select(func.count()).where(versions.c.report == reports.c.id).correlate(reports).scalar_subquery()
    return (
        select(reports, locations.c.url, locations.c.reading.label("standing"), versions.c.number.label("shown"), count.label("versions"))
        .select_from(reports)
        .outerjoin(locations, locations.c.id == here())
        .outerjoin(versions, versions.c.id == locations.c.version)
    )


def _said() -> Select[Any]:
    """Versions with what their reading says and the hash of the body it was read from."""
    facts = ("title", "published", "signed", "source", "attachments", "evidence", "figures_sha256")
    told = (readings.c[fact] for fact in facts)
    return (
        select(
            versions, *told, readings.c.reader, readings.c.encoding, readings.c.figures_sha256, captures.c.sha256.label("body_sha256"), captures.c.url
        )
        .join(readings, readings.c.id == versions.c.reading)
        .join(captures, captures.c.id == versions.c.capture)
    )


def _report(row: Row[Any]) -> dict[str, Any]:
    keys = (*_REPORT, "first_seen", "last_seen", "state", "trust", "versions", "url")
    return {("report" if key == "id" else key): value for key, value in _plain(row, keys).items()}


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
    )
    return {("version" if key == "number" else key): value for key, value in _plain(row, (*keys, "reader")).items()}


def _plain(row: Row[Any], keys: Sequence[str]) -> dict[str, Any]:
    return {key: _iso(value) if isinstance(value, date) else value for key, value in ((key, getattr(row, key)) for key in keys)}


def _iso(moment: date | None) -> str | None:
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="seconds")
    return None if moment is None else moment.isoformat()
