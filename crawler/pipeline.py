"""Read, file and compare: from kept captures to what the archive knows.

Reading goes on beside fetching; the event loop never waits for it. What is not filed when we are killed stands in the archive as kept, and is
read at the next start without a request.

Not one of Scrapy's item pipelines: at a shutdown Scrapy 2.19 waits for items that came from `start()` without ever looking whether they are done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self, TypeVar

from pebble import ProcessExpired

from crawler import doubts
from crawler.attachments import Attachments, hashed, is_hostile, readable
from crawler.crosschecks import compare_new
from crawler.fetching import GivenUp
from crawler.readers import readers
from crawler.reading import READER
from crawler.rereading import Failure, reread, why
from crawler.runs import Run
from crawler.timing import Stage
from crawler.urls import canonical
from storage import rereads
from storage.errors import ArchiveError
from storage.patience import patient
from storage.records import Change, Reading, normalised
from storage.rereads import Old

logger = logging.getLogger(__name__)

T = TypeVar("T")
KILLED = (FutureTimeout, ProcessExpired, MemoryError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report page whose bytes are safe and which is not filed yet.

    Attributes:
        url: canonical URL of the candidate.
        captures: numbers of the page's capture and of its further parts, in reading order.
        body: CSS selector of the article's body, None for the reader's own judgement.
        stands: the page answered 304 and `captures` are those it was read with last; only its attachments are asked for again.
        filed: told the change that filing it was, None when nothing is new.
    """

    url: str
    captures: tuple[int, ...]
    body: str | None = None
    stands: bool = False
    filed: Callable[[Change | None], None] | None = None


