"""alive -> missing -> withdrawn -> restored: when a report's state is another, by what was seen of it.

alive      it stands at one of its places at least, or nothing proves that it does not
missing    every place is known to be empty: its address said so on a direct look; or, where no look was answered, lists that were read well lacked
           it on nights enough
withdrawn  missing, and its absence is proven by nights enough, a direct answer among them
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from storage import absences, changes, reports, unlisted
from storage.records import Change, ChangeKind, State
from storage.schema import reports as reports_table


def judge(connection: Connection, report: int, *, portal: str, run: int | None, at: datetime) -> list[Change]:
    """Hold a report's absences against the rule; tells each piece of news once.

    Returns:
        `missing` or `withdrawn`, in the order they came to be so; none when nothing is new.
    """
    told: list[Change | None] = []
    standing = reports.row(connection, report)
    places = _places(connection, report)
    nights = [_nights(connection, place, standing) for place in places]
    if not places or standing.same_as is not None:
        return []
    if standing.state == State.ALIVE and all(place.gone_at is not None or absences.proven(rows) for place, rows in zip(places, nights, strict=True)):
        told.append(_tell(connection, report, ChangeKind.MISSING, State.MISSING, places[-1], nights[-1], portal=portal, run=run, at=at))
    missing = reports.row(connection, report).state == State.MISSING
    if missing and all(map(absences.proven, nights)) and any(map(absences.direct, nights)):
        told.append(_tell(connection, report, ChangeKind.WITHDRAWN, State.WITHDRAWN, places[-1], nights[-1], portal=portal, run=run, at=at))
    return [change for change in told if change is not None]


def episode(connection: Connection, report: int) -> int:
    """How many times the report has been missing: what makes the same news of two episodes two."""
    return len(changes.of_report(connection, report, ChangeKind.MISSING))


def any_missing(connection: Connection, portal: str) -> bool:
    """See Archive.misses."""
    missing = select(reports_table.c.id).where(reports_table.c.portal == portal, reports_table.c.state == State.MISSING)
    return connection.execute(missing.limit(1)).first() is not None


def _places(connection: Connection, report: int) -> list[Row[Any]]:
    """Where the report must be absent to be missing: not where it left for another place, at which it was seen since."""
    places = [place for place in reports.locations_of(connection, report) if place.ended_at is None]
    return [
        place
        for place in places
        if place.gone_at is None or not any(other.id != place.id and other.last_seen >= place.gone_at for other in places)
    ]  # fmt: skip


def _nights(connection: Connection, place: Row[Any], standing: Row[Any]) -> list[Row[Any]]:
    return absences.of_place(connection, place.report, place.url, since=standing.last_seen, listed=unlisted.listed_at(connection, place))


def _tell(
    connection: Connection, report: int, kind: ChangeKind, state: State, place: Row[Any], nights: Sequence[Row[Any]], *, portal: str, run: int | None,
    at: datetime,
) -> Change | None:  # fmt: skip
    reports.set_state(connection, report, state)
    version = reports.version_row(connection, place.version)
    answer, listing = absences.direct(nights), next((row.listing for row in reversed(nights) if row.listing is not None), None)
    times = episode(connection, report) + (kind is ChangeKind.MISSING)
    return changes.record(
        connection, kind, key=f"{kind} {times}", report=report, at=at, portal=portal, url=place.url, run=run, version=version.number,
        before=version.number, capture_before=reports.shown_by(connection, place), capture_after=None if answer is None else answer.capture,
        listing=listing, detail=absences.in_words(nights),
    )  # fmt: skip
