"""Which captures and readings an export is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from storage import appearing
from storage.errors import UnknownPortal, UnknownReport
from storage.schema import absences, captures, changes, listings, locations, readings, reports
from storage.types import utc

T = TypeVar("T")

_AT_ONCE = 500  # numbers in one question; SQLite takes some 32,000, PostgreSQL 65,535


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the archive shall be exported; everything where nothing is named.

    Attributes:
        portal: captures made for this portal.
        adcodes, year, report: captures that reports of these divisions, of this reporting year, or this one report rest on.
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


def select_from(connection: Connection, wanted: Wanted) -> Selection:
    """The captures that are wanted, and those without which their readings could not be read again: further parts, attachments, the older
    page that a newer file was read with, and the list page that a 304 confirmed.

    Raises:
        UnknownPortal, UnknownReport: it is none of this archive's.
    """
    _refuse_unknown(connection, wanted)
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


def _refuse_unknown(connection: Connection, wanted: Wanted) -> None:
    """A misspelt portal or a wrong number is no empty export."""
    if wanted.report is not None and connection.execute(select(reports.c.id).where(reports.c.id == wanted.report)).first() is None:
        raise UnknownReport(f"no report {wanted.report}; `nianbao find` lists them with their numbers")
    if wanted.portal is not None and connection.execute(select(captures.c.id).where(captures.c.portal == wanted.portal).limit(1)).first() is None:
        known = connection.execute(select(captures.c.portal).where(captures.c.portal.is_not(None)).distinct().order_by(captures.c.portal)).scalars()
        raise UnknownPortal(f"{wanted.portal}: nothing was kept for such a portal; the archive holds {', '.join(islice(known, 20)) or 'none'}")


def _latest(numbers: Sequence[int]) -> int:
    """What was kept last of a reading's captures tells when it was read."""
    return max(numbers)


def _confirmed(connection: Connection, chosen: set[int]) -> set[int]:
    found = connection.execute(select(listings.c.capture, listings.c.confirms).where(listings.c.confirms.is_not(None)))
    return {row.confirms for row in found if row.capture in chosen}


def _of_reports(connection: Connection, wanted: Wanted) -> set[int]:
    """Captures that speak of the wanted reports: what they were read from, every other answer of their addresses (304, 404), the captures that their
    changes and absences name, and the list pages that showed them first or lacked them."""
    asked: list[ColumnElement[bool]] = []
    if wanted.adcodes is not None:
        asked.append(reports.c.adcode.in_(list(wanted.adcodes)))
    if wanted.year is not None:
        asked.append(reports.c.year == wanted.year)
    if wanted.report is not None:
        asked.append(or_(reports.c.id == wanted.report, reports.c.same_as == wanted.report))
    numbers = list(connection.execute(select(reports.c.id).where(*asked)).scalars())
    found: set[int] = set()
    pages: set[int] = set()
    addresses: set[str] = set()
    for some in _batches(numbers):
        for row in connection.execute(select(readings.c.captures, readings.c.capture).where(readings.c.report.in_(some))):
            found.update(row.captures)
            pages.add(row.capture)
        addresses.update(connection.execute(select(locations.c.url).where(locations.c.report.in_(some))).scalars())
        for change in connection.execute(select(changes).where(changes.c.report.in_(some))):
            found.update(number for number in (change.capture_before, change.capture_after) if number is not None)
    for some in _batches(sorted(pages)):
        addresses.update(connection.execute(select(captures.c.url).where(captures.c.id.in_(some))).scalars())
    for urls in _batches(sorted(addresses)):
        found.update(connection.execute(select(captures.c.id).where(captures.c.url.in_(urls))).scalars())
    return found | _lists_of(connection, numbers)


def _lists_of(connection: Connection, numbers: Sequence[int]) -> set[int]:
    """The list pages that prove when reports appeared and that they went: all pages of a column as one run read it, since one alone proves little."""
    appeared = appearing.of_reports(connection, numbers).values()
    named = {number for seen in appeared for number in (seen.not_before_listing, seen.not_after_listing) if number is not None}
    for some in _batches(numbers):
        for table in (changes, absences):
            named.update(connection.execute(select(table.c.listing).where(table.c.report.in_(some), table.c.listing.is_not(None))).scalars())
    found: set[int] = set()
    other = listings.alias()
    beside = and_(other.c.portal == listings.c.portal, other.c.column == listings.c.column, other.c.run == listings.c.run)
    for some in _batches(sorted(named)):
        pages = select(listings.c.capture, other.c.capture.label("beside")).outerjoin(other, beside).where(listings.c.id.in_(some))
        for row in connection.execute(pages):
            found |= {row.capture, row.beside} - {None}
    return found


def _batches(numbers: Sequence[T]) -> Iterator[Sequence[T]]:
    return (numbers[start : start + _AT_ONCE] for start in range(0, len(numbers), _AT_ONCE))
