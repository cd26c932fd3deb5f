"""The working record of one crawl of one portal, and the extension that opens and ends it.

Scrapy's exit code is 0 when every request failed and when a callback raised (ECOSYSTEM 0.3), so the `runs` row is what tells how a night went:
`failed` when no list page could be read or the spider itself broke, `degraded` when anything was left undone, `ok` otherwise.
"""

from __future__ import annotations

import logging
import re
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import scrapy
from scrapy import signals

from crawler import context
from crawler.config import Config
from crawler.errors import CrawlError
from crawler.polite import turns
from crawler.scope import Scope
from crawler.settings import operator
from crawler.timing import Timing
from storage import queries
from storage.archive import Archive
from storage.hosts import Hosts
from storage.nights import CHINA
from storage.records import INTERRUPTED, Capture, Change, ChangeKind, Origin, Outcome

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

DETAIL_LIMIT = 1000
CONTROLS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
UNDER_WAY: dict[str, Run] = {}
"""The last run of each portal in this process, by the portal's key; of no use but to be looked at."""
COUNTS = (
    "requests", "not_modified", "bytes", "candidates", "captures", "new", "changed", "absent", "incidents", "listings", "columns_unread",
    "newest_year_missing", "whole", "milliseconds",
)  # fmt: skip


@cache
def open_archive(url: str) -> Archive:
    """The archive of this process, opened once for all its portals."""
    return Archive.open(url)


@cache
def open_hosts(url: str) -> Hosts:
    """What this process shares with others that crawl for an archive."""
    return Hosts.open(url)


class Run:
    """One crawl of one portal while it happens.

    Attributes:
        id: number of the row in `runs`.
        counts: what happened so far (COUNTS).
        scope: the hosts it may ask.
        timing: what each host was asked, and where the time went; in the row's counts as `hosts` and `stages`.
        outcome: None while it goes on.
        broken: an error of the program, not of the portal; the run failed.
    """

    def __init__(self, archive: Archive, origin: Origin, config: Config) -> None:
        self.archive = archive
        self.origin = origin
        self.config = config
        self.counts: Counter[str] = Counter()
        self.scope = Scope(origin.hosts)
        self.timing = Timing()
        self.outcome: Outcome | None = None
        self.broken: str | None = None
        self.interrupted = False
        self._begun = time.monotonic()
        self.hosts = open_hosts(config.archive.url)
        self.id = archive.start_run(origin, self.now())
        if (where := context.where.get()) is not None and where.portal == origin.key:
            where.run = self.id
        UNDER_WAY[origin.key] = self

    def now(self) -> datetime:
        """The archive's time: the clock of this call, which stands still when nights are replayed. Delays and time-outs never use it."""
        return self.config.clock()

    def keep(self, capture: Capture) -> int:
        """Store an answer; the bytes are safe from here on."""
        self.counts["captures"] += 1
        return self.archive.keep(capture, run=self.id)

    def trouble(self, error: CrawlError, *, url: str | None = None) -> None:
        """Open an incident for what went wrong, or see an open one again."""
        detail = f"{error.rule}: {error.detail}" if error.rule else error.detail
        self.incident(error.kind, url or error.url, detail)

    def incident(self, kind: str, url: str | None, detail: str) -> None:
        """As `trouble`, for expectations that are no exceptions: too_few_candidates, newest_year_missing, parser_killed ..."""
        self.counts["incidents"] += 1
        # details quote pages and headers: one line, no controls, so that no portal writes lines into our log
        detail = CONTROLS.sub(" ", detail)[:DETAIL_LIMIT]
        new = self.archive.open_incident(kind, self.origin.key, url, detail, self.now(), self.id)
        logger.warning("incident %s %s: %s %s: %s", self.origin.key, "opened" if new else "goes on", kind, url or "", detail)

    def recovered(self, *, kinds: Sequence[str] | None = None, urls: Sequence[str] | None = None, sparing: Sequence[str] = ()) -> None:
        """What was broken works again; incidents of the kinds in `sparing` go on."""
        self.archive.close_incidents(self.origin.key, self.now(), kinds=kinds, urls=urls, sparing=sparing)

    def learned(self, change: Change) -> None:
        """Count what the archive learned."""
        self.counts["new" if change.kind is ChangeKind.NEW else "changed"] += 1

    def finish(self) -> Outcome:
        """Write how it ended."""
        if self.broken or not self.counts["listings"]:
            outcome = Outcome.FAILED
        elif self.counts["incidents"] or self.interrupted:
            outcome = Outcome.DEGRADED
        else:
            outcome = Outcome.OK
        detail = self.broken or (INTERRUPTED if self.interrupted else None) or (None if self.counts["listings"] else "no list page could be read")
        self.counts["milliseconds"] = round(1000 * (time.monotonic() - self._begun))  # the archive's clock may stand still
        counts = {name: self.counts[name] for name in COUNTS}
        self.archive.finish_run(self.id, self.now(), outcome, {**counts, "stages": self.timing.stages(), "hosts": self.timing.hosts()}, detail)
        self.outcome = outcome
        logger.info("run %s %s %s", self.origin.key, outcome.value, " ".join(f"{name}={number}" for name, number in counts.items()))
        return outcome


