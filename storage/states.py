"""alive -> missing -> withdrawn -> restored: when a report's state is another, by what was seen of it.

alive      it stands at one of its places at least, or nothing proves that it does not
missing    it was seen to be absent from every place on nights enough (storage/absences.py): its address said so, or, where no look was answered,
           lists that were read well lacked it
withdrawn  missing, and on a later night the address itself says once more that nothing is there
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from storage import absences, changes, places, reports, unlisted
from storage.nights import night_of
from storage.records import Change, ChangeKind, State
from storage.schema import locations
from storage.schema import reports as reports_table


def judge(connection: Connection, report: int, *, portal: str, run: int | None, at: datetime) -> list[Change]:
    """Hold a report's absences against the rule; tells each piece of news once.

    Returns:
        `missing` or `withdrawn`, in the order they came to be so; none when nothing is new.
    """
    told: list[Change | None] = []
    standing = reports.row(connection, report)
    stood = _places(connection, report)
    nights = [_nights(connection, place, standing) for place in stood]
    if not stood or standing.same_as is not None:
        return []
    if not all(map(absences.proven, nights)):
        return []
    if standing.state == State.ALIVE:
        told.append(_tell(connection, report, ChangeKind.MISSING, State.MISSING, stood[-1], nights[-1], portal=portal, run=run, at=at))
    elif standing.state == State.MISSING and any(_since(connection, report, answer) for answer in map(absences.direct, nights)):
        told.append(_tell(connection, report, ChangeKind.WITHDRAWN, State.WITHDRAWN, stood[-1], nights[-1], portal=portal, run=run, at=at))
    return [change for change in told if change is not None]


def episode(connection: Connection, report: int) -> int:
    """How many times the report has been missing: what makes the same news of two episodes two."""
    return len(changes.of_report(connection, report, ChangeKind.MISSING))


def any_absent(connection: Connection, portal: str) -> bool:
    """See Archive.misses."""
    lost = select(locations.c.id).where(locations.c.report == reports_table.c.id, locations.c.ended_at.is_(None), locations.c.gone_at.is_not(None))
    nowhere = lost.where(~places.stands_elsewhere(locations)).exists()
    absent = or_(reports_table.c.state == State.MISSING, and_(reports_table.c.state == State.ALIVE, nowhere))
    ours = (reports_table.c.portal == portal, reports_table.c.same_as.is_(None))
    return connection.execute(select(reports_table.c.id).where(*ours, absent).limit(1)).first() is not None


def _since(connection: Connection, report: int, answer: Row[Any] | None) -> bool:
    """Whether an answer came on a night after the one that made a report missing."""
    told = changes.of_report(connection, report, ChangeKind.MISSING)
    return answer is not None and (not told or answer.night > night_of(told[-1].time))


def _places(connection: Connection, report: int) -> list[Row[Any]]:
    """Where the report must be absent to be missing: not where it left for another place, at which it was seen since, nor where nobody looks."""
    standing = [place for place in reports.locations_of(connection, report) if place.ended_at is None]
    asked = places.asked(connection, report) if len(standing) > 1 else {place.id for place in standing}
    return [
        place
        for place in standing
        if not any(_is_past(place, other, asked=place.id in asked) for other in standing)
    ]  # fmt: skip


def _is_past(place: Row[Any], other: Row[Any], *, asked: bool) -> bool:
    """Whether a report left a place for another one; of a place that nobody asks for, what was seen elsewhere since is all that will be known."""
    return bool(other.id != place.id and (other.last_seen >= place.gone_at if place.gone_at else not asked and other.last_seen > place.last_seen))


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
