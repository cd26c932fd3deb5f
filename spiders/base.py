"""The spider of every portal: read what was left, walk the columns, ask for the reports, compare with what was expected.

The conversation is one coroutine and not a web of callbacks: a host is asked one thing at a time anyway, and what comes last (who is absent,
was it enough) needs to know that the rest is done. Reading goes on beside it in the pipeline. Nothing is queued in Scrapy: what is still to
fetch stands in the archive.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, ClassVar

from scrapy import Request

from crawler import browser
from crawler.attachments import Attachments
from crawler.fetching import Fetcher
from crawler.pipeline import Kept, Pipeline
from crawler.runs import ArchivingSpider, settled, walked_whole
from crawler.settings import configured, operator
from spiders.columns import Columns, Walk
from spiders.families import family
from spiders.portal import Portal
from spiders.reports import Reports

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

NOTHING: tuple[Request, ...] = ()  # for Scrapy's own queue; start() is an asynchronous generator by contract
EXPECTATIONS = ("too_few_candidates", "newest_year_missing")


class PortalSpider(ArchivingSpider):
    """One portal; the catalogue makes a subclass of it for each portal file.

    Parameters:
        full: "1" to ask for every known report without validators and to read every column to its end (`scrapy crawl qingdao -a full=1`).
    """

    portal: ClassVar[Portal]

    def __init__(self, full: str | bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.full = str(full).lower() in {"1", "true", "yes"}
        self.origin = self.portal.origin
        self.family = family(self.portal)

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Apply the operator's configuration, and the browser where the portal needs one.

        Raises:
            ConfigError: the portal needs a browser and there is none.
        """
        super().update_settings(settings)
        settings.setdict(configured(operator(settings)), priority="spider")
        if cls.portal.render:
            settings.setdict(browser.settings(operator(settings)), priority="spider")

    async def start(self) -> AsyncIterator[Any]:
        """The whole crawl."""
        self.run.counts["columns_unread"] = 1  # until the walk is done: one that is cut short says nothing of what stands behind known pages
        attachments = Attachments(self.run, Fetcher(self.crawler), full=self.full)
        async with Pipeline(self.run, attachments) as pipeline:
            await pipeline.reread(self.family.body)
            for task in self.run.archive.unread(self.portal.key):
                pipeline.put(Kept(url=task.url, captures=task.captures, body=self.family.body))
            fetcher = Fetcher(self.crawler, render=self.portal.render)
            # once after a deadline every column is read to its end (crawler/runs.py); what is missing may stand at another address, in its old
            # place behind pages that are wholly known
            whole = self.full or not walked_whole(self.run) or not settled(self.run) or self.run.archive.misses(self.portal.key)
            self.run.counts["whole"] = int(whole)
            walk = await Columns(self.family, self.run, fetcher, whole=whole, full=self.full).read()
            reports = Reports(self.family, self.run, fetcher, full=self.full)
            async for kept in reports.fetch(walk):
                pipeline.put(kept)
        reports.conclude()
        whole = self.compare(walk)
        if self.run.counts["listings"]:
            for change in self.run.archive.settle(self.portal.key, self.run.id, self.run.now(), whole=whole):
                self.run.learned(change)
                logger.info("%s %s report %d %s", self.portal.key, change.kind.value, change.report, change.url)
            self.run.counts["absent"] = self.run.archive.absent(self.portal.key, self.run.now())
        for request in NOTHING:
            yield request

    def compare(self, walk: Walk) -> bool:
        """Open incidents for what a healthy crawl would have found, close them when it is found.

        A column that was left early, at a page wholly known, was whole before; what fails here makes the next walk a whole one.

        Returns:
            Whether the columns could be read and showed as much as was expected, so that what they lack is evidence.
        """
        self.run.counts["candidates"] = len(walk.candidates)
        self.run.counts["columns_unread"] = walk.unsettled
        if self.run.counts["requests"] < self.run.config.crawl.requests_limit:
            self.run.recovered(kinds=["requests_limit"])
        if not self.run.counts["listings"]:
            return False  # nothing was read, so nothing is known to be missing
        expect = self.portal.expect
        missing: dict[str, str] = {}
        if len(walk.candidates) < expect.candidates and not walk.partial:
            missing["too_few_candidates"] = f"{len(walk.candidates)} report candidates, at least {expect.candidates} expected"
        if expect.newest_year is not None:
            wanted = self.run.now().year + expect.newest_year
            newest = max((int(year) for c in walk.candidates.values() for year in re.findall(r"(?<!\d)(20\d\d)(?=\s*年)", c.title)), default=None)
            if newest is None or newest < wanted:
                missing["newest_year_missing"] = f"newest year in the titles is {newest or 'none'}, {wanted} expected"
        for kind in EXPECTATIONS:
            if kind in missing:
                self.run.counts["columns_unread"] += 1
                self.run.counts["newest_year_missing"] += kind == "newest_year_missing"  # which may be the organ's doing, as too few are not
                self.run.incident(kind, None, missing[kind])
            else:
                self.run.recovered(kinds=[kind])
        return not walk.unsettled and "too_few_candidates" not in missing
