"""What a run's listings say of reports that are known: which are absent from a list that was read well, and which have moved with their column.

Asked only where the page itself gave no answer: a page that answers is alive, listed or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, or_, select

from storage import shown
from storage.frontier import FAILED, GONE, REFUSED, UNANSWERED
from storage.records import State, normalised
from storage.schema import frontier, locations, readings, reports
from storage.shown import Shown

FAMILIAR = 0.5  # the share of a list's other rows that must still stand there; less is another list, or half a list, and proves nothing


_UNANSWERED = and_(frontier.c.state.in_([FAILED, REFUSED]), frontier.c.error.in_(UNANSWERED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlisted:
    """A report that a list read well no longer shows, `url` being where it stood."""

    report: int
    url: str
    last_seen: datetime
    listing: int


def absent(connection: Connection, portal: str, tonight: Sequence[Shown]) -> list[Unlisted]:
    """Reports whose own pages gave no useful answer (blocked, unreachable, gone), and which a list should show and does not.

    Args:
        tonight: the listings of one run.
    """
    found = []
    earlier = _Earlier(connection, portal)
    for row in connection.execute(_no_answer(portal, min(listing.read_at for listing in tonight))):
        before = earlier.that_showed(row.listed_as, row.listed_at)
        if before is None or (listing := _lacks(row, before, tonight)) is None:
            continue
        found.append(Unlisted(report=row.report, url=row.url, last_seen=row.last_seen, listing=listing))
    return found


class _Earlier:
    """Listings of a portal by the moment they were read, each unpacked once."""

    def __init__(self, connection: Connection, portal: str) -> None:
        self._connection, self._portal = connection, portal
        self._read: dict[datetime, list[Shown]] = {}

    def that_showed(self, url: str, at: datetime) -> Shown | None:
        """The listing read at that moment that shows an address; the frontier knows when an address was listed last (`listed_at`)."""
        if at not in self._read:
            self._read[at] = shown.read_at(self._connection, self._portal, at)
        return next((one for one in self._read[at] if url in shown.addresses([one])), None)


def _no_answer(portal: str, begun: datetime) -> Select[Any]:
    """Filed pages not listed since `begun`, where the last look at them told nothing of what stands there, or that nothing does."""
    answer = or_(frontier.c.state == GONE, _UNANSWERED)
    return (
        select(
            locations.c.report, locations.c.url, frontier.c.url.label("listed_as"), frontier.c.listed_at, frontier.c.listed, frontier.c.title,
            reports.c.title.label("known_as"), reports.c.last_seen,
        )
        .join(readings, readings.c.capture == frontier.c.capture)
        .join(locations, and_(locations.c.report == readings.c.report, locations.c.url == readings.c.url))
        .join(reports, reports.c.id == locations.c.report)
        .where(
            frontier.c.portal == portal, frontier.c.listed_at < begun, answer, locations.c.ended_at.is_(None), reports.c.state != State.WITHDRAWN,
            reports.c.same_as.is_(None),
        )
        .distinct()
    )  # fmt: skip


def _lacks(row: Row[Any], before: Shown, tonight: Sequence[Shown]) -> int | None:
    """The listing that proves a report absent: of the column that showed it, read well, familiar, with nothing like it on any list."""
    column = [listing for listing in tonight if listing.column == before.column]
    titles = {normalised(title) for title in (row.title, row.known_as) if title} - {""}
    urls = {row.url, row.listed_as}
    others = shown.addresses([before]) - urls
    if not column or len(others & shown.addresses(column)) < max(1.0, FAMILIAR * len(others)):
        return None
    if any(shown.shows(listing, urls, titles) for listing in tonight) or not shown.read_well(column, row.listed):
        return None
    return next((listing.id for listing in column if listing.page == before.page), column[-1].id)


def left_behind(connection: Connection, portal: str, tonight: Sequence[Shown]) -> list[tuple[Row[Any], Row[Any]]]:
    """Places of reports that a column showed which is no more read (its address is another now, or its host), each with the place of the same
    report that was first seen and listed in this run.

    Args:
        tonight: the listings of a run that read all its columns.
    """
    begun = min(listing.read_at for listing in tonight)
    listed, columns = shown.addresses(tonight), {listing.column for listing in tonight}
    stands = (locations.c.portal == portal, locations.c.ended_at.is_(None), locations.c.gone_at.is_(None))
    new = [row for row in connection.execute(select(locations).where(*stands, locations.c.first_seen >= begun)) if _address(connection, row) & listed]
    earlier = _Earlier(connection, portal)
    found = []
    for place in new:
        older = select(locations).where(*stands, locations.c.report == place.report, locations.c.first_seen < begun)
        for other in connection.execute(older.where(locations.c.version == place.version).order_by(locations.c.id)):
            if (before := _last_shown(connection, earlier, other)) is not None and before.read_at < begun and before.column not in columns:
                found.append((other, place))
    return found


def listed_at(connection: Connection, place: Row[Any]) -> datetime | None:
    """When a list showed a place last; None when none did."""
    return max((row.listed_at for row in _listed_as(connection, place) if row.listed_at is not None), default=None)


def unanswered(connection: Connection, place: Row[Any]) -> bool:
    """Whether the last look at a place told nothing: it may stand there or not."""
    rows = _listed_as(connection, place)
    return bool(rows) and all(row.state in {FAILED, REFUSED} and row.error in UNANSWERED for row in rows)


def _last_shown(connection: Connection, earlier: _Earlier, place: Row[Any]) -> Shown | None:
    found = [earlier.that_showed(row.url, row.listed_at) for row in _listed_as(connection, place) if row.listed_at is not None]
    return max((one for one in found if one is not None), key=lambda one: one.read_at, default=None)


def _address(connection: Connection, place: Row[Any]) -> set[str]:
    return {place.url, *(row.url for row in _listed_as(connection, place))}


def _listed_as(connection: Connection, place: Row[Any]) -> list[Row[Any]]:
    """The frontier's rows of a place: its own address, and those that led to it."""
    filed = select(readings.c.capture).where(readings.c.report == place.report, readings.c.url == place.url)
    here = or_(frontier.c.url == place.url, frontier.c.capture.in_(filed))
    return list(connection.execute(select(frontier).where(frontier.c.portal == place.portal, here)))
