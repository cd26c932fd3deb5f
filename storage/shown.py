"""What listings showed, and what one that was read well proves: pure functions over stored listings, and the question for them.

A listing shows what stood on one page of a column at one moment. That something is not in it says nothing, unless the column was read well: all
its pages up to the last one in one run, or its first pages in order of dates that reach further back than what is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from storage.nights import night_of
from storage.records import normalised
from storage.schema import captures, listings

Rows = tuple[tuple[str, str, str | None], ...]  # URL, title and printed date of each, in their order

_PORTALS = 50  # whose listings are asked for at once
_HOLDS = func.coalesce(listings.c.confirms, listings.c.capture)  # whose bytes a listing was read from: a 304 has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A stored listing: what one page of a column showed.

    Attributes:
        capture: sha256 of its bytes, which may have come on an earlier night and been confirmed by a 304.
        rows: URL, title and printed date of each, in its order.
    """

    id: int
    column: str
    page: int
    last: bool
    run: int | None
    read_at: datetime
    capture: str
    rows: Rows


def shows(listing: Shown, urls: Collection[str], titles: Collection[str]) -> bool:
    """Whether a listing shows one of these addresses, or one of these (normalised, non-empty) titles under whatever address."""
    return any(url in urls or normalised(title) in titles for url, title, _ in listing.rows)


def titles(title: str | None, urls: Collection[str], listings: Iterable[Shown]) -> set[str]:
    """The titles, normalised, that tell a report: its page's, and those of its rows, which lists shorten; none that a list gives others too."""
    found = {normalised(title or "")}
    for listing in listings:
        told = [(url, normalised(said)) for url, said, _ in listing.rows]
        others = {said for url, said in told if url not in urls}
        found |= {said for url, said in told if url in urls} - others
    return found - {""}


def nights(listings: Iterable[Shown]) -> list[list[Shown]]:
    """Listings of one column by the run that read them (by night, where no run is known), in their order."""
    found: dict[object, list[Shown]] = {}
    for listing in listings:
        found.setdefault(listing.run if listing.run is not None else night_of(listing.read_at), []).append(listing)
    return list(found.values())


def is_whole(night: Sequence[Shown]) -> bool:
    """Whether these pages of one column are all of it, from the first to the last."""
    pages = {listing.page: listing for listing in night}
    end = next((number for number, listing in pages.items() if listing.last), None)
    return end is not None and all(number in pages for number in range(1, end + 1))


def read_well(night: Sequence[Shown], day: date | None) -> bool:
    """Whether these pages of one column, read in one run, would show a row that bears that date, if it stood there.

    Args:
        day: None where no date is known; then only the whole column proves anything.
    """
    if is_whole(night):
        return True
    if day is None:
        return False
    days: list[date] = []
    for listing in _first_pages(night):
        printed = [date.fromisoformat(said) for _, _, said in listing.rows if said]
        days += printed
        if len(printed) < len(listing.rows) or days != sorted(days, reverse=True):
            return False
        if len(days) >= 2 and days[-1] < day:  # older ones stand below it on these very pages
            return True
    return False


def _first_pages(night: Sequence[Shown]) -> Iterator[Shown]:
    """The first page and those that follow it without a gap."""
    pages = {listing.page: listing for listing in night}
    number = 1
    while number in pages:
        yield pages[number]
        number += 1


def addresses(listings: Iterable[Shown]) -> set[str]:
    """The addresses that listings show."""
    return {url for listing in listings for url, _, _ in listing.rows}


def stored() -> Select[Any]:
    """Listings with the hash of their bytes; order and conditions are the caller's."""
    return select(listings, captures.c.sha256).join(captures, captures.c.id == _HOLDS)


def of(row: Row[Any], rows: Rows | None = None) -> Shown:
    """The listing of a row of `stored()`.

    Args:
        rows: what it shows, where the row itself does not say.
    """
    told = tuple((url, title, day) for url, title, day, _ in row.rows) if rows is None else rows
    return Shown(
        id=row.id, column=row.column, page=row.page, last=row.last, run=row.run, read_at=row.read_at, capture=row.sha256, rows=told
    )  # fmt: skip


def of_run(connection: Connection, portal: str, run: int) -> list[Shown]:
    """What one run read of a portal's columns, in its order."""
    asked = stored().where(listings.c.portal == portal, listings.c.run == run).order_by(listings.c.id)
    return [of(row) for row in connection.execute(asked)]


def of_portal(connection: Connection, portal: str) -> Iterator[Shown]:
    """All listings of a portal, oldest first."""
    for _, found in of_portals(connection, [portal]):
        yield from found


def of_portals(connection: Connection, portals: Collection[str]) -> Iterator[tuple[str, Iterator[Shown]]]:
    """All listings of portals, oldest first, portal by portal; those without one are left out. What a portal's listings show must be taken before
    the next portal is asked for. Lists read every night say the same most nights: each is unpacked once.
    """
    keys = sorted(portals)
    for start in range(0, len(keys), _PORTALS):
        ours = listings.c.portal.in_(keys[start : start + _PORTALS])
        firsts = select(func.min(listings.c.id)).where(ours).group_by(listings.c.rows_sha256)
        said = {row.rows_sha256: of(row).rows for row in connection.execute(stored().where(listings.c.id.in_(firsts)))}
        facts = (listings.c[fact] for fact in ("id", "portal", "column", "page", "last", "run", "read_at", "rows_sha256"))
        asked: Select[Any] = select(*facts, captures.c.sha256).join(captures, captures.c.id == _HOLDS).where(ours)
        rows = connection.execute(asked.order_by(listings.c.portal, listings.c.read_at, listings.c.id))
        for portal, found in groupby(rows, key=lambda row: str(row.portal)):
            yield portal, (of(row, said[row.rows_sha256]) for row in found)


def read_at(connection: Connection, portal: str, at: datetime) -> list[Shown]:
    """A portal's listings read at that very moment, newest first."""
    then = stored().where(listings.c.portal == portal, listings.c.read_at == at).order_by(listings.c.id.desc())
    return [of(row) for row in connection.execute(then)]
