"""One request at a time to a host, with a rest between two; Crawl-delay and Retry-After to the second, across processes and restarts.

Scrapy's slots belong to one portal and obey neither header. Two portals may stand on one host (a prefecture serves its counties), so turns are
taken at the one place all requests of a process pass, the download handler; and two processes may crawl such portals, so that a turn is a lease
in the archive, where what hosts asked for and taught us stands as well.
"""

from __future__ import annotations

import asyncio
import email.utils
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from crawler.config import Config
from crawler.errors import Blocked
from crawler.nights import under_way
from storage.hosts import Hosts, Standing

JITTER = 0.25  # share added at random, so that nights do not tick; never less than the delay asked for
CRAWL_DELAY_LIMIT = 600.0  # seconds; a night has room for 33 such requests, and who asks for more is left alone: nobody is asked faster than allowed
EXTRA_LIMIT = 60.0  # seconds of delay learned from 429 and 503
RECOVERY = 0.9  # what is left of the extra delay after a good answer: a tenth after 22 of them
LATENCY_WEIGHT = 0.2  # of the newest answer
LATENCY_LIMIT = 15.0  # seconds of rest after an answer; a host that takes long rests as long as it took, at most this
RETRY_STATUSES = frozenset({429, 503})
POLL = 0.2  # seconds between two looks at a host whose turn another process has
HELD = 5.0  # seconds of waiting with the turn in hand; longer waits leave it to others
MARGIN = 30.0  # seconds of a lease beyond the longest that its request may take


