"""The conversation of a discovery: the page that was given, what it leads to, and the listing of a family tried on it.

Everything goes by the way of a crawl (scope, robots.txt, turns, gate), into an archive that is thrown away; and it ends: two levels of links,
few pages of each, `REQUESTS_LIMIT` requests in all.
"""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy import Request

from crawler import browser
from crawler.errors import CrawlError
from crawler.fetching import Fetcher, GivenUp
from crawler.reading import charset
from crawler.runs import ArchivingSpider
from crawler.scope import refused
from crawler.settings import configured, operator
from crawler.urls import canonical, host_of
from spiders.base import NOTHING
from spiders.columns import Columns, Walk
from spiders.discovery import leads, naming
from spiders.discovery.choosing import Marks, stand_in
from spiders.discovery.leads import Lead, Rank
from spiders.discovery.seen import Column, Drawn, Seen, Visited
from spiders.families import Page, family, telling
from storage.records import Origin

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

REQUESTS_LIMIT = 80  # at three seconds each: four minutes
LIST_PAGES = 3  # of one column; whether its listing works shows on the first two
WAYS_LIMIT = 5  # pages called 政府信息公开
COLUMNS_LIMIT = 6
DRAWN_LIMIT = 3


class Discovery(ArchivingSpider):
    """Looks at one portal.

    Parameters:
        url: the page to begin with.
        told: takes what was seen, at the end.
        only: leads to be tried, instead of those that the page shows; for the browser, which comes second.
        family: the one to be tried, instead of those whose marks are seen.
    """

    name = "discover"
    render = False

    def __init__(self, url: str, told: Callable[[Seen], None], only: Sequence[Lead] = (), family: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._told = told
        self._only = tuple(only)
        self._families = (family,) if family else ()
        self._pages: list[Page] = []
        self._marks = Marks()
        self.seen = Seen(url=canonical(url), hosts=naming.hosts(canonical(url)))
        # the gate knows a home page by the name of the portal, which is not known yet
        self.origin = Origin(key=self.name, name=host_of(url), adcode="", hosts=self.seen.hosts, family="static")

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Apply the operator's configuration, and the browser where it is asked for.

        Raises:
            ConfigError: there is no browser.
        """
        super().update_settings(settings)
        settings.setdict(configured(operator(settings)), priority="spider")
        if cls.render:
            settings.setdict(browser.settings(operator(settings)), priority="spider")

    async def start(self) -> AsyncIterator[Any]:
        """The whole discovery."""
        self._fetcher = Fetcher(self.crawler, render=self.render)
        if self._only:
            for lead in self._only:
                await self._try(lead)
        elif (first := await self._page(self.seen.url)) is not None:
            await self._columns(first)
        self._conclude()
        self._told(self.seen)
        for request in NOTHING:
            yield request

    async def _columns(self, first: Page) -> None:
        """Follow the leads of the first page, the strongest first; those of pages on the way follow."""
        given = Lead(url=first.url, text="", rank=Rank.WORDS, page="")
        if urlsplit(first.url).path not in {"", "/"}:
            await self._try(given, first)
        found = self._leads(first)
        for way in [lead for lead in found if lead.rank is Rank.WAY][:WAYS_LIMIT]:
            if (page := await self._page(way.url)) is not None:
                found += self._leads(page)
        for lead in [lead for lead in leads.strongest(found) if lead.rank is not Rank.WAY][:COLUMNS_LIMIT]:
            await self._try(lead)
        if not self.seen.columns:
            await self._try(given, first)

    def _leads(self, page: Page) -> list[Lead]:
        """Leads of a page on the portal's hosts; the others are told."""
        found = [replace(lead, url=canonical(lead.url)) for lead in leads.of(page)]
        self.seen.outside += [f"{lead.url} ({lead.text})" for lead in found if lead.rank is Rank.WORDS and not self.run.scope.covers(lead.url)]
        return [lead for lead in found if self.run.scope.covers(lead.url)]

    async def _page(self, url: str) -> Page | None:
        """One page that passed the gate; what failed is told."""
        try:
            answer = await self._fetcher.fetch(Request(url), expected="list")
            capture = answer.capture
            text, _ = charset.decode(capture.body, capture.header("Content-Type"))
            page = Page.of(text, url=capture.final_url or capture.url)
        except GivenUp as error:
            why = error.__cause__.detail if isinstance(error.__cause__, CrawlError) else f"{error} is left alone"
            self._visited(url, f"not asked: {why}")
            self.seen.private = self.seen.private or host_of(url) in refused
            return None
        except CrawlError as error:
            self._visited(url, f"{error.kind}: {error.rule}: {error.detail}" if error.rule else f"{error.kind}: {error.detail}")
            self.seen.private = self.seen.private or error.rule == "address"
            return None
        self._pages.append(page)
        self._marks.look(page)
        self._visited(url, "read")
        return page

    def _visited(self, url: str, outcome: str) -> None:
        self.seen.visited.append(Visited(url=url, outcome=outcome))
        if url == self.seen.url and outcome != "read":
            self.seen.failed = outcome

    async def _try(self, lead: Lead, page: Page | None = None) -> None:
        """Try the listings of the families on a page that may be a column, the likeliest first, and keep what the first of them finds."""
        if lead.url in {column.url for column in self.seen.columns}:
            return
        page = page or await self._page(lead.url)
        if page is None:
            return
        for name in self._families or self._marks.order():
            if not self._shows(name, page):
                continue
            walk = await self._walk(name, lead.url)
            if walk.candidates:
                self._keep(name, lead, walk)
                return
        self._visited(lead.url, "no list of reports in it")
        if lead.page and not self.render and page.selector.xpath("//script") and len(self.seen.drawn) < DRAWN_LIMIT:
            self.seen.drawn.append(Drawn(url=lead.url, text=lead.text, page=lead.page))

    def _shows(self, name: str, page: Page) -> bool:
        """Whether a family's listing finds anything on a page: candidates, or folders below it."""
        known = family(stand_in(name, page.url, self.seen.hosts))
        try:
            with telling(page.url):
                return bool(known.rows(page) or known.columns(page))
        except CrawlError as error:
            logger.info("%s on %s: %s", name, page.url, error.detail)
            return False

    async def _walk(self, name: str, url: str) -> Walk:
        return await Columns(family(stand_in(name, url, self.seen.hosts)), self.run, self._fetcher, whole=True).read()

    def _keep(self, name: str, lead: Lead, walk: Walk) -> None:
        known = {url for column in self.seen.columns for url in column.candidates}
        if set(walk.candidates) <= known:
            self._visited(lead.url, "lists nothing that the columns before it do not")
            return
        self._families = (name,)  # a portal file names one
        self.seen.family = name
        years = [int(year) for report in walk.candidates.values() for year in re.findall(r"(?<!\d)(20\d\d)(?=\s*年)", report.title)]
        self.seen.columns.append(
            Column(
                url=lead.url,
                text=lead.text,
                page=lead.page,
                candidates=tuple(walk.candidates),
                newest=max(years, default=None),
                whole=not walk.unsettled,
                rendered=self.render,
            )
        )
        self._visited(lead.url, f"a report column: {len(walk.candidates)} candidates")

    def _conclude(self) -> None:
        self.seen.marks, self.seen.strangers = self._marks.said()
        whose = naming.owner(naming.grounds(self.seen.url, self._pages))
        self.seen.name, self.seen.adcode, self.seen.owner = whose.name, whose.code, whose.why