class Pipeline:
    """Takes kept pages while its block runs; leaving the block waits until all of them are filed.

    Parameters:
        attachments: asks for the files the pages offer; pages are read without them where there is none.
    """

    def __init__(self, run: Run, attachments: Attachments | None = None) -> None:
        self._run = run
        self._attachments = attachments
        self._crawl = run.config.crawl
        self._tasks = asyncio.TaskGroup()
        self._places = asyncio.Semaphore(2 * self._crawl.readers)  # pages in memory: one being read, one waiting, for each reader

    async def __aenter__(self) -> Self:
        readers.open()
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            await self._tasks.__aexit__(kind, error, trace)
        finally:
            readers.close()
        if kind is None:
            await self._compare()

    async def _compare(self) -> None:
        """Hold what was filed against its other years, levels and neighbours; texts take time, so the event loop does not wait."""
        run = self._run
        try:
            with run.timing.stage(Stage.COMPARING):
                await asyncio.to_thread(patient(compare_new), run.archive, at=run.now(), portal=run.origin.key)
            run.recovered(kinds=["comparison_broke"])
        except ArchiveError:
            raise
        except Exception as error:  # a defect of ours must not cost the night what it filed; `findings --recheck` compares again
            logger.exception("the comparison broke for %s", run.origin.key)
            run.incident("comparison_broke", None, f"{type(error).__name__}: {error}")

    async def reread(self, body: str | None) -> None:
        """Have what an older reader read, read anew, before anything is compared: what the better one sees for the first time is no news.

        Parameters:
            body: as in Kept.
        """
        run = self._run

        def file(old: Old, reading: Reading) -> None:
            run.archive.file(reading, captures=old.captures, portal=old.portal, run=run.id, at=run.now())
            self._well(old.url, old.captures, reading)

        def failed(old: Old, failure: Failure) -> None:
            self._failed(Kept(url=old.url, captures=old.captures), failure)

        outdated = rereads.count(run.archive, READER, [run.origin.key])
        if outdated:
            logger.info("%s reads %d pages anew: reader %s", run.origin.key, outdated, READER)
            await reread(run.archive, self._crawl, body=lambda _: body, done=file, failed=failed, portals=[run.origin.key])

    def put(self, kept: Kept) -> None:
        """Have a page read and filed; returns at once."""
        self._tasks.create_task(self._process(kept, self._attachments))

    async def _process(self, kept: Kept, attachments: Attachments | None) -> None:
        """Read one page and file what was understood; a page that cannot be read is an incident, and the others go on."""
        run = self._run
        async with self._places:
            reading = await self._guarded(kept, self._read(kept))
        if reading is None:
            return
        if reading.attachments and attachments is not None:
            fetched = await self._fetched(kept, reading, attachments)
            if fetched is None:
                return
            async with self._places:
                enclosed = await self._guarded(kept, self._enclosed(kept, reading, fetched))
            if enclosed is None:
                return
            kept, reading = enclosed
        with run.timing.stage(Stage.FILING):
            change = run.archive.file(reading, captures=kept.captures, portal=run.origin.key, run=run.id, at=run.now())
        self._well(kept.url, kept.captures, reading)
        if kept.filed is not None:
            kept.filed(change)
        if change is not None:
            run.learned(change)
            logger.info("%s %s report %d %s", run.origin.key, change.kind.value, change.report, kept.url)

    def _well(self, url: str, captures: Sequence[int], reading: Reading) -> None:
        """The page was read: what it was in trouble for is over, but for what is doubtful in this very reading."""
        found = dict(doubts.of(reading, lambda: self._run.archive.capture(captures[0])))
        unasked = [doubts.DISAGREEMENT] if reading.second is None else []
        self._run.recovered(urls=[url], sparing=[*found, *unasked])
        for kind, detail in found.items():
            self._run.incident(kind, url, detail)

    async def _fetched(self, kept: Kept, reading: Reading, attachments: Attachments) -> list[int] | None:
        """Captures of the page's attachments; None when the page is not to be filed: nothing is new, or what it leaves to a file is to come."""
        run = self._run
        try:
            fetched = await attachments.fetch(reading.attachments)
        except GivenUp:
            return None if kept.stands or not reading.tables else []  # stays kept, and is read at the next start
        if kept.stands:
            before = kept.captures[len(self._own(kept, reading)) :]
            return None if len(fetched.captures) < len(before) or set(fetched.captures) == set(before) else fetched.captures
        if fetched.failed is not None and not reading.tables:
            self._run.archive.failed(kept.url, run.origin.key, fetched.failed.kind, run.now(), retry=True)
            return None
        return fetched.captures

    async def _enclosed(self, kept: Kept, reading: Reading, files: Sequence[int]) -> tuple[Kept, Reading]:
        """The page read anew with its attachments, where it leaves its tables to them; else with their hashes."""
        own = self._own(kept, reading)
        captures = {number: self._run.archive.capture(number) for number in files}
        opened = readable(captures)
        whole = replace(kept, captures=(*own, *opened, *(number for number in files if number not in opened)))
        if not kept.stands:
            self._run.archive.answered(kept.url, self._run.origin.key, whole.captures, self._run.id, self._run.now())
        if reading.tables and len(own) == len(kept.captures):
            return whole, hashed(reading, captures.values())
        try:
            read = await self._read(replace(kept, captures=(*own, *opened)))
        except KILLED as error:
            if len(opened) == 1:
                self._killer(captures[opened[0]].url, error)
                opened = []
            opened = [number for number in opened if await self._survives(replace(kept, captures=(*own, number)), captures[number].url)]
            whole = replace(kept, captures=(*own, *opened))
            read = await self._read(whole)
        read = hashed(read, captures.values())
        for file in read.attachments:
            if file.trouble is not None and (is_hostile(file) or not normalised(read.text)):
                self._run.incident(file.trouble.split(" ")[0], file.url, file.trouble)
        return whole, read

    async def _survives(self, kept: Kept, url: str) -> bool:
        """Whether the page can be read with the one file that is left beside it."""
        try:
            await self._read(kept)
        except KILLED as error:
            self._killer(url, error)
            return False
        return True

    def _killer(self, url: str, error: BaseException) -> None:
        self._run.incident("parser_killed", url, f"the reader did not survive this file: {type(error).__name__} {error}".strip())

    def _own(self, kept: Kept, reading: Reading) -> tuple[int, ...]:
        """The captures of the page itself and its further parts, without those of attachments it was read with before."""
        urls = {canonical(file.url) for file in reading.attachments}
        return tuple(number for n, number in enumerate(kept.captures) if n == 0 or self._run.archive.capture(number).url not in urls)

    async def _read(self, kept: Kept) -> Reading:
        captures = [self._run.archive.capture(number) for number in kept.captures]
        with self._run.timing.stage(Stage.READING):
            return await readers.read(captures, self._run.origin, kept.body, self._crawl)

    async def _guarded(self, kept: Kept, reading: Coroutine[Any, Any, T]) -> T | None:
        """A reading, or the incident that stands in its place."""
        try:
            return await reading
        except ArchiveError:
            raise
        except Exception as error:  # a defect of ours on one page must not cost the others
            failure = why(error, self._crawl.read_timeout)
            if failure.kind == "reader_broke":
                logger.exception("the reader broke on %s", kept.url)
            self._failed(kept, failure)
        return None

    def _failed(self, kept: Kept, failure: Failure) -> None:
        self._run.archive.failed(kept.url, self._run.origin.key, failure.kind, self._run.now(), retry=failure.retry)
        self._run.incident(failure.kind, kept.url, failure.detail)