@dataclass
class Host:
    """What a host asked of us. Times are monotonic seconds."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    began: float = float("-inf")
    ended: float = float("-inf")
    crawl_delay: float = 0.0
    rest_until: float = float("-inf")
    extra: float = 0.0
    latency: float = 0.0
    asked: int = 0
    told: str | None = None  # the line that robots.txt, read in this process, asks for the delay with

    def free_at(self, delay: float, *, spread: float = 1.0, part: bool = False) -> float:
        """From when on it may be asked again. An operator who wants no delay gets none, but for what the host itself taught or asked for."""
        ours = spread * (self.extra if part else delay + self.extra)
        pause = min(self.latency, LATENCY_LIMIT) if delay else 0.0
        return max(self.began + ours, self.ended + max(pause, min(self.crawl_delay, CRAWL_DELAY_LIMIT)), self.rest_until)


class Turns:
    """The turns of all hosts of one process."""

    def __init__(self) -> None:
        self._hosts: defaultdict[str, Host] = defaultdict(Host)
        self._shared: Hosts | None = None
        self._config = Config()

    def share(self, shared: Hosts, config: Config) -> None:
        """From now on take turns with the other processes that crawl for this archive."""
        self._shared = shared
        self._config = config

    @asynccontextmanager
    async def take(self, host: str, *, delay: float, limit: float, timeout: float | None = None, part: bool = False) -> AsyncIterator[None]:
        """Wait for the host's turn and hold it during the request.

        Our own delay counts from the beginning of the request before; Crawl-delay, and the pause of a slow host, from its end: whatever the wire
        adds, the host sees no less.

        Parameters:
            delay: seconds between two requests.
            limit: longest rest, asked for by Retry-After, that is waited for, in seconds.
            timeout: seconds that the request may take; `crawl.timeout` when not given.
            part: of a page that is being rendered; follows without `delay`, but not sooner than the host asked for or taught us.

        Raises:
            Blocked: the host wants to be left alone for longer than `limit`, or between any two requests; nothing was sent.
        """
        known = self._hosts[host]
        async with known.lock:
            spread = random.uniform(1, 1 + JITTER)
            lease = HELD + (self._config.crawl.timeout if timeout is None else timeout) + MARGIN
            await self._wait(host, known, lambda: known.free_at(delay, spread=spread, part=part), limit, lease)
            known.began = time.monotonic()
            try:
                yield
            finally:
                known.ended = time.monotonic()
                took = known.ended - known.began
                known.asked += 1
                known.latency = took if not known.latency else (1 - LATENCY_WEIGHT) * known.latency + LATENCY_WEIGHT * took
                self._give_back(host, known)

    async def _wait(self, host: str, known: Host, free_at: Callable[[], float], limit: float, lease: float) -> None:
        """Return with the turn in hand and its time come."""
        while True:
            if self._shared is not None:
                night = under_way(self._config.clock(), self._config.schedule)
                standing = self._shared.take(host, wall=time.time(), lease=lease, night=night)
                if standing is None:
                    await asyncio.sleep(POLL)
                    continue
                self._learn(known, standing)
            now = time.monotonic()
            if known.rest_until - now > limit:
                self._give_back(host, known)
                raise Blocked(f"{host} asks for {known.rest_until - now:.0f} s of rest", rule="retry_after")
            if known.told is not None and known.crawl_delay > CRAWL_DELAY_LIMIT:  # what earlier nights were told may hold no longer: robots.txt says
                self._give_back(host, known)
                said = f"robots.txt of {host} asks for {known.crawl_delay:.0f} s between two requests ({known.told})"
                raise Blocked(f"{said}, more than the {CRAWL_DELAY_LIMIT:.0f} s that are waited", rule="crawl_delay")
            wait = free_at() - now
            if self._shared is not None and wait > HELD:
                self._give_back(host, known)
                await asyncio.sleep(wait - HELD / 2)
                continue
            try:
                await asyncio.sleep(max(wait, 0))
            except BaseException:
                self._give_back(host, known)
                raise
            return

    def slow_down(self, host: str, seconds: float, line: str = "") -> None:
        """robots.txt asks for so many seconds between two requests.

        Parameters:
            line: with which it does.
        """
        known = self._hosts[host]
        if known.told is None or seconds > known.crawl_delay:  # a host has a robots.txt for each of its ports
            known.crawl_delay, known.told = seconds, line
        if self._shared is not None:
            self._shared.note(host, crawl_delay=known.crawl_delay)

    def rest(self, host: str, seconds: float) -> None:
        """An answer asks not to be bothered for so many seconds."""
        known = self._hosts[host]
        known.rest_until = max(known.rest_until, time.monotonic() + seconds)
        if self._shared is not None:
            now = self._config.clock()
            self._shared.note(host, rest_until=time.time() + seconds, rest_from=now, rest_seconds=seconds)

    def heard(self, host: str, status: int, headers: Mapping[str, str], delay: float) -> None:
        """Learn from an answer, while its turn is held.

        Parameters:
            headers: by lower-case name.
            delay: as configured, in seconds.
        """
        known = self._hosts[host]
        if status in RETRY_STATUSES:
            known.extra = min(max(2 * known.extra, delay), EXTRA_LIMIT)
        else:
            known.extra = known.extra * RECOVERY if known.extra > 0.01 else 0.0
        seconds = retry_after(status, headers)
        if seconds is not None:
            self.rest(host, seconds)

    def asked(self, host: str) -> int:
        """Requests made to a host in this night, by all processes, as far as this one knows."""
        return self._hosts[host].asked

    def _learn(self, known: Host, standing: Standing) -> None:
        """Take over what other processes, or earlier ones, left. A time that lies ahead, since a clock was set back, counts as now."""
        wall, now = time.time(), time.monotonic()
        for name in ("began", "ended"):
            moment = getattr(standing, name)
            if moment is not None:
                setattr(known, name, max(getattr(known, name), now - max(wall - moment, 0.0)))
        if standing.rest_until is not None and standing.rest_from is not None and standing.rest_seconds is not None:
            left = standing.rest_until - wall
            if self._config.now is not None and self._config.now != standing.rest_from:  # a night that is replayed has a time of its own
                left = standing.rest_seconds - (self._config.clock() - standing.rest_from).total_seconds()
            known.rest_until = max(known.rest_until, now + min(left, standing.rest_seconds))
        if known.told is None:
            known.crawl_delay = max(known.crawl_delay, standing.crawl_delay or 0.0)
        known.extra = standing.extra_delay or 0.0
        known.latency = standing.latency or 0.0
        known.asked = standing.asked or 0

    def _give_back(self, host: str, known: Host) -> None:
        if self._shared is None:
            return
        wall, now = time.time(), time.monotonic()
        times = {name: wall - (now - moment) for name in ("began", "ended") if (moment := getattr(known, name)) != float("-inf")}
        self._shared.give_back(host, extra_delay=known.extra, latency=known.latency, asked=known.asked, **times)


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
