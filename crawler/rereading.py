"""Old captures read anew by today's reader: by a crawl before it compares anything, and by `nianbao reread` for the whole archive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from functools import cache

from pebble import ProcessExpired

from crawler.config import CrawlSection
from crawler.errors import CrawlError
from crawler.readers import readers
from crawler.reading import READER
from storage import rereads
from storage.archive import Archive
from storage.errors import ArchiveError, CorruptCapture, CorruptValue
from storage.records import Origin, Reading
from storage.rereads import Old

logger = logging.getLogger(__name__)

KINDS = ("parser_killed", "reader_broke", "not_a_report", "empty_reading", "unreadable", "corrupt_capture")  # of incidents that a reading closes


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why no reading came of captures.

    Attributes:
        kind: of the incident. retry: False where the same captures will fail the same way.
    """

    kind: str
    detail: str
    retry: bool
    rule: str | None = None


def why(error: Exception, timeout: float) -> Failure:
    """What an error of crawler.readers means.

    Args:
        timeout: seconds a page has (`crawl.read_timeout`).
    """
    if isinstance(error, CrawlError):
        return Failure(kind=error.kind, detail=error.detail, retry=error.retry, rule=error.rule)
    if isinstance(error, FutureTimeout):
        return Failure(kind="parser_killed", detail=f"the reader took more than {timeout:g} s", retry=False)
    if isinstance(error, (ProcessExpired, MemoryError)):
        return Failure(kind="parser_killed", detail=f"the reader died: {type(error).__name__} {error}".strip(), retry=False)
    if isinstance(error, CorruptCapture | CorruptValue):
        return Failure(kind="corrupt_capture", detail=str(error), retry=False)
    return Failure(kind="reader_broke", detail=f"{type(error).__name__}: {error}", retry=True)


async def reread(
    archive: Archive,
    crawl: CrawlSection,
    *,
    body: Callable[[Origin | None], str | None],
    done: Callable[[Old, Reading], None],
    failed: Callable[[Old, Failure], None],
    portals: Collection[str] | None = None,
    every: bool = False,
) -> None:
    """Read anew what another reader read and something rests on, `crawl.readers` at a time, each where it can be killed.

    Only some captures are in memory at a time. Nothing is written here.

    Args:
        body: the CSS selector of a portal's article bodies.
        done: takes a reading; the archive's `file` puts it in the place of the old one. What it raises ends the reread.
        failed: is told of captures of which no reading came; the others go on.
        portals: only theirs; None for the whole archive.
        every: also what today's reader read.

    Raises:
        ArchiveError: the archive failed.
    """
    origin = cache(archive.origin)
    waiting = rereads.standing(archive, None if every else READER, portals)

    async def work() -> None:
        for old in waiting:
            known = None if old.portal is None else origin(old.portal)
            try:
                reading = await readers.read([archive.capture(number) for number in old.captures], known, body(known), crawl)
            except Exception as error:
                if isinstance(error, ArchiveError) and not isinstance(error, CorruptCapture | CorruptValue):
                    raise
                failure = why(error, crawl.read_timeout)
                if failure.kind == "reader_broke":
                    logger.exception("the reader broke on %s", old.url)
                failed(old, failure)
            else:
                done(old, reading)

    readers.open()
    try:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(2 * crawl.readers):  # one page being read, one waiting, for each reader
                tasks.create_task(work())
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None  # the first that failed ended the others
    finally:
        readers.close()
