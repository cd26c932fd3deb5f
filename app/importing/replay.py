"""Filing what was found: keep, gate, read, file, as every page goes, in the order of time.

What is older than what the archive knows already becomes history, never news: an old answer restores nothing and makes nothing missing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from pebble import ProcessExpired

from app.importing.reading import Parts, read_whole
from app.importing.saved import filed
from app.importing.sources import Found, Item
from app.importing.spool import Spool
from app.importing.steps import Keep, Read, Settle, Step, is_document, listing_rows, steps
from app.importing.trusting import Portals, is_governments
from crawler import gate
from crawler.config import Config
from crawler.errors import CrawlError
from crawler.readers import readers
from crawler.urls import canonical
from spiders import candidates
from spiders.columns import page_of, rows_of
from spiders.families import telling
from storage import readings
from storage.archive import Archive
from storage.engine import reading as reads
from storage.records import Candidate, Capture, Change, Listing, Outcome, Reading

logger = logging.getLogger(__name__)

KILLED = (FutureTimeout, ProcessExpired, BrokenProcessPool, MemoryError)
Row = dict[str, Any]
Told = Callable[[Row], None]


@dataclass(slots=True)
class Counts:
    """How an import went."""

    kept: int = 0
    known: int = 0
    filed: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    errors: int = 0

    def summary(self) -> Row:
        """As JSON."""
        return {**asdict(self), "changes": dict(self.changes), "skipped": dict(self.skipped)}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What came of reading a page: a reading with the captures it rests on, or what went wrong, or None where it is filed already."""

    reading: Reading | None = None
    order: tuple[Item, ...] = ()
    error: Row | None = None
    known: bool = False


