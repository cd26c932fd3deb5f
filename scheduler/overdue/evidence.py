"""What a portal's runs prove of a report they do not show.

A run proves that an organ's report of a year is not on a portal when

1. it began after the deadline, ended, and read all columns it met, with as many candidates as expected;
2. of each column all pages were read, or first pages in order of dates that reach back before the first day of the year after the report year:
   whatever date of that year a report bears, it would stand there (storage/shown.py);
3. its lists show an earlier report of the same organ, or the column in which one stood last, with a row that is a known report. So it is the list
   in which the organ publishes, and one that keeps its years: a list that begins with later years lacks older ones by its age;
4. no row of it may be the report: of that year or of none, of this organ or of none that can be told, and never read.

Whatever of this does not hold leaves the state unknown, with that reason. What a good list proved stays proven while later runs add nothing to it;
it is proven no more when the newest run failed: then nobody knows what stands there today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection

from crawler.reading import divisions, issuers, years
from scheduler.deadlines import who
from scheduler.overdue.cases import Organ, Reason
from spiders import titles
from storage import dues, shown, walks
from storage.dues import Known
from storage.records import DocumentType, Origin, normalised
from storage.shown import Shown
from storage.walks import Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """A list that lacks a report, and the run it is of."""

    listing: Shown
    walk: Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why no list proves anything."""

    reason: Reason
    detail: str | None = None


