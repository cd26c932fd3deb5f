"""Keep first, judge second: every answer is stored as a Capture before anything else looks at it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from crawler import coding
from crawler.runs import run_of
from crawler.settings import operator
from crawler.urls import canonical
from storage.records import Capture

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response


class Keep:
    """Downloader middleware next to the wire. Puts `capture` (id) and `captured` (the Capture) into the request's meta."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._limit = operator(crawler.settings).crawl.page_limit

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Keep:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if not request.meta.get("render"):  # a rendered page leaves as the requests that make it
            run_of(self._crawler).counts["requests"] += 1

    def process_response(self, request: Request, response: Response) -> Response:
        """Undo the content coding and store.

        Raises:
            Unreachable, TooLarge: the body is not whole, or too much; nothing is stored, since nothing may read it as a page.
        """
        if "kept" in response.flags:
            return response
        run = run_of(self._crawler)
        capture = self._capture(request, response)
        run.counts["bytes"] += capture.wire_bytes if capture.wire_bytes is not None else 0 if capture.rendered else len(capture.body)
        meta = response.request.meta if response.request is not None else request.meta
        meta["capture"] = run.keep(capture)
        meta["captured"] = capture
        response.flags.append("kept")
        return response

    def _capture(self, request: Request, response: Response) -> Capture:
        run = run_of(self._crawler)
        rendered = "playwright" in response.flags
        headers = tuple(
            # NUL is the one character PostgreSQL cannot store
            (name.decode("latin-1"), value.decode("latin-1").replace("\0", "\ufffd"))
            for name, values in response.headers.items()
            for value in values
        )
        wire = response.body
        body = wire
        if not rendered:
            named = ",".join(value for name, value in headers if name.lower() == "content-encoding")
            body = coding.decode(wire, named, limit=request.meta.get("download_maxsize", self._limit), url=response.url)
            if "partial" in response.flags:
                coding.check_whole(body, url=response.url)
        asked = canonical(request.meta.get("redirect_urls", [request.url])[0])
        answered = canonical(response.url)
        coded = body is not wire
        return Capture(
            url=asked,
            final_url=answered if answered != asked else None,
            status=response.status,
            headers=headers,
            body=body,
            fetched_at=run.now(),
            rendered=rendered,
            portal=run.origin.key,
            wire_sha256=hashlib.sha256(wire).hexdigest() if coded else None,
            wire_bytes=len(wire) if coded else None,
        )
