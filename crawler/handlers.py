"""The one place all requests of a process leave by: each waits for its host's turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler

from crawler.polite import turns
from crawler.settings import operator
from crawler.urls import host_of

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class PoliteHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP/1.1 handler behind crawler.polite. Waiting does not count against the time-out."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        crawl = operator(crawler.settings).crawl
        self._delay = crawl.delay
        self._limit = crawl.retry_after_limit

    async def download_request(self, request: Request) -> Response:
        async with turns.take(host_of(request.url), delay=self._delay, limit=self._limit):
            response = await super().download_request(request)
            heard(response, self._delay)
            return response


def heard(response: Response, delay: float) -> None:
    """Learn what an answer asks for before the turn is given back: another process may be waiting for it."""
    headers = {name.decode("latin-1").lower(): values[-1].decode("latin-1") for name, values in response.headers.items() if values}
    turns.heard(host_of(response.url), response.status, headers, delay)
