"""From candidates to kept pages: which reports are asked for tonight, and what becomes of each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from scrapy import Request

from crawler import attachments, documents, doubts, gate, nights, rotation
from crawler.errors import CrawlError, SoftNotFound
from crawler.fetching import Answer, Fetcher, GivenUp
from crawler.pipeline import Kept
from crawler.reading import charset
from crawler.runs import Run
from crawler.urls import canonical
from crawler.validators import Validators
from spiders.columns import Walk
from spiders.families import Family, Page, telling
from storage.errors import CorruptCapture
from storage.frontier import Task
from storage.records import Capture, Change

PARTS_LIMIT = 50  # pages of one article


class Reports:
    """Asks for the reports of one portal that are due.

    Parameters:
        full: ask for every known report, without validators.
    """

    def __init__(self, family: Family, run: Run, fetcher: Fetcher, *, full: bool) -> None:
        self._family = family
        self._key = family.portal.key
        self._run = run
        self._fetcher = fetcher
        self._full = full
        self._validators = Validators(run)
        self._gone: list[tuple[str, int, int | None]] = []  # URL, the answer that says so, a listing that lacks it

    async def fetch(self, walk: Walk) -> AsyncIterator[Kept]:
        """Ask for what is new, due again, failed earlier or gone from its list; yields what is to be read."""
        for task in self._tonight():
            try:
                kept = await self._report(task, walk)
            except GivenUp:
                continue  # stays due
            if kept is not None:
                yield kept

    def _tonight(self) -> list[Task]:
        """What is due, and the rotation's share of what is known."""
        run, config = self._run, self._run.config
        days = config.crawl.revisit_days
        tasks = list(run.archive.due(self._key, run.now(), None if days is None else timedelta(days=days), self._full))
        if days is None and not self._full:
            night = nights.under_way(run.now(), config.schedule)
            own = self._family.portal.schedule
            step = nights.step(self._key, night, config.schedule, every=own.every, season=own.season)
            shares = rotation.due(run.archive.known(self._key), night, config.rotation, config.schedule, step)
            urls = {task.url for task in tasks}
            tasks += [task for share in shares.values() for task in share if task.url not in urls]
        return tasks

    def conclude(self) -> None:
        """Tell what is gone, when all else of the night is filed: a report whose new page was still being read has moved and was never absent."""
        for url, capture, listing in self._gone:
            self._run.archive.gone(url, self._key, capture, listing, self._run.id, self._run.now())

    async def _report(self, task: Task, walk: Walk) -> Kept | None:
        headers = {} if self._full else self._conditions(task)
        try:
            answer = await self._fetcher.fetch(self._request(task, headers), expected="report")
            if answer.capture.status == 304 and not self._validators.confirmed(task.url):
                headers = {}
                answer = await self._fetcher.fetch(self._request(task, headers), expected="report")
            if answer.capture.status == 304:
                self._run.counts["not_modified"] += 1
                self._run.archive.unchanged(task.url, self._key, answer.id, self._run.id, self._run.now())
                self._run.recovered(urls=[task.url], sparing=doubts.DOUBTS)  # it says what it said
                return self._files_again(task)
            captures = [answer.id, *await self._parts(answer)]
        except CrawlError as error:
            await self._failed(task, error, walk)
            return None
        self._run.archive.answered(task.url, self._key, captures, self._run.id, self._run.now())

        def learn(change: Change | None) -> None:
            self._validators.filed(task, answer.capture, change, conditional=bool(headers))

        return Kept(url=task.url, captures=tuple(captures), body=self._family.body, filed=learn)

    def _files_again(self, task: Task) -> Kept | None:
        """A page that stands as it was may have a file that does not."""
        read = self._run.archive.read_with(task.capture) if task.capture is not None else None
        return Kept(url=task.url, captures=read.captures, body=self._family.body, stands=True) if read is not None and read.has_files else None

    async def _failed(self, task: Task, error: CrawlError, walk: Walk) -> None:
        """A known report whose address says that nothing is there is absent, once the address has said so twice; all else is an incident."""
        if gate.speaks_of_absence(error) and task.capture is not None and self._run.counts["listings"]:
            try:
                await self._fetcher.fetch(self._request(task, {}), expected="report")
            except CrawlError as again:
                if gate.speaks_of_absence(again) and again.capture is not None:
                    # until that is told, no other address of the report may pass for one to which it moved from here
                    self._run.archive.failed(task.url, self._key, again.kind, self._run.now(), waits=False)
                    self._gone.append((task.url, again.capture, walk.absent.get(task.url)))
                    self._run.recovered(urls=[task.url])
                    return
                error = again
            # else: an address that flickers is trouble, not absence
        # a page listed before it is there comes in a day; one that is too large or no report will be the same tomorrow
        retry = error.retry or isinstance(error, SoftNotFound)
        self._run.archive.failed(task.url, self._key, error.kind, self._run.now(), retry=retry)
        self._run.trouble(error, url=task.url)

    def _conditions(self, task: Task) -> dict[str, str]:
        # a page made by scripts has a shell that never changes, whose validators say nothing of what it shows; no more do those of the first part
        # of a split article, or of the page around a frame, of what the others say
        if self._family.portal.render or self._is_split(task):
            return {}
        return self._validators.headers(task, since=timedelta(days=self._run.config.rotation.whole))

    def _request(self, task: Task, headers: dict[str, str]) -> Request:
        return attachments.request(task.url, self._run.config.crawl, headers) if attachments.is_file(task.url) else Request(task.url, headers=headers)

    def _is_split(self, task: Task) -> bool:
        """Whether a known page was read with further parts."""
        if task.capture is None or len(self._run.archive.read_with(task.capture).captures) < 2:
            return False
        try:
            return bool(self._part_urls(self._run.archive.capture(task.capture)))
        except (CorruptCapture, CrawlError):  # whatever it was: it comes whole
            return True

    def _part_urls(self, capture: Capture) -> list[str]:
        """The further pages of a split article, or the frame that holds its body.

        Raises:
            LayoutChanged: the family breaks on this page.
        """
        if documents.kind(capture.body) is not None:
            return []
        text, _ = charset.decode(capture.body, capture.header("Content-Type"))
        url = capture.final_url or capture.url
        with telling(url):
            parts = self._family.parts(Page.of(text, url=url))
        return [part for part in dict.fromkeys(map(canonical, parts)) if part != url and self._run.scope.covers(part)][:PARTS_LIMIT]

    async def _parts(self, answer: Answer) -> list[int]:
        """Captures of the further parts of a page.

        Raises:
            CrawlError: one of them cannot be had; half a report is none.
        """
        return [(await self._fetcher.fetch(Request(part), expected="report")).id for part in self._part_urls(answer.capture)]
