"""Whether a host's validators are worth sending: ETag and Last-Modified go back verbatim as long as they tell the truth.

Some servers answer 304 to whatever is asked conditionally, some keep an ETag although the page was edited: they hide edits, and are distrusted
for good. Some make a new ETag, or a Last-Modified of now, for every answer: theirs are of no use, and are tried again after a while. What a
distrusted host's rotation asks for comes whole.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from crawler.runs import Run
from crawler.urls import host_of
from storage.errors import CorruptCapture
from storage.frontier import Task
from storage.records import Capture, Change, ChangeKind

logger = logging.getLogger(__name__)

PROBE_EVERY = timedelta(days=7)
USELESS_LIMIT = 5  # conditional requests in a row
USELESS_FOR = timedelta(days=90)
LIES, USELESS = "lies", "useless"  # how a reason begins
CONTENT = frozenset({ChangeKind.FIGURES_CHANGED, ChangeKind.TEXT_CHANGED})

# Nothing a server ever gave: an honest one answers these with the whole page.
NEVER_TAG = '"nianbao-never"'
NEVER_DATE = "Thu, 01 Jan 1970 00:00:01 GMT"


def given(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """The conditions that send a host's validators back, verbatim."""
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value}


class Validators:
    """What one run believes of its hosts' validators, and learns of them."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._probing: set[str] = set()  # addresses asked with validators that were never given

    def headers(self, task: Task, *, since: timedelta) -> dict[str, str]:
        """The conditions to ask for a page with; none where it is to come whole.

        Once in PROBE_EVERY a host is put to the test: it is asked for one page with validators that it never gave.

        Parameters:
            since: a page whose bytes came longer ago than this comes whole.
        """
        if not (task.etag or task.last_modified) or task.whole_at is None or self._run.now() - task.whole_at > since:
            return {}
        host = host_of(task.url)
        if not self.believed(host):
            return {}
        standing = self._run.hosts.of(host)
        probe = standing.probed_at is not None and self._run.now() - standing.probed_at >= PROBE_EVERY
        if probe:
            self._probing.add(task.url)
        if probe or standing.probed_at is None:  # the first time its own are sent, and the clock of the test begins
            self._run.hosts.note(host, probed_at=self._run.now())
        if probe:
            return given(task.etag and NEVER_TAG, task.last_modified and NEVER_DATE)
        return given(task.etag, task.last_modified)  # nginx answers 304 to the weak tag it makes under gzip

    def believed(self, host: str) -> bool:
        """Whether a host's validators are worth sending. Useless ones are, again, after USELESS_FOR."""
        standing = self._run.hosts.of(host)
        if standing.distrusted is None:
            return True
        if standing.distrusted.startswith(LIES) or standing.distrusted_at is None or self._run.now() - standing.distrusted_at < USELESS_FOR:
            return False
        self._run.hosts.note(host, distrusted=None, distrusted_at=None, useless=0)
        return True

    def caught(self, host: str, what: str) -> None:
        """The host's validators hid something: they are distrusted for good."""
        self._distrust(host, f"{LIES}: {what}")

    def confirmed(self, url: str) -> bool:
        """Whether a 304 may be believed; one to validators that were never given is a lie."""
        host = host_of(url)
        if url in self._probing:
            self._distrust(host, f"{LIES}: answers 304 to validators it never gave")
            return False
        if self._run.hosts.of(host).useless:
            self._run.hosts.note(host, useless=0)
        return True

    def filed(self, task: Task, capture: Capture, change: Change | None, *, conditional: bool) -> None:
        """Learn from a page that came whole and was filed.

        Parameters:
            task: what was known of it.
            capture: what came.
            change: what the archive learned.
            conditional: it was asked for with validators the host gave.
        """
        host = host_of(task.url)
        has_any = task.etag or task.last_modified
        stands = capture.header("ETag") == task.etag if task.etag else capture.header("Last-Modified") == task.last_modified
        if has_any and stands and change is not None and not change.late and change.kind in CONTENT and self._differs(task, capture):
            self._distrust(host, f"{LIES}: {'ETag' if task.etag else 'Last-Modified'} stayed although the content changed")
        elif conditional and (change is None or change.late) and task.url not in self._probing:
            useless = (self._run.hosts.of(host).useless or 0) + 1
            self._run.hosts.note(host, useless=useless)
            if useless >= USELESS_LIMIT:
                what = "a Last-Modified of the answer's own time" if _is_now(capture) else "no validator ever confirmed a page that stood"
                self._distrust(host, f"{USELESS}: {what}, {useless} times in a row")

    def _differs(self, task: Task, capture: Capture) -> bool:
        """Whether the page itself came with other bytes: what changed may be a further part of it, or a file beside it, with tags of their own."""
        try:
            return task.capture is not None and self._run.archive.capture(task.capture).sha256 != capture.sha256
        except CorruptCapture:  # the disk lost what to compare with: nobody is blamed for that
            return False

    def _distrust(self, host: str, reason: str) -> None:
        if self._run.hosts.of(host).distrusted is None:
            logger.warning("validators %s %s", host, reason)
            self._run.hosts.note(host, distrusted=reason, distrusted_at=self._run.now())


def _is_now(capture: Capture) -> bool:
    return capture.header("Last-Modified") is not None and capture.header("Last-Modified") == capture.header("Date")
