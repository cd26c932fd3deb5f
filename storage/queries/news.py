"""What the archive learned, what failed, and how crawls went."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from storage.absences import standing_nowhere
from storage.archive import Archive
from storage.engine import reading
from storage.patience import patient
from storage.queries.rows import iso, plain
from storage.schema import absences as absences_table
from storage.schema import changes as changes_table
from storage.schema import incidents as incidents_table
from storage.schema import locations, portals, reports
from storage.schema import runs as runs_table
from storage.types import utc


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
        return [plain(row, keys) for row in connection.execute(query.order_by(changes_table.c.id))]


@patient
def absences(archive: Archive) -> list[dict[str, Any]]:
    """Reports that were at none of their addresses when these were looked at last, longest absent first: how many nights prove it, from the `first`
    to the `last`, `direct` of them by an answer of the address. What is not enough for `missing` (storage/states.py) is told here only."""
    with reading(archive.engine) as connection:
        return [plain(row, _ABSENCE) for row in connection.execute(_ABSENT)]


_ABSENCE = ("report", "portal", "adcode", "issuer", "year", "title", "state", "url", "nights", "first", "last", "direct")
_ABSENT = (
    standing_nowhere(
        absences_table.c.report, locations.c.portal, reports.c.adcode, reports.c.issuer, reports.c.year, reports.c.title, reports.c.state,
        locations.c.url, func.count().label("nights"), func.min(absences_table.c.night).label("first"),
        func.max(absences_table.c.night).label("last"), func.count(absences_table.c.capture).label("direct"),
    )
    .group_by(absences_table.c.report, locations.c.id, reports.c.id)
    .order_by(func.min(absences_table.c.night), absences_table.c.report, locations.c.url)
)  # fmt: skip


@patient
def incidents(archive: Archive, *, open: bool = False) -> list[dict[str, Any]]:
    """What failed, oldest first; `seen` is the last time it did. `open`: only what has not recovered."""
    query = select(incidents_table).order_by(incidents_table.c.id)
    if open:
        query = query.where(incidents_table.c.closed.is_(None))
    with reading(archive.engine) as connection:
        return [{**plain(row, _INCIDENT), "state": _state(row)} for row in connection.execute(query)]


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
                "time": iso(row.started),
                "kind": "crawl",
                "report": None,
                "portal": row.portal,
                "adcode": row.adcode,
                "year": None,
                "state": row.outcome,
                "detail": row.detail,
                "finished": iso(row.finished),
                "counts": row.counts,
            }
            for row in connection.execute(query)
        ]
