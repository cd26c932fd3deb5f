"""The one place all requests of a process leave by: each waits for its host's turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from crawler import context
from crawler.polite import turns
from crawler.runs import run_of
from crawler.settings import operator
from crawler.timing import Stage
from crawler.urls import host_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from crawler.timing import Timing


class PoliteHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler behind crawler.polite. Waiting does not count against the time-out."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        crawl = operator(crawler.settings).crawl
        self._crawler = crawler
        self._delay = crawl.delay
        self._limit = crawl.retry_after_limit

    async def download_request(self, request: Request) -> Response:
        host, timing = host_of(request.url), run_of(self._crawler).timing
        with context.at(host):
            async with turn(timing, host, self._delay, self._limit):
                with timing.asking(host) as answers:
                    request.meta["sent"] = True
                    response = await super().download_request(request)
                    answers.append((response.status, len(response.body)))
                heard(response, self._delay)
                return response


@asynccontextmanager
async def turn(timing: Timing, host: str, delay: float, limit: float) -> AsyncIterator[None]:
    """A host's turn (crawler.polite), the wait for it counted.

    Raises:
        Blocked: the host wants to be left alone for longer than `limit`.
    """
    async with AsyncExitStack() as held:
        with timing.stage(Stage.WAITING, host):
            await held.enter_async_context(turns.take(host, delay=delay, limit=limit))
        yield


def heard(response: Response, delay: float) -> None:
    """Learn what an answer asks for before the turn is given back: another process may be waiting for it."""
    headers = {name.decode("latin-1").lower(): values[-1].decode("latin-1") for name, values in response.headers.items() if values}
    turns.heard(host_of(response.url), response.status, headers, delay)