class Replay:
    """Files what was found.

    Parameters:
        told: called with a row for each answer that was filed or could not be, and for each that was kept or skipped.
    """

    def __init__(self, archive: Archive, found: Found, spool: Spool, portals: Portals, config: Config, told: Told) -> None:
        self._archive, self._found, self._spool, self._portals, self._config = archive, found, spool, portals, config
        self._told = told
        self.counts = Counts(skipped=Counter(found.skipped))
        self._ids: dict[int, int] = {}  # captures in the archive, by item
        self._runs: dict[tuple[int, int], int] = {}
        self._known_portals: set[str] = set()
        self._listed: Counter[tuple[int, int]] = Counter()  # listings read, by run
        self._absent: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)  # by run: URLs that a listing lacked, and which
        self._answered_absent: set[tuple[int, int, str]] = set()
        self._columns: dict[str, set[str]] = defaultdict(set)
        self._elsewhere = Parts(found, spool)
        self._late: list[Read] = []  # files, once all pages have named theirs
        self._deferred: set[int] = set()
        self.steps = steps(found)

    async def run(self, passed: Callable[[], None]) -> None:
        """Take all steps.

        Args:
            passed: called after each.
        """
        for trouble in self._found.troubles:
            self.counts.errors += 1
            self._told({**_EMPTY, "path": trouble.path, "url": trouble.url, "error": trouble.detail, "rule": trouble.rule})
        for item in self._found.items:
            for listing in item.facts.listings if item.facts else ():
                if key := self._portals.of(item.address, item.facts.portal if item.facts else None):
                    self._columns[key].add(listing.column)
        readers.open()
        try:
            async for step, outcome in self._ahead(self.steps):
                self._take(step, outcome)
                passed()
            async for step, outcome in self._ahead(self._late):
                self._take(step, outcome)
        finally:
            readers.close()

    async def _ahead(self, order: Sequence[Step]) -> AsyncIterator[tuple[Step, _Outcome | None]]:
        """The steps in their order, their pages read in advance, as many as the readers keep busy with."""
        waiting: deque[asyncio.Task[_Outcome]] = deque()
        coming = iter([step for step in order if isinstance(step, Read)])

        def fill() -> None:
            while len(waiting) < 2 * self._config.crawl.readers and (step := next(coming, None)) is not None:
                waiting.append(asyncio.create_task(self._read(step)))

        try:
            for step in order:
                fill()
                yield step, await waiting.popleft() if isinstance(step, Read) else None
        finally:
            for task in waiting:
                task.cancel()

    def _take(self, step: Step, outcome: _Outcome | None) -> None:
        if isinstance(step, Keep):
            if self._is_kept_anyway(step.item):
                self._keep(step.item)
        elif isinstance(step, Settle):
            self._settle(step)
        elif outcome is not None:
            self._file(step, outcome)

    def _is_kept_anyway(self, item: Item) -> bool:
        """The rule: hosts of our portals, hosts of the state, and files; of others only what turns out to be a report or the like."""
        return self._portals.of(item.address) is not None or is_governments(item.address) or item.address.startswith("file:")

    def _portal(self, item: Item) -> str | None:
        """The portal whose hosts cover the answer; None for what was imported before it was exported."""
        if item.facts is not None and item.facts.portal is None:
            return None
        return self._portals.of(item.address, item.facts.portal if item.facts else None)

    def _keep(self, item: Item) -> int:
        if id(item) in self._ids:
            return self._ids[id(item)]
        portal, run = self._portal(item), self._run(item)
        number, fresh = self._archive.keep_again(replace(self._load(item), portal=portal), item.nth, run=run)
        self._ids[id(item)] = number
        self.counts.kept += fresh
        self.counts.known += not fresh
        if portal is not None:
            self._know(portal, item.capture.fetched_at)
            self._notice(item, number, portal, run)
        return number

    def _load(self, item: Item) -> Capture:
        return replace(item.capture, body=self._spool.get(item.sha256))

    def _know(self, portal: str, at: datetime) -> None:
        origin = self._portals.origin(portal)
        if portal not in self._known_portals and origin is not None:
            self._known_portals.add(portal)
            self._archive.know(origin, at)

    def _run(self, item: Item) -> int | None:
        """The run of ours that kept an answer, brought along; only for a portal that there is a file for."""
        number = item.facts.run if item.facts else None
        if number is None or (told := self._found.runs.get((item.source, number))) is None:
            return None
        if (item.source, number) not in self._runs:
            if self._portals.of(item.address, told.portal) != told.portal:
                return None
            self._know(told.portal, told.started)
            counts = dict(told.counts) if told.whole else {**told.counts, "columns_unread": max(1, told.counts.get("columns_unread", 1))}
            finished, outcome = (told.finished, told.outcome) if told.finished else (told.started, Outcome.FAILED)
            self._runs[item.source, number] = self._archive.bring_run(told.portal, told.started, finished, Outcome(outcome), counts, told.detail)
        return self._runs[item.source, number]

    def _notice(self, item: Item, number: int, portal: str, run: int | None) -> None:
        """What an answer says without being read as a report."""
        capture, told = item.capture, item.facts
        for listing in told.listings if told else ():
            self._list(item, number, portal, run, Listing(
                portal=portal, column=listing.column, page=listing.page, last=listing.last, read_at=listing.read_at,
                rows=tuple(Candidate(url=url, title=title, listed=listed, issuer=issuer) for url, title, listed, issuer in listing.rows),
            ), listing_rows(listing))  # fmt: skip
        if (told and (told.listings or told.readings)) or self._archive.seen_since(capture.url, portal, capture.fetched_at):
            return
        if capture.status == 304:
            self._learned(item, self._archive.unchanged(capture.url, portal, number, run, capture.fetched_at))
        elif told is not None and told.run is not None and self._listed[item.source, told.run]:
            self._look(item, number, portal, run, (item.source, told.run))

    def _look(self, item: Item, number: int, portal: str, run: int | None, night: tuple[int, int]) -> None:
        """A direct look at a report's address that was answered with nothing: twice in a run that read the lists, as in a crawl."""
        capture = self._load(item)
        try:
            gate.check(capture, expected="report", origin=self._portals.origin(portal))
        except CrawlError as error:
            if not gate.speaks_of_absence(error):
                return
        else:
            return
        if (*night, capture.url) not in self._answered_absent:
            self._answered_absent.add((*night, capture.url))
            return
        listing = self._absent[night].get(capture.url)
        self._learned(item, self._archive.gone(capture.url, portal, number, listing, run, capture.fetched_at))

    def _list(self, item: Item, number: int, portal: str, run: int | None, listing: Listing, rows: list[Any]) -> None:
        """A page of a column is a listing again, if it shows these rows to the family that reads it today."""
        family = self._portals.family(portal)
        try:
            with telling(item.address):
                shown = rows_of(family, page_of(self._load(item), listing.column, listing.page))
        except CrawlError as error:
            self._failed(item, f"listing: its rows cannot be read: {error.detail}", "listing")
            return
        if [(row.url, row.title, row.listed.isoformat() if row.listed else None, row.issuer) for row in shown] != rows:
            self._failed(item, f"listing: the page does not show the {len(rows)} rows that the metadata tells of", "listing")
            return
        night = (item.source, item.facts.run) if item.facts and item.facts.run else None
        if self._archive.is_late(listing, number):
            self._archive.list_late(listing, capture=number, run=run)
        else:
            reports = candidates.of(listing.rows, self._portals.portal(portal), columns=self._columns[portal])
            listed = self._archive.list(listing, capture=number, run=run, reports=reports)
            if night is not None:
                self._absent[night] |= dict.fromkeys(listed.absent, listed.id)
        if night is not None:
            self._listed[night] += 1

    def _settle(self, step: Settle) -> None:
        """What a run's lists and looks add up to, as at its end; a run that is older than another one here proves nothing of today."""
        night = (step.source, step.run)
        run, told = self._runs.get(night), self._found.runs[night]
        if run is None or not self._listed[night] or self._archive.newer_run(told.portal, told.started):
            return
        whole = told.whole and told.lists_whole
        for change in self._archive.settle(told.portal, run, told.finished or told.started, whole=whole):
            self.counts.changes[change.kind] += 1
            path = next(item.path for item in self._found.items if item.source == step.source)
            row = {"path": path, "url": change.url, "time": change.time.isoformat(timespec="seconds")}
            self._told({**_EMPTY, **row, "report": change.report, "version": change.version, "change": change.kind})

    async def _read(self, step: Read) -> _Outcome:
        """Read a page with its parts and files, in a reader process."""
        item = step.item
        portal = self._portal(item)
        if step.told is None and (self._portals.is_entry(item.address) or self._elsewhere.is_offered(item)):
            return _Outcome()
        if step.told is not None:
            found = [self._archive.found(replace(part.capture, body=self._spool.get(part.sha256)), part.nth) for part in step.order]
            if None not in found and self._is_filed([number for number in found if number is not None]):
                return _Outcome(order=step.order, known=True)
        try:
            if step.told is None and is_document(self._spool.get(item.sha256)) and id(item) not in self._deferred:
                return _Outcome()
            gate.check(self._load(item), expected="report", origin=self._portals.origin(portal))
            reading, order = await read_whole(step, self._load, self._elsewhere, self._portals, portal, self._config.crawl)
        except CrawlError as error:
            return _Outcome(error={"error": f"{error.kind}: {error.detail}", "rule": error.rule})
        except KILLED as error:
            return _Outcome(
                error={"error": f"unreadable: the reader did not survive it: {type(error).__name__} {error}".strip(), "rule": "parser_killed"}
            )
        return _Outcome(reading, order)

    def _is_filed(self, numbers: Sequence[int]) -> bool:
        with reads(self._archive.engine) as connection:
            return readings.latest(connection, numbers) is not None

    def _file(self, step: Read, outcome: _Outcome) -> None:
        item = step.item
        if outcome.error is not None:
            if step.told is not None or outcome.error["rule"] == "parser_killed":
                self._failed(item, outcome.error["error"], outcome.error["rule"])
            else:
                self._tell_kept(item)  # most pages of other people's crawls are no reports
            return
        reading = outcome.reading
        if outcome.known:
            self._tell(item, [self._keep(part) for part in outcome.order], None)
        elif reading is None or (reading.type is None and step.told is None):
            if step.told is None and reading is None and id(item) not in self._deferred and is_document(self._spool.get(item.sha256)):
                self._late.append(step)  # a file may belong to a page that comes later
                self._deferred.add(id(item))
            else:
                self._tell_kept(item)
        elif reading.type is None and not self._is_kept_anyway(item):
            self._tell_kept(item)
        else:
            numbers = [self._keep(part) for part in outcome.order]
            now = self._config.clock()
            at = now if step.told is None else min(now, max(step.told.filed_at, *(part.capture.fetched_at for part in outcome.order)))
            portal = self._portal(item)
            change = self._archive.file(reading, captures=numbers, portal=portal, run=self._run(outcome.order[-1]), at=at)
            self.counts.filed += 1
            self._tell(item, numbers, change)

    def _tell(self, item: Item, numbers: Sequence[int], change: Change | None) -> None:
        report, version = filed(self._archive, list(numbers))
        if change is not None:
            self.counts.changes[change.kind] += 1
        self._told({**_row(item), "report": report, "version": version, "change": change.kind if change else None})

    def _learned(self, item: Item, change: Change | None) -> None:
        if change is not None:
            self.counts.changes[change.kind] += 1
            self._told({**_row(item), "report": change.report, "version": change.version, "change": change.kind})

    def _tell_kept(self, item: Item) -> None:
        if id(item) not in self._ids:
            self.counts.skipped["of no portal, no gov.cn host, and no report"] += 1
            self._told({**_row(item), "skipped": "its host is no portal's and not below gov.cn, and it is no report"})

    def _failed(self, item: Item, error: str, rule: str | None) -> None:
        self.counts.errors += 1
        self._told({**_row(item), "error": error, "rule": rule})


_EMPTY: Row = dict.fromkeys(("path", "report", "version", "change", "error", "rule", "url", "time", "skipped"))


def _row(item: Item) -> Row:
    return {**_EMPTY, "path": item.path, "url": canonical(item.address), "time": item.capture.fetched_at.isoformat(timespec="seconds")}
