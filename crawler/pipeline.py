"""Read and file: from kept captures to what the archive knows.

Reading goes on beside fetching; the event loop never waits for it. What is not filed when we are killed stands in the archive as kept, and is
read at the next start without a request.

Not one of Scrapy's item pipelines: at a shutdown Scrapy 2.19 waits for items that came from `start()` without ever looking whether they are done.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pebble import ProcessExpired

from crawler.errors import CrawlError
from crawler.readers import readers
from crawler.reading import READER
from crawler.runs import Run
from storage.records import Reading

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A report page whose bytes are safe and which is not filed yet.

    Attributes:
        url: canonical URL of the candidate.
        captures: numbers of the page's capture and of its further parts, in reading order.
        body: CSS selector of the article's body, None for the reader's own judgement.
    """

    url: str
    captures: tuple[int, ...]
    body: str | None = None


class Pipeline:
    """Takes kept pages while its block runs; leaving the block waits until all of them are filed."""

    def __init__(self, run: Run) -> None:
        self._run = run
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

    async def reread(self, body: str | None) -> None:
        """Have what an older reader read, read anew, before anything is compared: what the better one sees for the first time is no news.

        Parameters:
            body: as in Kept.
        """
        outdated = self._run.archive.outdated(READER, self._run.origin.key)
        if outdated:
            logger.info("%s reads %d pages anew: reader %s", self._run.origin.key, len(outdated), READER)
        async with asyncio.TaskGroup() as tasks:
            for captures in outdated:
                url = self._run.archive.capture(captures[0]).url
                tasks.create_task(self._process(Kept(url=url, captures=captures, body=body)))

    def put(self, kept: Kept) -> None:
        """Have a page read and filed; returns at once."""
        self._tasks.create_task(self._process(kept))

    async def _process(self, kept: Kept) -> None:
        """Read one page and file what was understood; a page that cannot be read is an incident, and the others go on."""
        run = self._run
        async with self._places:
            reading = await self._read(kept)
        if reading is None:
            return
        change = run.archive.file(reading, captures=kept.captures, portal=run.origin.key, run=run.id, at=run.now())
        run.recovered(urls=[kept.url])
        if change is not None:
            run.learned(change)
            logger.info("%s %s report %d %s", run.origin.key, change.kind.value, change.report, kept.url)

    async def _read(self, kept: Kept) -> Reading | None:
        run = self._run
        captures = [run.archive.capture(number) for number in kept.captures]
        try:
            return await readers.read(captures, run.origin, kept.body, self._crawl)
        except CrawlError as error:
            self._failed(kept, error.kind, error.detail, retry=error.retry)
        except FutureTimeout:
            self._failed(kept, "parser_killed", f"the reader took more than {self._crawl.read_timeout:g} s", retry=False)
        except (ProcessExpired, MemoryError) as error:
            self._failed(kept, "parser_killed", f"the reader died: {type(error).__name__} {error}".strip(), retry=False)
        except Exception as error:  # a defect of ours on one page must not cost the others
            logger.exception("the reader broke on %s", kept.url)
            self._failed(kept, "reader_broke", f"{type(error).__name__}: {error}", retry=True)
        return None

    def _failed(self, kept: Kept, kind: str, detail: str, *, retry: bool) -> None:
        self._run.archive.failed(kept.url, self._run.origin.key, kind, self._run.now(), retry=retry)
        self._run.incident(kind, kept.url, detail)