def walked_whole(run: Run) -> bool:
    """Whether the portal's run before this one read every column as far as it should.

    Only then a page that is wholly known ends a column: after a kill or a failed page, unknown reports may stand behind known ones.
    """
    earlier = [row for row in queries.runs(run.archive, portal=run.origin.key, limit=2) if row["id"] != run.id]
    counts: dict[str, int] = earlier[0]["counts"] if earlier else {}
    return counts.get("listings", 0) > 0 and counts.get("columns_unread", 1) == 0


AFTER_DEADLINES = ((2, 1), (4, 1))  # the days after those of 政府信息公开条例 (2019) 第四十九条; 31 March is that of 2007, 第三十一条, too


def settled(run: Run) -> bool:
    """Whether a run since the last deadline read every column of the portal to its end.

    Once after each deadline somebody has to: a column left at a page wholly known proves nothing of a report that is not there, unless it is in order
    of dates. So the board of overdue reports is settled by two longer walks a year.
    """
    now = run.now().astimezone(CHINA)
    turns = (datetime(year, month, day, tzinfo=CHINA) for year in (now.year - 1, now.year) for month, day in AFTER_DEADLINES)
    since = max(turn for turn in turns if turn <= now)
    return any(
        row["counts"].get("whole") and row["counts"].get("columns_unread", 1) <= row["counts"].get("newest_year_missing", 0)
        for row in queries.runs(run.archive, portal=run.origin.key, since=since)
        if row["id"] != run.id
    )


class ArchivingSpider(scrapy.Spider):
    """What the middlewares, the extension and the pipeline need of a spider.

    Attributes:
        origin: what a reader may know of the portal.
        run: the run, from `spider_opened` on.
    """

    origin: Origin
    run: Run


def run_of(crawler: Crawler) -> Run:
    """The run a crawler is on."""
    spider = crawler.spider
    assert isinstance(spider, ArchivingSpider)
    return spider.run


class Runs:
    """Opens a run when a spider opens and ends it when the spider closes, whatever happened in between."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        # fails here, before the first request, when there is no archive to write to
        self._archive = open_archive(operator(crawler.settings).archive.url)
        config = operator(crawler.settings)
        turns.share(open_hosts(config.archive.url), config)
        crawler.signals.connect(self._opened, signals.spider_opened)
        crawler.signals.connect(self._error, signals.spider_error)
        crawler.signals.connect(self._closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Runs:
        return cls(crawler)

    def _opened(self, spider: ArchivingSpider) -> None:
        spider.run = Run(self._archive, spider.origin, operator(self._crawler.settings))

    def _error(self, failure: Any, spider: ArchivingSpider) -> None:
        error = failure.value
        while isinstance(error, BaseExceptionGroup):  # of the tasks that read; the first tells enough, the log has all
            error = error.exceptions[0]
        spider.run.broken = spider.run.broken or f"{type(error).__name__}: {error}"

    def _closed(self, spider: ArchivingSpider, reason: str) -> None:
        spider.run.interrupted = reason != "finished"
        spider.run.finish()
