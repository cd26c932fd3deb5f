"""When a report appeared on its portal: not before the last list that should have shown it and did not, not after the first sight of it.

Both ends are what the archive saw, whatever date the page claims. What nobody saw stays unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, select

from storage import shown
from storage.engine import reading
from storage.schema import captures, locations, readings
from storage.schema import reports as reports_table
from storage.shown import Shown

if TYPE_CHECKING:
    from storage.archive import Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeared:
    """Between which moments a report came to stand on its portal.

    Attributes:
        not_before: when its column was read well for the last time without it; None when no list can say. `not_before_listing`: the first
            listing of that run of the column; the others of the run are the rest of the evidence.
        not_after: when a list showed it, or a capture held it, for the first time: the listing, the capture, or both.
    """

    not_before: datetime | None = None
    not_before_listing: int | None = None
    not_after: datetime | None = None
    not_after_listing: int | None = None
    not_after_capture: int | None = None

    def plain(self) -> dict[str, Any]:
        """For JSON: times as ISO text in UTC."""
        times = {name: None if (at := getattr(self, name)) is None else at.isoformat(timespec="seconds") for name in ("not_before", "not_after")}
        return {
            "not_before": times["not_before"], "not_before_listing": self.not_before_listing, "not_after": times["not_after"],
            "not_after_listing": self.not_after_listing, "not_after_capture": self.not_after_capture,
        }  # fmt: skip


def appeared(archive: Archive, portal: str | None, reports: Collection[int] | None = None) -> dict[int, Appeared]:
    """When reports of one portal appeared, by report.

    Args:
        portal: None for what was imported without one; no list is known to show that.
        reports: these alone; None for all of the portal.
    """
    with reading(archive.engine) as connection:
        ours = select(reports_table.c.id).where(reports_table.c.portal.is_not_distinct_from(portal))
        return of_reports(connection, {number for number in connection.execute(ours).scalars() if reports is None or number in reports})


def of_reports(connection: Connection, numbers: Collection[int]) -> dict[int, Appeared]:
    """When reports of whatever portals appeared, by report; each portal's listings are gone through once for all its reports."""
    of_portal: dict[str | None, list[Row[Any]]] = defaultdict(list)
    for row in list(_portions(connection, select(reports_table), reports_table.c.id, numbers)):
        of_portal[row.portal].append(row)
    urls, first = _addresses(connection, numbers), _captures(connection, numbers)
    return {
        row.id: _of(row, urls[row.id], first.get(row.id), columns) for portal, columns in _columns(connection, of_portal) for row in of_portal[portal]
    }


def _columns(connection: Connection, portals: Collection[str | None]) -> Iterator[tuple[str | None, _Columns | None]]:
    """Each portal with its listings; with None, where it has none."""
    left = set(portals)
    for portal, listings in shown.of_portals(connection, [key for key in left if key is not None]):
        left.discard(portal)
        yield portal, _Columns(listings)
    yield from ((portal, None) for portal in left)


def _of(report: Row[Any], urls: set[str], capture: Row[Any] | None, columns: _Columns | None) -> Appeared:
    listing = None if columns is None else columns.first(urls)
    sights: list[datetime] = ([] if listing is None else [listing.read_at]) + ([] if capture is None else [capture.fetched_at])
    if not sights:
        return Appeared()
    after = min(sights)
    titles = set() if listing is None else shown.titles(report.title, urls, [listing])
    before = None if columns is None or listing is None else columns.last_without(listing, urls, titles, report.published, until=after)
    return Appeared(
        not_before=None if before is None else before.read_at,
        not_before_listing=None if before is None else before.id,
        not_after=after,
        not_after_listing=listing.id if listing is not None and listing.read_at == after else None,
        not_after_capture=capture.id if capture is not None and capture.fetched_at == after else None,
    )


class _Columns:
    """A portal's listings, oldest first, by column and run."""

    def __init__(self, lists: Iterable[Shown]) -> None:
        self._columns: dict[str, list[Shown]] = defaultdict(list)
        self._first: dict[str, Shown] = {}  # by address, the listing that showed it first
        for one in lists:
            self._columns[one.column].append(one)
            for url, _, _ in one.rows:
                self._first.setdefault(url, one)
        self._nights = {column: shown.nights(found) for column, found in self._columns.items()}

    def first(self, urls: set[str]) -> Shown | None:
        """The first listing that shows one of these addresses."""
        return min((self._first[url] for url in urls if url in self._first), key=lambda one: (one.read_at, one.id), default=None)

    def last_without(self, first: Shown, urls: set[str], titles: set[str], published: date | None, *, until: datetime) -> Shown | None:
        """The first page of the last run that read the column of `first` well before `until`, knew its rows, and showed nothing like the report."""
        printed = next((day for url, _, day in first.rows if url in urls), None)
        day = date.fromisoformat(printed) if printed else published
        familiar = shown.addresses([first]) - urls
        for night in reversed(self._nights[first.column]):
            if night[0].read_at >= until or night[0].run == first.run is not None:
                continue
            if shown.read_well(night, day) and familiar & shown.addresses(night):
                # one that was listed under its title at another address that night was there before; no earlier night is the last without it
                return None if any(shown.shows(one, urls, titles) for one in night) else min(night, key=lambda one: (one.read_at, one.page))
        return None


def _addresses(connection: Connection, numbers: Collection[int]) -> dict[int, set[str]]:
    """Every URL each report was read from or asked for at."""
    found: dict[int, set[str]] = {number: set() for number in numbers}
    stood = select(locations.c.report, locations.c.url)
    asked = select(readings.c.report, captures.c.url).join(captures, captures.c.id == readings.c.capture).distinct()
    for query, column in ((stood, locations.c.report), (asked, readings.c.report)):
        for row in _portions(connection, query, column, numbers):
            found[row.report].add(row.url)
    return found


def _captures(connection: Connection, numbers: Collection[int]) -> dict[int, Row[Any]]:
    """The first capture of each report."""
    held = select(readings.c.report, captures.c.id, captures.c.fetched_at).join(captures, captures.c.id == readings.c.capture)
    found: dict[int, Row[Any]] = {}
    for row in _portions(connection, held, readings.c.report, numbers):
        known = found.get(row.report)
        if known is None or (row.fetched_at, row.id) < (known.fetched_at, known.id):
            found[row.report] = row
    return found


def _portions(connection: Connection, query: Any, column: Any, reports: Collection[int]) -> Iterator[Row[Any]]:
    """The rows of a query for many reports, some hundreds at a time: databases bound how much one statement may name."""
    numbers = sorted(reports)
    for start in range(0, len(numbers), 500):
        yield from connection.execute(query.where(column.in_(numbers[start : start + 500])))