@dataclass
class Portals:
    """The evidence of some portals, as of a time; each portal's runs are loaded when they are asked for.

    Args:
        keys: of the portals that will be asked about.
    """

    connection: Connection
    keys: Collection[str]
    origins: dict[str, Origin]
    until: datetime
    _older: dict[tuple[str, datetime], tuple[Iterator[Walk], list[Walk]]] = field(default_factory=dict)
    _columns: dict[str, list[Shown]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.newest = walks.newest(self.connection, self.keys, self.until)
        self.first = walks.first(self.connection, self.keys, self.until)
        self.filed = dues.filed(self.connection, self.keys, self.until)
        self._unclear: dict[str, list[Known]] = {key: [] for key in self.keys}
        for one in dues.unclear(self.connection, self.keys, self.until):
            self._unclear[str(one.portal)].append(one)

    def lack(self, portal: str, organ: Organ, year: int, closes: datetime) -> Lack | Doubt:
        """The newest list that proves a report absent from a portal today, or why none does."""
        newest = self.newest.get(portal)
        if newest is None:
            return Doubt(reason=Reason.NEVER_CRAWLED)
        if (unclear := self._may_be(portal, organ, year)) is not None:
            return Doubt(reason=Reason.UNCLEAR, detail=f"report {unclear.id} may be it, or hold it: {unclear.title}")
        if newest.started < closes:
            return Doubt(reason=Reason.NOT_READ_SINCE, detail=f"last run began {newest.started.isoformat(timespec='seconds')}")
        if newest.troubled:
            return Doubt(reason=Reason.IN_TROUBLE, detail=_trouble(newest))
        doubt = None
        for walk in self._since(portal, closes):
            found = self._of(walk, organ, year)
            if isinstance(found, Lack):
                return found
            if found.reason is Reason.LISTED_UNREAD:
                return found
            doubt = doubt or found
        return doubt or Doubt(reason=Reason.NOT_READ_SINCE)

    def lacked(self, portal: str, organ: Organ, year: int, closes: datetime, before: datetime) -> Lack | None:
        """A list between the deadline and the first sight of a report, that proves it was not there yet; the newest such."""
        if portal not in self.first or self.first[portal] >= before:
            return None  # it stood there when the portal was crawled first
        for walk in self._since(portal, closes):
            if walk.finished < before and isinstance(found := self._of(walk, organ, year), Lack):
                return found
        return None

    def _since(self, portal: str, closes: datetime) -> Iterator[Walk]:
        newest = self.newest[portal]
        if newest.started < closes:
            return
        yield newest
        begun, known = self._older.setdefault(
            (portal, closes), (walks.since(self.connection, portal, closes, self.until), [])
        )  # as many as somebody asked for, each loaded once
        number = 0
        while True:
            if number == len(known):
                further = next(begun, None)
                if further is None:
                    return
                known.append(further)
            if known[number].run != newest.run:
                yield known[number]
            number += 1

    def _of(self, walk: Walk, organ: Organ, year: int) -> Lack | Doubt:
        if walk.troubled:
            return Doubt(reason=Reason.IN_TROUBLE, detail=_trouble(walk))
        for url, title in self._suspects(walk, year):
            if _may_name(title, organ, self.origins.get(walk.portal), year):
                return Doubt(reason=Reason.LISTED_UNREAD, detail=f"{title} {url}")
        if left := walk.left_early(date(year + 1, 1, 1)):
            return Doubt(reason=Reason.LEFT_EARLY, detail=f"{left[0]}{f' and {len(left) - 1} more' if len(left) > 1 else ''}")
        listing = self._home(walk, organ, year)
        if listing is None:
            return Doubt(reason=Reason.NEVER_LISTED, detail=f"{walk.portal} lists no earlier report of it")
        return Lack(listing=listing, walk=walk)

    def _home(self, walk: Walk, organ: Organ, year: int) -> Shown | None:
        """The list of a run in which the report would stand."""
        own = {known.id for before, reports in organ.official.items() if before < year for known in reports}
        filed = self.filed[walk.portal]
        urls = {url for url, reports in filed.items() if reports & own}
        for url in urls:
            if url in walk.addresses:
                return walk.addresses[url]
        if not urls:
            return None
        last = next((one for one in reversed(self._history(walk.portal)) if urls & shown.addresses([one])), None)
        pages = walk.columns.get(last.column, []) if last is not None else []
        return next((one for one in pages if shown.addresses([one]) & filed.keys()), None) if not shown.is_whole(pages) else None

    def _history(self, portal: str) -> list[Shown]:
        if portal not in self._columns:
            self._columns[portal] = [one for one in shown.of_portal(self.connection, portal) if one.read_at <= self.until]
        return self._columns[portal]

    def _suspects(self, walk: Walk, year: int) -> Iterator[tuple[str, str]]:
        """Rows of a run that may be a report of that year and were never read; columns are no rows."""
        filed = self.filed[walk.portal]
        for one in walk.lists:
            for url, title, _ in one.rows:
                if url in filed or url in walk.columns or not titles.is_candidate(title):
                    continue
                named = years.of_title(title)
                if named is None or named[0] == year:
                    yield url, title

    def _may_be(self, portal: str, organ: Organ, year: int) -> Known | None:
        """A document of unknown organ or year, or a collection, that may be the report or hold it."""
        for one in self._unclear[portal]:
            if one.year not in {None, year} or (one.issuer is not None and one.type != DocumentType.COLLECTION_PAGE and not _is(organ, one)):
                continue
            if one.year is None and (one.claimed or one.first_seen.date()) < date(year + 1, 1, 1):
                continue
            return one
        return None


def _may_name(title: str, organ: Organ, origin: Origin | None, year: int) -> bool:
    """Whether a title names this organ, or none that can be told."""
    adcode = origin.adcode if origin is not None else organ.adcode
    named = issuers.of_title(title, issuers.Scope(adcode, year, divisions.by_code(adcode)))
    if named is None:
        return True
    if named.division is not None and named.division.code != organ.adcode:
        return False
    return who(named.level) == "government" if organ.who == "government" else normalised(named.name) == normalised(organ.issuer)


def _is(organ: Organ, known: Known) -> bool:
    return who(known.level) == "government" if organ.who == "government" else normalised(known.issuer or "") == normalised(organ.issuer)


def _trouble(walk: Walk) -> str:
    said = f"{walk.unread} columns unread" if walk.unread else walk.outcome
    return f"run {walk.run} of {walk.started.isoformat(timespec='seconds')}: {walk.detail or said}"
