"""From an address to a kept answer, every failure under its own name in the tree of crawler.errors."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from OpenSSL import SSL
from scrapy import Request
from scrapy import exceptions as scrapy_errors
from twisted.internet.error import ConnectError, ConnectionClosed

from crawler import context, gate
from crawler.errors import BadStatus, CrawlError, FetchError, LayoutChanged, OutOfScope, TooLarge, Unreachable
from crawler.gate import Expected
from crawler.polite import turns
from crawler.runs import run_of
from crawler.scope import refused, scope_of
from crawler.urls import host_of
from storage.errors import ArchiveError
from storage.records import Capture

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

RENDER = {"render": True, "download_slot": "browser"}  # meta for crawler.rendering; a slot of its own, since it waits for others to the host
BACKOFF_LIMIT = 60.0  # seconds
PATIENCE = 3  # pages in a row
FINAL = frozenset(
    {"http_400", "http_401", "http_405", "http_414", "http_451", "redirects", "location", "retry_after", "crawl_delay", "robots_unreachable"}
)  # do not pass by waiting
ODD = FINAL - {"retry_after", "crawl_delay", "robots_unreachable"}  # say something of a page, not of its host
CONDITIONS = frozenset({b"If-None-Match", b"If-Modified-Since"})

# How Scrapy names what happened on the way, and what we call it: (class, rule).
NAMES: tuple[tuple[type[Exception], type[FetchError], str], ...] = (
    (scrapy_errors.DownloadTimeoutError, Unreachable, "timeout"),
    (scrapy_errors.DownloadConnectionRefusedError, Unreachable, "refused"),
    (scrapy_errors.CannotResolveHostError, Unreachable, "dns"),
    (scrapy_errors.ResponseDataLossError, Unreachable, "data_loss"),
    (scrapy_errors.DownloadCancelledError, TooLarge, "wire"),  # raised where DOWNLOAD_MAXSIZE is passed
    (scrapy_errors.UnsupportedURLSchemeError, OutOfScope, "scheme"),
    (scrapy_errors.IgnoreRequest, BadStatus, "redirects"),  # the only one left that ignores is the redirect limit
    (SSL.Error, Unreachable, "tls"),
    (scrapy_errors.DownloadFailedError, Unreachable, "connection"),
    (ConnectError, Unreachable, "connection"),
    (ConnectionClosed, Unreachable, "connection"),
    (OSError, Unreachable, "connection"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A kept answer: the number of its capture, and the capture."""

    id: int
    capture: Capture


async def download(crawler: Crawler, request: Request) -> Answer:
    """Send one request through the downloader middlewares, redirects followed.

    Raises:
        FetchError: no answer, or none that may be read.
    """
    if run_of(crawler).interrupted:
        raise asyncio.CancelledError
    try:
        response = await _to_its_end(crawler, request)
    except ArchiveError:
        raise
    except CrawlError as error:
        error.url = error.url or request.url
        raise
    except Exception as error:  # whatever hostile bytes do to the HTTP stack costs one page, not the run
        raise _named(error, request.url) from error
    capture: Capture = response.meta["captured"]
    location = capture.header("Location")
    if location and 300 <= capture.status < 400:
        # Scrapy hands back redirects to other schemes (file:, javascript:) as they are, and all that a 300 or 304 names
        try:
            target = urljoin(response.url, location)
        except ValueError as error:  # http://[::1
            raise BadStatus(f"a redirect to {location[:200]!r}: {error}", url=request.url, rule="location") from error
        scope_of(crawler).check(target)
    return Answer(id=response.meta["capture"], capture=capture)


async def _to_its_end(crawler: Crawler, request: Request) -> Response:
    """The answer, also where the crawl is asked to stop while the request is in flight: then this is its last one, and is kept.

    Raises:
        asyncio.CancelledError: the crawl stops, and nothing was sent yet.
    """
    asking = asyncio.ensure_future(crawler.engine.download_async(request))
    try:
        return await asyncio.shield(asking)
    except asyncio.CancelledError:
        run_of(crawler).interrupted = True
        if not request.meta.get("sent"):
            asking.cancel()
            raise
    return await asking


def _named(error: Exception, url: str) -> FetchError:
    """The error of ours that says the same."""
    if isinstance(error, scrapy_errors.CannotResolveHostError) and host_of(url) in refused:
        return OutOfScope(f"{host_of(url)} resolves to {refused[host_of(url)]}, which is no public address", url=url, rule="address")
    causes = [error, error.__cause__, *(getattr(reason, "value", None) for reason in getattr(error.__cause__, "reasons", ()))]
    if refusal := next((cause for cause in causes if isinstance(cause, SSL.Error)), None):
        return Unreachable(_tls(refusal), url=url, rule="tls")
    for kind, ours, rule in NAMES:
        if isinstance(error, kind):
            return ours(str(error) or type(error).__name__, url=url, rule=rule)
    if type(error).__module__.startswith("playwright."):  # imported only where a portal needs it
        return Unreachable(str(error).split("\n")[0], url=url, rule="browser")
    logger.error("no name for what happened at %s", url, exc_info=error)
    return Unreachable(f"{type(error).__name__}: {error}", url=url, rule="unexpected")


