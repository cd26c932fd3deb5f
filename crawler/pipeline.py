"""Read and file: from kept captures to what the archive knows, in processes that may be killed.

Reading goes on beside fetching; the event loop never waits for it. What is not filed when we are
killed stands in the archive as kept, and is read at the next start without a request.
"""

from __future__ import annotations

import logging
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pebble import ProcessExpired

from crawler.errors import CrawlError
from crawler.readers import readers
from crawler.runs import Run, run_of
from crawler.settings import operator
from storage.records import Reading

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

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


class ReadAndFile:
    """Item pipeline: a Kept goes in, the archive learns."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._crawl = operator(crawler.settings).crawl

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ReadAndFile:
        return cls(crawler)

    def open_spider(self) -> None:
        readers.open()

    def close_spider(self) -> None:
        readers.close()

    async def process_item(self, item: Kept) -> Kept:
        """Read one page and file what was understood; a page that cannot be read is an incident, and the others go on."""
        run = run_of(self._crawler)
        reading = await self._read(run, item)
        if reading is not None:
            change = run.archive.file(reading, captures=item.captures, portal=run.origin.key, run=run.id, at=run.now())
            run.recovered(urls=[item.url])
            if change is not None:
                run.learned(change)
                logger.info("%s %s report %d %s", run.origin.key, change.kind.value, change.report, item.url)
        return item

    async def _read(self, run: Run, item: Kept) -> Reading | None:
        captures = [run.archive.capture(number) for number in item.captures]
        try:
            return await readers.read(captures, run.origin, item.body, self._crawl)
        except CrawlError as error:
            self._failed(run, item, error.kind, error.detail, retry=error.retry)
        except FutureTimeout:
            self._failed(run, item, "parser_killed", f"the reader took more than {self._crawl.read_timeout:g} s", retry=False)
        except (ProcessExpired, MemoryError) as error:
            self._failed(run, item, "parser_killed", f"the reader died: {type(error).__name__} {error}".strip(), retry=False)
        except Exception as error:  # a defect of ours on one page must not cost the others
            logger.exception("the reader broke on %s", item.url)
            self._failed(run, item, "reader_broke", f"{type(error).__name__}: {error}", retry=True)
        return None

    def _failed(self, run: Run, item: Kept, kind: str, detail: str, *, retry: bool) -> None:
        run.archive.failed(item.url, run.origin.key, kind, run.now(), retry=retry)
        run.incident(kind, item.url, detail)
