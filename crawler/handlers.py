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

    from crawler.config import CrawlSection
    from crawler.timing import Timing


class PoliteHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler behind crawler.polite. Waiting does not count against the time-out."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._crawler = crawler
        self._config = operator(crawler.settings).crawl

    async def download_request(self, request: Request) -> Response:
        host, timing = host_of(request.url), run_of(self._crawler).timing
        with context.at(host):
            async with turn(timing, request, self._config):
                with timing.asking(host) as answers:
                    request.meta["sent"] = True
                    response = await super().download_request(request)
                    answers.append((response.status, len(response.body)))
                heard(response, self._config.delay)
                return response


@asynccontextmanager
async def turn(timing: Timing, request: Request, crawl: CrawlSection, *, part: bool = False) -> AsyncIterator[None]:
    """The turn of a request's host (crawler.polite), the wait for it counted.

    Parameters:
        part: of a page that is being rendered.

    Raises:
        Blocked: the host wants to be left alone for longer than `crawl.retry_after_limit`, or between any two requests.
    """
    host = host_of(request.url)
    timeout = request.meta.get("download_timeout")  # a file may take longer than a page
    async with AsyncExitStack() as held:
        with timing.stage(Stage.WAITING, host):
            turn_of_host = turns.take(host, delay=crawl.delay, limit=crawl.retry_after_limit, timeout=timeout, part=part)
            await held.enter_async_context(turn_of_host)
        yield


def heard(response: Response, delay: float) -> None:
    """Learn what an answer asks for before the turn is given back: another process may be waiting for it."""
    headers = {name.decode("latin-1").lower(): values[-1].decode("latin-1") for name, values in response.headers.items() if values}
    turns.heard(host_of(response.url), response.status, headers, delay)
