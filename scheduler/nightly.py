"""The service: every night the portals that are due, in child processes, and then what follows.

APScheduler only makes slots; whoever takes a slot crawls. So two services on one archive, a kill at any moment, a missed or a doubled firing do no
harm: a slot is made once, taken by one, and taken over from a holder that is dead or silent.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from crawler import nights
from crawler.config import Config
from scheduler import afterwards, tonight
from scheduler.batches import by_host
from spiders.portal import Portal
from storage import slots
from storage.archive import Archive
from storage.records import Outcome

logger = logging.getLogger(__name__)

LOOK = 30.0  # seconds between two looks at the slots: another service may have left some
TRIES = 2  # times a portal is crawled in one night when its first run fails
PAUSE = timedelta(minutes=30)  # before the second


class Stopped(BaseException):
    """The service is asked to stop, or the night is over: what is in flight is finished, what is left stays to be done."""


# Crawls a batch of portals and returns the run of each; calls the second argument about twice a second, which raises Stopped.
Execute = Callable[[Sequence[Portal], Callable[[], None]], list[dict[str, Any]]]


@dataclass
class Nightly:
    """One scheduler on one archive.

    Attributes:
        portals: all there are, by key.
        execute: what crawls a batch; the only place that knows how.
        clock: the time of the nights; leases count by the machine's.
        stopping: set from outside to end the service.
        beat: told that the service lives, about twice a second while it crawls and at every look otherwise.
        broken: what went wrong in the steps that followed the last night.
    """

    archive: Archive
    config: Config
    portals: Mapping[str, Portal]
    execute: Execute
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    beat: Callable[[], None] = lambda: None
    stopping: threading.Event = field(default_factory=threading.Event)
    broken: list[str] = field(default_factory=list)
    _wake: threading.Event = field(default_factory=threading.Event)
    _again: dict[str, datetime] = field(default_factory=dict)

    @property
    def _lease(self) -> timedelta:
        return timedelta(seconds=self.config.schedule.lease)

    def enqueue(self) -> int:
        """Make the slots there should be now; none twice, whoever else does the same. Returns how many were made."""
        at = self.clock()
        made = slots.enqueue(self.archive, tonight.wanted(self.archive, self.portals.values(), at, self.config.schedule), at)
        if made:
            slots.enqueue(self.archive, [(slots.AFTERWARDS, nights.night_of(at, self.config.schedule))], at)
            logger.info("night %s: %d slots made", nights.night_of(at, self.config.schedule), made)
        return made

    def serve(self) -> None:
        """Work every night until `stopping` is set; at the start, what was missed."""
        schedule = self.config.schedule
        hour, minute = schedule.start.split(":")
        zone = ZoneInfo(schedule.timezone)
        timer = BackgroundScheduler(timezone=zone, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600})
        timer.add_job(self._fire, CronTrigger(hour=int(hour), minute=int(minute), timezone=zone))
        timer.start()
        try:
            night = nights.night_of(self.clock(), schedule)
            length = nights.end(night, schedule) - nights.begin(night, schedule)
            self.enqueue()
            self.work(until=max(nights.end(night, schedule), self.clock() + length))
            while not self.stopping.is_set():
                self.beat()
                self._wake.wait(LOOK)
                self._wake.clear()
                night = nights.night_of(self.clock(), schedule)
                if self.clock() < nights.end(night, schedule) and not self.stopping.is_set():
                    self.work(until=nights.end(night, schedule))
        finally:
            timer.shutdown(wait=False)

    def stop(self) -> None:
        """End the service: what is in flight is finished. May be called from a signal handler."""
        self.stopping.set()
        self._wake.set()

    def _fire(self) -> None:
        self.enqueue()
        self._wake.set()

    def work(self, *, until: datetime | None = None) -> list[dict[str, Any]]:
        """Crawl what waits, first what was not tried yet, and do what follows.

        Parameters:
            until: after which nothing is begun, and what goes on is asked to end; None for no end, and no second tries.

        Returns:
            The runs that were made.
        """
        found: list[dict[str, Any]] = []
        while batches := self._batches(until):
            with ThreadPoolExecutor(self.config.schedule.processes, thread_name_prefix="batch") as pool:
                crawled = [run for runs in pool.map(lambda batch: self._crawl(batch, until), batches) for run in runs]
            found += crawled
            if not crawled:
                break  # another service was faster
        if not self.stopping.is_set():
            self.follow(crawled=bool(found))
        return found

    def follow(self, *, crawled: bool) -> None:
        """Take the steps that follow a night, unless they are taken, another service is at it, or portals are still being crawled."""
        at, night = self.clock(), nights.night_of(self.clock(), self.config.schedule)
        if crawled:
            slots.reopen(self.archive, slots.AFTERWARDS, night, at)
        if slots.counts(self.archive, night).get(slots.TAKEN):
            return
        taken = slots.take(self.archive, [slots.AFTERWARDS], at, datetime.now(UTC), self._lease)
        if not taken:
            return
        self.broken = failed = afterwards.run(afterwards.Evening(archive=self.archive, config=self.config, portals=self.portals, night=night, at=at))
        for slot in taken:
            slots.end(self.archive, slot, slots.FAILED if failed else slots.DONE, at, "; ".join(failed)[:1000] or None)

    def _batches(self, until: datetime | None) -> list[list[Portal]]:
        """What can be crawled now. Portals that failed wait for their second try behind all others."""
        if self.stopping.is_set() or (until is not None and self.clock() >= until):
            return []
        waiting = slots.waiting(self.archive, datetime.now(UTC), self._lease)
        ready = [key for key in waiting if key in self.portals and self._again.get(key, self.clock()) <= self.clock()]
        first = [key for key in ready if not waiting[key]]
        return by_host([self.portals[key] for key in sorted(first or ready)], self.config.schedule.batch)

    def _crawl(self, batch: Sequence[Portal], until: datetime | None) -> list[dict[str, Any]]:
        """Take, crawl and end the slots of one batch."""
        if self.stopping.is_set() or (until is not None and self.clock() >= until):
            return []
        taken = slots.take(self.archive, [portal.key for portal in batch], self.clock(), datetime.now(UTC), self._lease)
        keys = {slot.portal for slot in taken}
        renewed = datetime.now(UTC)

        def tick() -> None:
            nonlocal renewed
            self.beat()
            if datetime.now(UTC) - renewed > self._lease / 4:
                renewed = datetime.now(UTC)
                slots.renew(self.archive, taken, renewed, self._lease)
            if self.stopping.is_set() or (until is not None and self.clock() >= until):
                raise Stopped

        try:
            runs = {run["portal"]: run for run in self.execute([portal for portal in batch if portal.key in keys], tick)} if keys else {}
        except Stopped:
            logger.info("stopped: %s", ", ".join(sorted(keys)))
            self._end(taken, slots.WAITING)
            return []
        except BaseException:
            self._end(taken, slots.WAITING)
            raise
        for slot in taken:
            self._finish(slot, runs[slot.portal], last=until is None)
        return list(runs.values())

    def _finish(self, slot: slots.Slot, run: Mapping[str, Any], *, last: bool) -> None:
        """End a slot; one whose run failed waits for a second try, unless the portal has failed for nights."""
        at = self.clock()
        if run["state"] != Outcome.FAILED:
            slots.end(self.archive, slot, slots.DONE, at)
            return
        before = tonight.failures(slots.outcomes(self.archive, at - tonight.MEMORY).get(slot.portal, []), self.config.schedule)
        if last or slot.tries >= TRIES or len(before) > 1:
            slots.end(self.archive, slot, slots.FAILED, at, run["detail"])
        else:
            self._again[slot.portal] = at + PAUSE
            slots.end(self.archive, slot, slots.WAITING, at)

    def _end(self, taken: Sequence[slots.Slot], state: str) -> None:
        for slot in taken:
            slots.end(self.archive, slot, state, self.clock())
