"""Asking for list pages: conditionally where the host's validators are believed, and never so for long that a lie could hide a report.

A 304 confirms the bytes of an earlier answer, which are read again, so that the night has its listing. Once in WHOLE a page is asked for without
validators; when it then shows other rows than the ones that were confirmed, the host has to say of the old validators what it says of them now: an
honest one sends the page, one that still answers 304 would have hidden those rows for ever.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from scrapy import Request

from crawler.fetching import Answer, Fetcher
from crawler.runs import Run
from crawler.urls import canonical, host_of
from crawler.validators import PROBE_EVERY, Validators, given
from storage.errors import CorruptCapture
from storage.listings import ShownLast, plain
from storage.records import Candidate

logger = logging.getLogger(__name__)

WHOLE = PROBE_EVERY


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of the question for a list page.

    Attributes:
        answer: number of tonight's capture, and the capture whose bytes are to be read.
        confirms: number of the earlier capture that holds those bytes, where tonight's is a 304.
        before: what the page showed last, where it was asked for without validators although it has some.
    """

    answer: Answer
    confirms: int | None = None
    before: ShownLast | None = None


class Lists:
    """Asks for the list pages of one portal.

    Parameters:
        full: ask without validators.
    """

    def __init__(self, run: Run, fetcher: Fetcher, *, full: bool) -> None:
        self._run = run
        self._fetcher = fetcher
        self._full = full
        self._validators = Validators(run)

    async def ask(self, request: Request, column: str, page: int, *, rendered: bool) -> Asked:
        """Ask for a page.

        Parameters:
            rendered: a browser makes it; the validators of its shell say nothing of its rows.

        Raises:
            CrawlError, GivenUp: as Fetcher.fetch.
        """
        if request.method != "GET" or rendered:
            return Asked(answer=await self._fetcher.fetch(request, expected="list"))
        before = self._run.archive.shown_last(self._run.origin.key, column, page)
        headers = self._conditions(request, before)
        if before is None or not headers:
            return Asked(answer=await self._fetcher.fetch(request, expected="list"), before=before)
        try:
            whole = self._run.archive.capture(before.capture)
        except CorruptCapture as error:  # the disk lost what a 304 would confirm
            logger.warning("list %s comes whole: %s", request.url, error)
            return Asked(answer=await self._fetcher.fetch(request, expected="list"))
        answer = await self._fetcher.fetch(_with(request, headers), expected="list")
        if answer.capture.status != 304:
            return Asked(answer=answer)
        self._run.counts["not_modified"] += 1
        return Asked(answer=Answer(id=answer.id, capture=whole), confirms=before.capture)

    async def examine(self, asked: Asked, request: Request, rows: list[Candidate]) -> None:
        """Hold what a page shows against what was confirmed before, where it came whole without being asked for conditionally.

        Raises:
            CrawlError, GivenUp: as Fetcher.fetch.
        """
        before = asked.before
        if before is None or not before.confirmed or before.rows == plain(rows) or not (headers := given(before.etag, before.last_modified)):
            return
        again = await self._fetcher.fetch(_with(request, headers), expected="list")
        if again.capture.status == 304:
            self._validators.caught(host_of(request.url), "answers 304 for a list that shows other rows")

    def _conditions(self, request: Request, before: ShownLast | None) -> dict[str, str]:
        if self._full or before is None or before.url != canonical(request.url) or self._run.now() - before.whole_at > WHOLE:
            return {}
        return given(before.etag, before.last_modified) if self._validators.believed(host_of(request.url)) else {}


def _with(request: Request, headers: dict[str, str]) -> Request:
    conditional = request.copy()
    for name, value in headers.items():
        conditional.headers[name] = value
    return conditional
