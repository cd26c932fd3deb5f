"""The processes that read. One page can cost the reader minutes or gigabytes (RELIABILITY 0.5), so it reads where it can be killed.

This module is all a reader process imports before its first page: neither Scrapy nor the archive.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import resource
import signal
import threading
import zlib
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any

from pebble import ProcessExpired, ProcessPool

from crawler import documents
from crawler.config import CrawlSection
from crawler.errors import Unreadable
from storage.records import Capture, Origin, Reading

logger = logging.getLogger(__name__)

TASKS_PER_READER = 500  # then a fresh process: parsers leak
LOOK = 1.0  # seconds between two looks at whether a reader that says nothing is there
AGAIN = 2  # times that a page is read again whose reader somebody killed
KILLED = (-signal.SIGKILL, -signal.SIGTERM)  # how a reader ends that somebody killed; supervisors send SIGTERM to whole groups of processes


class Readers:
    """The reader processes of this process, shared by its portals; started with the first page to read, since quiet nights need none.

    Each is a pool of one, with one page at a time. In a pool of several, pebble's readers share locks and a pipe: one that is killed while it holds
    them, or before it said which page it took, stops the others for ever.
    """

    def __init__(self) -> None:
        self._idle: list[ProcessPool] = []
        self._busy: set[ProcessPool] = set()
        self._places: asyncio.Semaphore | None = None
        self._users = 0

    def open(self) -> None:
        """One portal more."""
        self._users += 1

    def close(self) -> None:
        """One portal less; the last one sends the readers home."""
        self._users -= 1
        if not self._users:
            for pool in [*self._idle, *self._busy]:
                _end(pool)
            self._idle, self._busy, self._places = [], set(), None

    async def read(self, captures: Sequence[Capture], origin: Origin | None, body: str | None, crawl: CrawlSection) -> Reading:
        """Read one page in a reader process, the event loop going on.

        A reader that somebody kills (a signal, or the kernel when the machine has no memory left), or that is gone before it took a page, says
        nothing about the page, which is read again, up to `AGAIN` times. What a page itself can do (run out of time or of the reader's own memory,
        crash the parser) is told at once.

        Parameters:
            captures: the page, its further parts and its attachments; each document among these has `crawl.read_timeout` of its own.

        Raises:
            CrawlError: the page is not what was expected.
            concurrent.futures.TimeoutError, pebble.ProcessExpired, MemoryError: the reader was killed, died, or had no memory left.
            concurrent.futures.process.BrokenProcessPool: readers are gone before they take a page.
        """
        if self._places is None:
            self._places = asyncio.Semaphore(crawl.readers)
        async with self._places:
            for left in range(AGAIN, -1, -1):
                try:
                    return await self._read(captures, origin, body, crawl)
                except (ProcessExpired, BrokenProcessPool) as error:
                    if not left or (isinstance(error, ProcessExpired) and error.exitcode not in KILLED):
                        raise
                    logger.warning("the reader of %s was killed (%s); it is read again", captures[0].url, error)
        raise AssertionError("the last try returns or raises")

    async def _read(self, captures: Sequence[Capture], origin: Origin | None, body: str | None, crawl: CrawlSection) -> Reading:
        pool = self._reader(crawl)
        seconds = crawl.read_timeout * (1 + sum(documents.kind(capture.body) is not None for capture in captures[1:]))
        twice = is_read_twice(captures[0].url, crawl.second_opinion)
        self._busy.add(pool)
        try:
            page = asyncio.wrap_future(_scheduled(pool, [captures, origin, body, twice], seconds))
            try:
                while not page.done():
                    await asyncio.wait([page], timeout=LOOK)
                    if not page.done() and not pool.active:  # it broke as the page came, and knows nothing of it
                        raise BrokenProcessPool("the reader is gone")
            finally:
                page.cancel()
            reading: Reading = page.result()
        except (ProcessExpired, BrokenProcessPool):
            self._busy.discard(pool)
            _end(pool)
            raise
        finally:
            if pool in self._busy:
                self._busy.discard(pool)
                self._idle.append(pool)
        return reading

    def _reader(self, crawl: CrawlSection) -> ProcessPool:
        """One that has no page."""
        while self._idle:
            pool = self._idle.pop()
            if pool.active:
                return pool
            _end(pool)  # killed while it had no page
        return ProcessPool(
            max_workers=1,
            max_tasks=TASKS_PER_READER,
            initializer=_confine,
            initargs=[crawl.read_memory],
            context=multiprocessing.get_context("spawn"),  # a fork would inherit the reactor's threads and the archive's connection
        )


def _scheduled(pool: ProcessPool, args: list[Any], seconds: float) -> Future[Reading]:
    try:
        page: Future[Reading] = pool.schedule(read, args=args, timeout=seconds)
    except RuntimeError as error:  # it broke since it was looked at
        raise BrokenProcessPool(str(error)) from error
    return page


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


readers = Readers()


def read_apart(capture: Capture, crawl: CrawlSection) -> Reading:
    """Read one file in a reader process, and wait for it; for callers without an event loop that hold the readers open.

    Raises:
        CrawlError: the file is not what was expected; Unreadable, where the reader did not survive it.
    """
    try:
        return asyncio.run(readers.read([capture], None, None, crawl))
    except FutureTimeout:
        raise Unreadable(f"the reader took more than {crawl.read_timeout:g} s", url=capture.url, rule="parser_killed") from None
    except (ProcessExpired, BrokenProcessPool, MemoryError) as error:
        raise Unreadable(f"the reader died: {type(error).__name__} {error}".strip(), url=capture.url, rule="parser_killed") from error


def is_read_twice(url: str, one_in: int) -> bool:
    """Whether a page is one of those that a second extractor reads as well: one in so many, by its address, so that a page about which the two
    disagree is asked about again when it changes; none where `one_in` is 0."""
    return one_in > 0 and zlib.crc32(url.encode()) % one_in == 0


def read(captures: Sequence[Capture], origin: Origin | None, body: str | None, second_opinion: bool) -> Reading:
    """What a reader process runs."""
    from crawler import reading  # only the readers pay for its imports

    return reading.read(captures[0], origin=origin, parts=captures[1:], body_selector=body, second_opinion=second_opinion)


def _confine(memory: int) -> None:
    """Limit this process's memory, end it with its parent, leave Ctrl-C to the parent, and let SIGTERM be seen in the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # pebble's own handler ends with 0, like a reader that gave up
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    """A parent killed with -9 tells nobody; its end of the sentinel closes all the same."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
