"""From entry addresses to candidates: columns, their pages, their year directories and sub-columns.

A walk ends. Pages of a column stop at the first one that is wholly known (unless the last walk was cut short), at one that repeats what an
earlier page showed, at one without rows, and at `crawl.list_pages`; sub-columns stop three levels down, and where they show nothing new.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from scrapy import Request

from crawler.errors import BadStatus, CrawlError, LayoutChanged, SoftNotFound
from crawler.fetching import Fetcher, GivenUp
from crawler.reading import charset
from crawler.runs import Run
from crawler.urls import canonical
from spiders import candidates
from spiders.families import Family, Next, Page, telling
from spiders.lists import Asked, Lists
from storage.records import Candidate, Capture, Listing

logger = logging.getLogger(__name__)

DEPTH_LIMIT = 4  # entry, year directory, group of organs, organ (庆阳: 2021n/gbb31/wyll31); deeper is a link that resolves into itself
COLUMNS_LIMIT = 300  # 庆阳 has some sixty: years x groups


@dataclass
class Walk:
    """What the columns of a portal showed.

    Attributes:
        candidates: by address, in the order of the lists.
        absent: known reports that are no longer listed, with the number of the listing that lacks them.
        unsettled: columns that could not be read to their end.
        partial: at least one column was left at a page that was wholly known.
    """

    candidates: dict[str, Candidate] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)
    unsettled: int = 0
    partial: bool = False


class Columns:
    """Reads the columns of one portal.

    Parameters:
        whole: read every column to its end, known or not.
        full: ask for list pages without validators.
    """

    def __init__(self, family: Family, run: Run, fetcher: Fetcher, *, whole: bool, full: bool = False) -> None:
        self._family = family
        self._portal = family.portal
        self._run = run
        self._lists = Lists(run, fetcher, full=full)
        self._whole = whole
        self._seen: set[str] = set()  # addresses of rows, over all columns
        self._known_columns: set[str] = set()
        self.walk = Walk()

    async def read(self) -> Walk:
        """Read all columns; what fails is an incident, and the others go on."""
        queue = deque((canonical(url), 1) for url in self._portal.start)
        self._known_columns.update(url for url, _ in queue)
        while queue:
            column, level = queue.popleft()
            below = await self._column(column, is_entry=level == 1)
            for url in below if level < DEPTH_LIMIT else ():
                if url not in self._known_columns and len(self._known_columns) < COLUMNS_LIMIT:
                    self._known_columns.add(url)
                    queue.append((url, level + 1))
        return self.walk

    async def _column(self, column: str, *, is_entry: bool) -> list[str]:
        """Read one column page by page; returns the columns below it."""
        below: list[str] = []
        shown: set[str] = set()  # addresses of this column's rows so far
        step: Next | None = Next(url=column, number=1)
        while step is not None:
            if step.number > self._run.config.crawl.list_pages:
                self._trouble(LayoutChanged(f"more than {step.number - 1} pages (crawl.list_pages)", url=column, rule="list_pages"), column)
                break
            try:
                asked = await self._lists.ask(self._request(step), column, step.number, rendered=self._portal.render)
                page = page_of(asked.answer.capture, column, step.number)
                with telling(page.url):
                    subs = self._inside(self._family.columns(page))
                    rows = rows_of(self._family, page)
                    following = self._family.next(page)
                await self._lists.examine(asked, self._request(step), rows)
            except GivenUp:
                self.walk.unsettled += 1
                break
            except CrawlError as error:
                self._trouble(error, step.url, moved=is_entry and step.number == 1)
                break
            addresses = {row.url for row in rows}
            if step.number > 1 and addresses <= shown:
                break  # the pager goes on, the rows do not: the last page again, or an empty one
            if not is_entry and subs and addresses and addresses <= self._seen:
                subs = []  # a sub-column that shows nothing of its own leads nowhere new
            below += subs
            shown |= addresses
            self._seen |= addresses
            if rows and self._note(rows, asked, column, step, last=following is None):
                self.walk.partial = self.walk.partial or following is not None
                break
            step = following
        return below

    def _note(self, rows: list[Candidate], asked: Asked, column: str, step: Next, *, last: bool) -> bool:
        """Store the listing; returns whether the walk may stop at this page."""
        reports = candidates.of(rows, self._portal, columns=self._known_columns)
        listing = Listing(
            portal=self._portal.key, column=column, page=step.number, last=last, rows=tuple(rows), read_at=self._run.now(), confirms=asked.confirms
        )  # fmt: skip
        listed = self._run.archive.list(listing, capture=asked.answer.id, run=self._run.id, reports=reports)
        self._run.counts["listings"] += 1
        self._run.recovered(urls=[step.url])
        self.walk.candidates |= {report.url: report for report in reports}
        self.walk.absent |= dict.fromkeys(listed.absent, listed.id)
        logger.info(
            "list %s page %d %s: %d rows, %d candidates, %d new", self._portal.key, step.number, column, len(rows), len(reports), len(listed.new)
        )
        return bool(reports) and not listed.new and not self._whole

    def _request(self, step: Next) -> Request:
        form = {"Content-Type": "application/x-www-form-urlencoded"} if step.body is not None else None
        return Request(step.url, method=step.method, body=step.body or b"", headers=form)

    def _inside(self, urls: Iterable[str]) -> list[str]:
        return [url for url in dict.fromkeys(map(canonical, urls)) if self._run.scope.covers(url)]

    def _trouble(self, error: CrawlError, url: str, *, moved: bool = False) -> None:
        self.walk.unsettled += 1
        if moved and (isinstance(error, SoftNotFound) or (isinstance(error, BadStatus) and error.rule in {"http_404", "http_410"})):
            self._run.incident("column_moved", url, error.detail)
        else:
            self._run.trouble(error, url=url)


def page_of(capture: Capture, column: str, number: int) -> Page:
    """A captured page of a column, decoded.

    Raises:
        TooLarge: as Page.of.
    """
    text, _ = charset.decode(capture.body, capture.header("Content-Type"))
    return Page.of(text, url=capture.final_url or capture.url, column=column, number=number)


def rows_of(family: Family, page: Page) -> list[Candidate]:
    """Rows with canonical addresses, each once."""
    rows = (replace(row, url=canonical(row.url)) for row in family.rows(page))
    return list({row.url: row for row in rows}.values())
