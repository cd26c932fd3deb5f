"""robots.txt as RFC 9309 has it, where Scrapy differs: unreachable or 5xx forbids everything, 4xx allows everything.

An HTML page is no robots.txt (portals answer unknown paths with their home page), and of a huge one the first part counts.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from protego import Protego
from scrapy import Request

from crawler.errors import CrawlError, Disallowed
from crawler.fetching import back_off, download
from crawler.polite import turns
from crawler.runs import run_of
from crawler.settings import operator
from crawler.urls import host_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

SIZE_LIMIT = 500 * 1024  # bytes that are parsed; RFC 9309, 2.5 asks for at least 500 KiB
META = {"robots": True}
FINAL_STATUSES = frozenset({404, 410})  # say for a day that there are no rules; a 403 or 429 may say something else in an hour
_asking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  # by site, for all portals of this process


class RobotsMiddleware:
    """Asks a host's robots.txt before its first page, at most once a day for all runs (RFC 9309, 2.4); one that cannot be had, once a run."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        config = operator(crawler.settings).crawl
        self._obey = config.robots
        self._agent = config.user_agent
        self._tries = config.tries
        self._delay = config.delay
        self._rules: dict[str, asyncio.Task[Protego | CrawlError]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RobotsMiddleware:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass or raise.

        Raises:
            Disallowed: the host forbids the page, or its robots.txt answers 5xx.
            FetchError: its robots.txt cannot be had, which forbids the page as well.
        """
        if not self._obey or request.meta.get("robots"):
            return
        site = re.sub(r"(?<=[^/:])/.*", "", request.url)
        if site not in self._rules:
            self._rules[site] = asyncio.ensure_future(self._ask(site))
        rules = await asyncio.shield(self._rules[site])
        if isinstance(rules, CrawlError):
            error = type(rules)(f"robots.txt cannot be had: {rules.detail}", url=request.url, rule="robots_unreachable")
            error.named = rules.kind
            raise error
        if not rules.can_fetch(request.url, self._agent):
            raise Disallowed("robots.txt asks us not to", url=request.url, rule="robots")

    async def _ask(self, site: str) -> Protego | CrawlError:
        """The rules, or why there are none to be had. Portals of one host that begin at once ask one after the other: the answer is for all."""
        async with _asking[site]:
            return await self._known_or_asked(site)

    async def _known_or_asked(self, site: str) -> Protego | CrawlError:
        run = run_of(self._crawler)
        known = run.hosts.robots(site, run.now())
        if known is not None:
            capture = run.archive.capture(known)
            return self._parse(site, capture.status, capture.body)
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = await download(self._crawler, Request(f"{site}/robots.txt", meta=dict(META)))
            except CrawlError as error:
                problem = error
            else:
                if answer.capture.status < 500:
                    if answer.capture.status < 400 or answer.capture.status in FINAL_STATUSES:
                        run.hosts.note_robots(site, answer.id, run.now())
                    return self._parse(site, answer.capture.status, answer.capture.body)
                problem = Disallowed(f"status {answer.capture.status}")
            if attempt == self._tries or not (problem.retry or isinstance(problem, Disallowed)):
                return problem
            await back_off(attempt, self._delay)

    def _parse(self, site: str, status: int, body: bytes) -> Protego:
        text = body[:SIZE_LIMIT].decode("utf-8", "replace").lstrip("\ufeff")
        if status != 200 or re.match(r"\s*<", text):
            text = ""
        rules = Protego.parse(text)
        delay = float(rules.crawl_delay(self._agent) or 0)
        line = f"Crawl-delay: {delay:g}"
        rate = rules.request_rate(self._agent)
        if rate is not None and rate.requests and rate.seconds / rate.requests > delay:
            delay, line = rate.seconds / rate.requests, f"Request-rate: {rate.requests}/{rate.seconds}s"
        turns.slow_down(host_of(site), delay, line)
        return rules
