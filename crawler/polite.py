"""One request at a time to a host, with a rest between two; Crawl-delay and Retry-After to the second.

Scrapy's slots belong to one portal and obey neither header. Two portals of one process may stand on one host (a prefecture serves its
counties), so turns are taken at the one place all requests of a process pass: the download handler.
"""

from __future__ import annotations

import asyncio
import email.utils
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from crawler.errors import Blocked

JITTER = 0.25  # share added at random, so that nights do not tick; never less than the delay asked for
CRAWL_DELAY_LIMIT = 120.0  # seconds; robots.txt that ask for more mean "stay away" or are a mistake
RETRY_STATUSES = frozenset({429, 503})


@dataclass
class Host:
    """What a host asked of us. Times are monotonic seconds."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    began: float = float("-inf")
    ended: float = float("-inf")
    crawl_delay: float = 0.0
    rest_until: float = float("-inf")


class Turns:
    """The turns of all hosts of one process."""

    def __init__(self) -> None:
        self._hosts: defaultdict[str, Host] = defaultdict(Host)

    @asynccontextmanager
    async def take(self, host: str, *, delay: float, limit: float) -> AsyncIterator[None]:
        """Wait for the host's turn and hold it during the request.

        Our own delay counts from the beginning of the request before, Crawl-delay from its end: whatever the wire adds, the host sees no less.

        Parameters:
            delay: seconds between two requests.
            limit: longest rest, asked for by Retry-After, that is waited for, in seconds.

        Raises:
            Blocked: the host wants to be left alone for longer than `limit`; nothing was sent.
        """
        known = self._hosts[host]
        async with known.lock:
            now = time.monotonic()
            if known.rest_until - now > limit:
                raise Blocked(f"{host} asks for {known.rest_until - now:.0f} s of rest", rule="retry_after")
            spread = delay * random.uniform(1, 1 + JITTER)
            due = max(known.began + spread, known.ended + known.crawl_delay, known.rest_until)
            if due > now:
                await asyncio.sleep(due - now)
            known.began = time.monotonic()
            try:
                yield
            finally:
                known.ended = time.monotonic()

    def slow_down(self, host: str, seconds: float) -> None:
        """robots.txt asks for so many seconds between two requests."""
        known = self._hosts[host]
        known.crawl_delay = max(known.crawl_delay, min(seconds, CRAWL_DELAY_LIMIT))

    def rest(self, host: str, seconds: float) -> None:
        """An answer asks not to be bothered for so many seconds."""
        known = self._hosts[host]
        known.rest_until = max(known.rest_until, time.monotonic() + seconds)


turns = Turns()  # one for all portals of the process


def retry_after(status: int, headers: Mapping[str, str]) -> float | None:
    """Seconds an answer asks us to wait (RFC 9110, 10.2.3), None when it asks nothing.

    Parameters:
        headers: by lower-case name. A date is counted from the answer's own `Date`, since the two clocks need not agree.
    """
    text = headers.get("retry-after", "").strip()
    if status not in RETRY_STATUSES or not text:
        return None
    if text.isdecimal():
        return float(text[:12])
    then = email.utils.parsedate_tz(text)
    if then is None:
        return None
    said = email.utils.parsedate_tz(headers.get("date", ""))
    try:
        return max(0.0, email.utils.mktime_tz(then) - (email.utils.mktime_tz(said) if said else time.time()))
    except (ValueError, OverflowError):  # day 99, year 99999999999: no date
        return None
