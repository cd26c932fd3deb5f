"""Filing what was found: keep, gate, read, file, as every page goes, in the order of time.

What is older than what the archive knows already becomes history, never news: an old answer restores nothing and makes nothing missing.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

from pebble import ProcessExpired

from app.importing.found import Found, Item
from app.importing.nights import Nights
from app.importing.reading import Parts, read_whole
from app.importing.saved import filed
from app.importing.spool import Spool
from app.importing.steps import Keep, Read, Settle, Step, is_document, steps
from app.importing.telling import Counts, Row, Teller, Told
from app.importing.trusting import Portals, is_governments
from crawler import gate
from crawler.config import Config
from crawler.errors import CrawlError
from crawler.readers import readers
from storage import readings
from storage.archive import Archive
from storage.engine import reading as reads
from storage.records import Capture, Reading

KILLED = (FutureTimeout, ProcessExpired, BrokenProcessPool, MemoryError)


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
        self.counts = Counts(skipped=Counter(found.skipped))
        self._teller = Teller(told, self.counts)
        self._nights = Nights(archive, found, portals, self._load, self._keep, self._teller)
        self._ids: dict[int, int] = {}  # captures in the archive, by item
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
            self._teller.trouble(trouble)
        readers.open()
        try:
            async for step, outcome in self._ahead(self.steps):
                self._take(step, outcome)
                passed()
            async for step, outcome in self._ahead(self._late):
                self._take(step, outcome)
            self._nights.rest()
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
            self._nights.settle(step)
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
        portal = self._portal(item)
        capture = replace(self._load(item), portal=portal)
        number, fresh = self._archive.keep_again(capture, item.nth, run=self._nights.run_of(item))
        self._ids[id(item)] = number
        self.counts.kept += fresh
        self.counts.known += not fresh
        if portal is not None:
            self._nights.know(portal, item.capture.fetched_at)
            self._nights.notice(item, number, portal)
        return number

    def _load(self, item: Item) -> Capture:
        return replace(item.capture, body=self._spool.get(item.sha256))

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
                self._teller.failed(item, outcome.error["error"], outcome.error["rule"])
            else:
                self._kept_only(item)  # most pages of other people's crawls are no reports
            return
        reading = outcome.reading
        if outcome.known:
            self._teller.filed(item, *filed(self._archive, [self._keep(part) for part in outcome.order]), None)
        elif reading is None or (reading.type is None and step.told is None):
            if step.told is None and reading is None and id(item) not in self._deferred and is_document(self._spool.get(item.sha256)):
                self._late.append(step)  # a file may belong to a page that comes later
                self._deferred.add(id(item))
            else:
                self._kept_only(item)
        elif reading.type is None and not self._is_kept_anyway(item):
            self._kept_only(item)
        else:
            numbers = [self._keep(part) for part in outcome.order]
            now = self._config.clock()
            at = now if step.told is None else min(now, max(step.told.filed_at, *(part.capture.fetched_at for part in outcome.order)))
            run = self._nights.run_of(outcome.order[-1])
            change = self._archive.file(reading, captures=numbers, portal=self._portal(item), run=run, at=at)
            self.counts.filed += 1
            self._teller.filed(item, *filed(self._archive, numbers), change)

    def _kept_only(self, item: Item) -> None:
        if id(item) not in self._ids:
            self._teller.skipped(item)