def _tls(error: SSL.Error) -> str:
    """What OpenSSL says, and what an operator can do about a certificate."""
    said = "; ".join(str(part[-1]) for part in error.args[0]) if error.args and isinstance(error.args[0], list) else str(error)
    advice = " (crawl.verify_tls: false reads portals whose certificates do not verify)" if "certificate" in said else ""
    return f"TLS: {said or type(error).__name__}{advice}"


async def back_off(attempt: int, delay: float) -> None:
    """Wait longer after each failure: delay, twice, four times (at least half a second, at most a minute)."""
    await asyncio.sleep(min(BACKOFF_LIMIT, max(delay, 0.5) * 2 ** (attempt - 1)))


def root(url: str) -> str:
    """The address of a whole site: what its incidents bear."""
    return urljoin(url, "/")


class GivenUp(Exception):
    """No further request goes to this host, or for this portal, in this run; the incident is open. What was left stays to be fetched."""


class Fetcher:
    """Asks, judges and asks again: the conversation of one run with its portal.

    A host that refuses one page after another is left alone for the night, so that a fence is knocked at a few times and not a hundred.

    Parameters:
        render: pages come by way of the browser (crawler.rendering); files never do.
    """

    def __init__(self, crawler: Crawler, *, render: bool = False) -> None:
        self._crawler = crawler
        self._render = render
        self._run = run_of(crawler)
        self._crawl = self._run.config.crawl
        self._refused: Counter[str] = Counter()  # pages in a row that failed for good, by site
        self._well: set[str] = set()
        self._spent = False
        self._overdrawn: set[str] = set()

    async def fetch(self, request: Request, *, expected: Expected) -> Answer:
        """One page that passed the gate, or a 304 to a request with validators.

        Raises:
            FetchError: no usable answer within the tries; `.capture` is the last answer, if there was one.
            PageError: an answer, but not the page.
            GivenUp: nothing was asked, or the host's robots.txt cannot be had.
        """
        with context.at(host_of(request.url)):
            return await self._fetch(request, expected)

    async def _fetch(self, request: Request, expected: Expected) -> Answer:
        if self._refused[root(request.url)] >= PATIENCE:
            raise GivenUp(root(request.url))
        attempt = 0
        while True:
            attempt += 1
            try:
                answer = await self._once(request, expected)
            except CrawlError as error:
                if error.rule == "robots_unreachable" and root(error.url or request.url) == root(request.url) and not request.meta.get("file"):
                    # of a dead host every page would say the same; a page that was redirected to one says it of itself, and files of other
                    # hosts may stand beside the one that cannot be had
                    self._give_up(request.url, error, "left alone for this run")
                    raise GivenUp(root(request.url)) from error
                if not self._again(error, attempt):
                    self._count(request.url, error)
                    raise
                logger.info("again %s %s: %s", self._run.origin.key, request.url, error.detail)
                await back_off(attempt, self._crawl.delay)
            else:
                self._recovered(request.url)
                return answer

    async def _once(self, request: Request, expected: Expected) -> Answer:
        if self._run.counts["requests"] >= self._crawl.requests_limit:
            if not self._spent:
                self._run.incident("requests_limit", None, f"{self._crawl.requests_limit} requests (crawl.requests_limit) are made")
            self._spent = True
            raise GivenUp("requests_limit")
        budget = self._crawl.host_budget
        if turns.asked(host_of(request.url)) >= budget:
            if root(request.url) not in self._overdrawn:
                self._run.incident("host_budget", root(request.url), f"{budget} requests (crawl.host_budget) are made to this host tonight")
            self._overdrawn.add(root(request.url))
            raise GivenUp(root(request.url))
        attempt = request.copy()
        if self._render and not request.meta.get("file"):
            attempt.meta.update(RENDER)
        answer = await download(self._crawler, attempt)
        capture = answer.capture
        if capture.status == 304:
            if CONDITIONS.isdisjoint(request.headers):
                raise BadStatus("304 to a request without conditions", url=request.url, rule="http_304")
            return answer
        try:
            gate.check(capture, expected=expected, origin=self._run.origin)
        except CrawlError as error:
            error.capture = answer.id
            raise
        except Exception as error:  # a rule that breaks on what nobody thought of costs one page, not the night
            logger.exception("the gate broke on %s", request.url)
            broken = LayoutChanged(f"the gate broke: {type(error).__name__}: {error}", url=request.url, rule="gate")
            broken.capture = answer.id
            raise broken from error
        return answer

    def _again(self, error: CrawlError, attempt: int) -> bool:
        return error.retry and attempt < self._crawl.tries and error.rule not in FINAL and not gate.speaks_of_absence(error)

    def _count(self, url: str, error: CrawlError) -> None:
        """Keep the score of a host, and give it up when it stays silent or shut."""
        if not error.retry or gate.speaks_of_absence(error) or error.rule in ODD:
            if error.capture is not None:
                self._recovered(url)  # it answered, if not with the page
            return
        self._refused[root(url)] += 1
        if self._refused[root(url)] == PATIENCE:
            self._give_up(url, error, f"left alone for this run after {PATIENCE} pages")

    def _give_up(self, url: str, error: CrawlError, said: str) -> None:
        self._refused[root(url)] = PATIENCE
        self._run.incident(error.kind, root(url), f"{said}: {error.detail}")

    def _recovered(self, url: str) -> None:
        if root(url) not in self._well:
            self._well.add(root(url))
            self._run.recovered(urls=[root(url)])
        self._refused[root(url)] = 0
