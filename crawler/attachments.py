"""Files that a report page offers: fetched in bounds, kept like any answer, and never by way of a browser.

Nothing is unpacked and nothing is followed: a file's own links lead nowhere, an archive of files stays one capture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from scrapy import Request

from crawler import documents
from crawler.config import CrawlSection
from crawler.errors import CrawlError, FetchError
from crawler.fetching import Fetcher
from crawler.runs import Run
from crawler.urls import canonical, host_of
from crawler.validators import Validators, given
from storage.attachments import Earlier
from storage.records import Attachment, Capture, Reading

TOGETHER = 2  # times crawl.attachment_limit: what the files of one page may come to
READ_LIMIT = 96 * 2**20  # bytes of files read together: a reader holds them twice while it receives them
QUIET = ("scanned", "no_words")  # what a file beside a page may be without trouble: the stamped scan of the text above it
ATTACHMENTS_LIMIT = 20  # of one page; the documents of a whole department are no attachments of its report
PATIENCE = 4  # times crawl.timeout: a file may be forty times as large as a page
FILE = re.compile(r"\.(?:pdf|docx?|xlsx?|ofd|wps|et|zip|rar|7z|pptx?|csv|txt)$", re.IGNORECASE)


def is_file(url: str) -> bool:
    """Whether an address promises a file; a list may link one in place of a page."""
    return FILE.search(unquote(urlsplit(url).path)) is not None


def request(url: str, crawl: CrawlSection, headers: Mapping[str, str]) -> Request:
    """A request for a file: larger and slower than a page may be, never rendered."""
    bounds = {"file": True, "download_maxsize": crawl.attachment_limit, "download_timeout": PATIENCE * crawl.timeout}
    return Request(url, headers=dict(headers), meta=bounds)


@dataclass(slots=True)
class Fetched:
    """What became of a page's files.

    Attributes:
        captures: numbers of their captures, in the page's order.
        failed: the first one that may be had another time.
    """

    captures: list[int] = field(default_factory=list)
    failed: FetchError | None = None


class Attachments:
    """Asks for the attachments of one portal's pages.

    Parameters:
        full: ask without validators.
    """

    def __init__(self, run: Run, fetcher: Fetcher, *, full: bool) -> None:
        self._run = run
        self._fetcher = fetcher
        self._full = full
        self._validators = Validators(run)

    async def fetch(self, files: Sequence[Attachment]) -> Fetched:
        """Ask for files, each address once. What cannot be had is an incident of its own.

        Raises:
            GivenUp: nothing more is asked of this host tonight.
        """
        run = self._run
        fetched = Fetched()
        left = TOGETHER * run.config.crawl.attachment_limit
        for n, url in enumerate(dict.fromkeys(canonical(file.url) for file in files)):
            if n >= ATTACHMENTS_LIMIT or left <= 0:
                run.incident("too_many_attachments", url, f"this file and those after it are left out: {n} were fetched from one page")
                break
            try:
                run.scope.check(url)
                number, size = await self._one(url)
                fetched.captures.append(number)
                left -= size
            except CrawlError as error:
                run.trouble(error, url=url)
                if isinstance(error, FetchError) and error.retry and not speaks_for_good(error):
                    fetched.failed = fetched.failed or error
            else:
                run.recovered(urls=[url])
        return fetched

    async def _one(self, url: str) -> tuple[int, int]:
        """The number of the capture that holds a file's bytes (a new one, or the one that a 304 confirms), and how many came."""
        known = None if self._full else self._run.archive.earlier(url, self._run.origin.key)
        headers = self._conditions(url, known)
        answer = await self._fetcher.fetch(request(url, self._run.config.crawl, headers), expected="attachment")
        if answer.capture.status == 304 and known is not None:
            self._run.counts["not_modified"] += 1
            return known.capture, 0
        if known is not None and known.etag and answer.capture.header("ETag") == known.etag and answer.capture.sha256 != known.sha256:
            self._validators.caught(host_of(url), "ETag stayed although a file's bytes changed")
        return answer.id, len(answer.capture.body)

    def _conditions(self, url: str, known: Earlier | None) -> dict[str, str]:
        """As a page: whatever is believed, bytes that came too long ago come whole."""
        old = timedelta(days=self._run.config.rotation.whole)
        if known is None or self._run.now() - known.fetched_at > old or not self._validators.believed(host_of(url)):
            return {}
        return given(known.etag, known.last_modified)


def hashed(reading: Reading, captures: Iterable[Capture]) -> Reading:
    """The reading, its attachments with the hashes of the captures that hold them."""
    known = {capture.url: capture.sha256 for capture in captures}
    return replace(reading, attachments=tuple(replace(file, sha256=known.get(canonical(file.url), file.sha256)) for file in reading.attachments))


def readable(captures: Mapping[int, Capture]) -> list[int]:
    """Those of the captures that may hold words, as many as a reader can hold."""
    left = READ_LIMIT
    chosen = []
    for number, capture in captures.items():
        if not documents.is_archive(capture.body) and len(capture.body) <= left:
            left -= len(capture.body)
            chosen.append(number)
    return chosen


def is_hostile(file: Attachment) -> bool:
    """Whether a file that did not open is worth an incident although the page says something without it."""
    return file.trouble is not None and not any(f" {rule}:" in file.trouble for rule in QUIET)


def speaks_for_good(error: CrawlError) -> bool:
    """A file that is not there tonight will not be there tomorrow: the page is read without it."""
    return error.rule in {"http_404", "http_410", "http_403", "http_401"}
