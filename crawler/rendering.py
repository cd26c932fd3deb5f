"""Pages by a browser that has no network of its own.

Everything a page asks for is fetched by our own downloader: one gate for scope and robots.txt, one turn a host, size bounds, and every answer
kept as it came from the wire. Routing alone would not do: Playwright does not see the hops of a redirect, and Chromium resolves names itself.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page as BrowserPage
from playwright.async_api import Request as BrowserRequest
from playwright.async_api import Route
from playwright.async_api import TimeoutError as PlaywrightTimeout
from scrapy import Request
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from crawler import gate
from crawler.errors import Blocked, CrawlError
from crawler.fetching import download
from crawler.handlers import heard, turn
from crawler.reading import charset
from crawler.runs import run_of
from crawler.settings import operator
from crawler.urls import host_of
from storage.records import Capture

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response

logger = logging.getLogger(__name__)

NEEDED = frozenset({"document", "script", "xhr", "fetch"})  # images, fonts, styles, media and pings show nothing we read
REQUESTS_LIMIT = 100  # of one page; counters that poll for ever end here
QUIET = 15_000  # milliseconds to wait for the scripts to come to rest
PASSED_ON = ("accept", "content-type", "cookie", "x-requested-with")
TEXT = ("text/", "javascript", "json", "xml")


class RenderHandler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]  # ships no annotations
    """Download handler of portals with `render: true`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._ours = crawler
        self._config = operator(crawler.settings).crawl
        self._scripts: dict[str, Capture] = {}  # by address; the same few on every page of a portal

    async def download_request(self, request: Request) -> Response:
        """Fetch, or fetch and render where the request's meta says so."""
        if request.meta.get("render"):
            return await self._render(request)
        host, timing = host_of(request.url), run_of(self._ours).timing
        # the scripts of one page are one visit: in turn, at what the host asked for and taught us, but without our own delay between them
        async with turn(timing, request, self._config, part=bool(request.meta.get("visit"))):
            with timing.asking(host) as answers:
                request.meta["sent"] = True
                response: Response = await super().download_request(request)
                answers.append((response.status, len(response.body)))
            heard(response, self._config.delay)
            return response

    async def _render(self, request: Request) -> Response:
        """The page's DOM once its scripts have come to rest. What is no page, or a fence, comes back as it was: challenges are not solved."""
        response = await self._crawler.engine.download_async(request.replace(meta={}, callback=None, errback=None))
        document: Capture = response.meta["captured"]
        verdict = gate.judge(document, expected="list")
        if document.status != 200 or b"<" not in document.body[:1024] or (verdict and issubclass(verdict.error, Blocked)):
            return response  # type: ignore[no-any-return]
        visit = _Visit(self._crawler, response.url, document, self._scripts)
        rendered = request.replace(
            url=response.url,
            meta={
                **request.meta,
                "playwright": True,
                "playwright_page_init_callback": visit.begin,
                "playwright_page_methods": [PageMethod(_settle)],
                "playwright_context_kwargs": {"service_workers": "block", "accept_downloads": False, "locale": "zh-CN"},
            },
        )
        page: Response = await super().download_request(rendered)
        return page


async def _settle(page: BrowserPage) -> None:
    try:
        await page.wait_for_load_state("networkidle", timeout=QUIET)
    except PlaywrightTimeout:
        logger.info("%s keeps asking; taken as it is after %d s", page.url, QUIET // 1000)


class _Visit:
    """Answers what one page asks for."""

    def __init__(self, crawler: Crawler, url: str, document: Capture, scripts: dict[str, Capture]) -> None:
        self._crawler = crawler
        self._url = url
        self._document: Capture | None = document
        self._scripts = scripts
        self._asked = 0

    async def begin(self, page: BrowserPage, request: Request) -> None:
        """Take all requests of the page; the route set last is asked first."""
        await page.route("**/*", self._answer)

    async def _answer(self, route: Route, request: BrowserRequest) -> None:
        try:
            capture = await self._capture(request)
            if capture is None:
                await route.abort("blockedbyclient")
            else:
                body, content_type = _as_utf8(capture)
                cookies = "\n".join(value for name, value in capture.headers if name.lower() == "set-cookie")
                headers = {"content-type": content_type} | ({"set-cookie": cookies} if cookies else {})
                await route.fulfill(status=capture.status, headers=headers, body=body)
        except PlaywrightError as error:  # the page was closed meanwhile
            logger.debug("%s: %s", request.url, error)

    async def _capture(self, request: BrowserRequest) -> Capture | None:
        """The answer to one request of the page, None where it gets none."""
        if self._document is not None and request.is_navigation_request() and request.url.split("#")[0] == self._url.split("#")[0]:
            document, self._document = self._document, None
            return document
        if request.resource_type not in NEEDED:
            return None
        if request.url in self._scripts:
            return self._scripts[request.url]
        self._asked += 1
        if self._asked > REQUESTS_LIMIT:
            return None
        headers = {name: value for name, value in (await request.all_headers()).items() if name in PASSED_ON}
        try:
            ours = Request(request.url, method=request.method, headers=headers, body=request.post_data_buffer or b"", meta={"visit": True})
            answer = await download(self._crawler, ours)
        except (CrawlError, ValueError) as error:  # counters and scripts of other hosts: no part of the portal. ValueError: data: and its like
            logger.debug("the page goes without %s: %s", request.url, error)
            return None
        if request.resource_type == "script" and request.method == "GET":
            self._scripts[request.url] = answer.capture
        return answer.capture


def _as_utf8(capture: Capture) -> tuple[bytes, str]:
    """Body and content type for the browser: text re-coded by our own judgement, since headers lie about charsets."""
    named: Any = capture.header("Content-Type") or "text/html"
    kind = named.split(";")[0].strip().lower()
    if not any(mark in kind for mark in TEXT):
        return capture.body, named
    text, _ = charset.decode(capture.body, named)
    return text.encode("utf-8", "replace"), f"{kind}; charset=utf-8"
