"""Which captures and readings an export is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, exists, or_, select

from storage import appearing
from storage.engine import reading
from storage.nights import night_of
from storage.schema import absences, captures, changes, listings, locations, readings, reports
from storage.types import utc

if TYPE_CHECKING:
    from storage.archive import Archive

T = TypeVar("T")

_AT_ONCE = 500  # numbers in one question; SQLite takes some 32,000, PostgreSQL 65,535


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the archive shall be exported; everything where nothing is named.

    Attributes:
        portal: captures made for this portal.
        adcodes, year, report: captures that reports of these divisions, of this reporting year, or this one report rest on, and those that tell
            when they appeared and on which nights they were absent.
        since, until: captures fetched at or after, and before, these times.
    """

    portal: str | None = None
    adcodes: Sequence[str] | None = None
    year: int | None = None
    report: int | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def everything(self) -> bool:
        return all(value is None for value in (self.portal, self.adcodes, self.year, self.report, self.since, self.until))


@dataclass(frozen=True, slots=True)
class Selection:
    """The numbers of captures, oldest kept first, and the readings all of whose captures are among them, by the number of their page."""

    captures: list[int]
    readings: dict[int, list[Row[Any]]]


def has_captures(archive: Archive, portal: str) -> bool:
    """Whether anything was ever kept for a portal, crawled or imported."""
    with reading(archive.engine) as connection:
        return bool(connection.execute(select(exists().where(captures.c.portal == portal))).scalar_one())


def select_from(connection: Connection, wanted: Wanted) -> Selection:
    """The captures that are wanted, and those without which their readings could not be read again: further parts, attachments, the older
    page that a newer file was read with, and the list page that a 304 confirmed."""
    asked: list[ColumnElement[bool]] = []
    if wanted.portal is not None:
        asked.append(captures.c.portal == wanted.portal)
    if wanted.since is not None:
        asked.append(captures.c.fetched_at >= utc(wanted.since))
    if wanted.until is not None:
        asked.append(captures.c.fetched_at < utc(wanted.until))
    chosen = set(connection.execute(select(captures.c.id).where(*asked)).scalars())
    if wanted.adcodes is not None or wanted.year is not None or wanted.report is not None:
        chosen &= _of_reports(connection, wanted)
    whole = {row.id: row for row in connection.execute(select(readings).order_by(readings.c.id))}
    told = [row for row in whole.values() if chosen.intersection(row.captures) and _latest(row.captures) in chosen]
    chosen.update(number for row in told for number in row.captures)
    chosen |= _confirmed(connection, chosen)
    by_page: dict[int, list[Row[Any]]] = {}
    for row in told:
        by_page.setdefault(row.capture, []).append(row)
    return Selection(sorted(chosen), by_page)


def _latest(numbers: Sequence[int]) -> int:
    """What was kept last of a reading's captures tells when it was read."""
    return max(numbers)


def _confirmed(connection: Connection, chosen: set[int]) -> set[int]:
    found = connection.execute(select(listings.c.capture, listings.c.confirms).where(listings.c.confirms.is_not(None)))
    return {row.confirms for row in found if row.capture in chosen}


def _of_reports(connection: Connection, wanted: Wanted) -> set[int]:
    """Captures that speak of the wanted reports: what they were read from, every other answer of their addresses (304, 404), the captures that their
    changes and absences name, and the list pages that lacked them or showed them first."""
    asked: list[ColumnElement[bool]] = []
    if wanted.adcodes is not None:
        asked.append(reports.c.adcode.in_(list(wanted.adcodes)))
    if wanted.year is not None:
        asked.append(reports.c.year == wanted.year)
    if wanted.report is not None:
        asked.append(or_(reports.c.id == wanted.report, reports.c.same_as == wanted.report))
    numbers = list(connection.execute(select(reports.c.id).where(*asked)).scalars())
    parts: set[int] = set()  # of readings: pages, further parts, attachments
    found: set[int] = set()
    lists: set[int | None] = set()
    addresses: set[str] = set()
    for some in _batches(numbers):
        for row in connection.execute(select(readings.c.captures).where(readings.c.report.in_(some))):
            parts.update(row.captures)
        addresses.update(connection.execute(select(locations.c.url).where(locations.c.report.in_(some))).scalars())
        for change in connection.execute(select(changes).where(changes.c.report.in_(some))):
            found.update(number for number in (change.capture_before, change.capture_after) if number is not None)
            lists.add(change.listing)
        for absence in connection.execute(select(absences).where(absences.c.report.in_(some))):
            addresses.add(absence.url)
            lists.add(absence.listing)
    for seen in appearing.of_reports(connection, numbers).values():
        lists |= {seen.not_before_listing, seen.not_after_listing}
    for some in _batches(sorted(parts)):
        addresses.update(connection.execute(select(captures.c.url).where(captures.c.id.in_(some))).scalars())
    for urls in _batches(sorted(addresses)):
        found.update(connection.execute(select(captures.c.id).where(captures.c.url.in_(urls))).scalars())
    return parts | found | _beside(connection, {number for number in lists if number is not None})


def _beside(connection: Connection, numbers: set[int]) -> set[int]:
    """Captures of these listings and of all pages of their columns that were read in the same runs (the same nights, where no run is known): that a
    page lacks a report says nothing without the others."""
    found: set[int] = set()
    for some in _batches(sorted(numbers)):
        named = connection.execute(select(listings.c.portal, listings.c.column, listings.c.run, listings.c.read_at).where(listings.c.id.in_(some)))
        for portal, column, run, night in {(*row[:3], None if row.run is not None else night_of(row.read_at)) for row in named}:
            pages = select(listings.c.capture, listings.c.read_at).where(
                listings.c.portal == portal, listings.c.column == column, listings.c.run.is_not_distinct_from(run)
            )
            found.update(row.capture for row in connection.execute(pages) if run is not None or night_of(row.read_at) == night)
    return found


def _batches(numbers: Sequence[T]) -> Iterator[Sequence[T]]:
    return (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
