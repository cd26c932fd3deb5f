"""The service: every night the portals that are due, in child processes, and then what follows.

APScheduler only makes slots; whoever takes a slot crawls. So two services on one archive, a kill at any moment, a missed or a doubled firing do no
harm: a slot is made once, taken by one, and taken over from a holder that is dead or silent.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from crawler import nights
from crawler.errors import ConfigError
from scheduler import afterwards, tonight
from scheduler.batches import by_host
from scheduler.crawling import Crawling
from spiders.portal import Portal
from storage import slots

logger = logging.getLogger(__name__)

LOOK = 30.0  # seconds between two looks at the slots: another service may have left some
TELL, UNTOLD = timedelta(minutes=1), timedelta(hours=1)  # between two looks at the alerts that wait; after one that broke


@dataclass
class Nightly(Crawling):
    """One scheduler on one archive.

    Attributes:
        broken: what went wrong in the steps that followed the last night.
    """

    broken: list[str] = field(default_factory=list)
    _enqueued: date | None = None  # the night whose slots were made last
    _wake: threading.Event = field(default_factory=threading.Event)
    _told: datetime | None = None
    _rest: timedelta = TELL

    def enqueue(self) -> int:
        """Make the slots there should be now, with that of what follows; none twice, whoever else does the same. Returns for how many portals.

        What follows is done in nights without a crawl as well: a deadline passes, and digests have their hour.
        """
        at, night = self.clock(), nights.under_way(self.clock(), self.config.schedule)
        wanted = tonight.wanted(self.archive, self.portals.values(), at, self.config.schedule)
        made = slots.enqueue(self.archive, wanted | {(slots.AFTERWARDS, night)}, at)  # together: killed between, nobody would be told of the night
        self._enqueued = night
        if made:
            logger.info("night %s: %d slots made", night, made)
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
            night = nights.under_way(self.clock(), schedule)
            length = nights.end(night, schedule) - nights.begin(night, schedule)
            made_up = self.clock() + length
            self.enqueue()
            self.work(until=max(nights.end(night, schedule), made_up))
            while not self.stopping.is_set():
                self.beat()
                self._wake.wait(LOOK)
                self._wake.clear()
                night = nights.under_way(self.clock(), schedule)
                if self.make_up(night):
                    made_up = self.clock() + length
                self.look(max(nights.end(night, schedule), made_up))
                self.tell()
        finally:
            timer.shutdown(wait=False)

    def make_up(self, night: date) -> bool:
        """Make the slots of a night for which the timer did not: the machine slept (a late firing is dropped), or the archive was locked or away.

        Returns:
            Whether that was so, and they are there now.
        """
        if night == self._enqueued:
            return False
        try:
            self.enqueue()
        except Exception:  # as in the timer: the service outlives an archive that comes back
            logger.exception("night %s: slots could not be made; next try in %.0f s", night, LOOK)
            return False
        return True

    def look(self, until: datetime) -> None:
        """See whether there is work before a night's end; behind it, whether what follows was held up by a service that is no more."""
        if not self.is_over(until):
            self.work(until=until)
        elif not self.stopping.is_set():
            self.follow(crawled=False)

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
            self._more_follows()  # already now: killed behind the crawls, whoever comes after it must know
            with ThreadPoolExecutor(self.config.schedule.processes, thread_name_prefix="batch") as pool:
                crawled = [run for runs in pool.map(lambda batch: self.crawl(batch, until), batches) for run in runs]
            found += crawled
            if not crawled:
                break  # another service was faster
        if not self.stopping.is_set():
            self.follow(crawled=bool(found))
        return found

    def follow(self, *, crawled: bool) -> None:
        """Take the steps that follow a night, unless they are taken, another service is at it, or portals are still being crawled."""
        at, night = self.clock(), nights.under_way(self.clock(), self.config.schedule)
        if crawled:
            self._more_follows()
        if slots.is_crawled(self.archive, night, datetime.now(UTC), self.lease) or not slots.is_open(self.archive, slots.AFTERWARDS):
            return  # asked about twice a minute: nothing is locked for a no
        taken = slots.take(self.archive, [slots.AFTERWARDS], datetime.now(UTC), self.lease)
        if not taken:
            return
        self.broken = failed = afterwards.run(afterwards.Evening(archive=self.archive, config=self.config, portals=self.portals, night=night, at=at))
        for slot in taken:
            slots.end(self.archive, slot, slots.FAILED if failed else slots.DONE, at, "; ".join(failed)[:1000] or None)

    def _more_follows(self) -> None:
        slots.reopen(self.archive, slots.AFTERWARDS, nights.under_way(self.clock(), self.config.schedule), self.clock())

    def tell(self) -> None:
        """Between nights: send what waited for its hour or for its receiver. While portals are crawled that is left to the night's end."""
        at = self.clock()
        is_crawled = slots.is_crawled(self.archive, nights.under_way(at, self.config.schedule), datetime.now(UTC), self.lease)
        if self.stopping.is_set() or is_crawled or (self._told is not None and self._told <= at < self._told + self._rest):
            return
        self._told, self._rest = at, TELL
        try:
            afterwards.tell(self.archive, self.config, self.clock)
        except Exception as error:  # the nights go on; at their end the same failure is an incident
            self._rest = UNTOLD
            is_ours = not isinstance(error, ConfigError)
            logger.error("alerts could not be told; next try in %s%s", UNTOLD, "" if is_ours else f": {error}", exc_info=is_ours)

    def _batches(self, until: datetime | None) -> list[list[Portal]]:
        """What can be crawled now. Portals that failed wait for their second try behind all others."""
        if self.is_over(until):
            return []
        waiting = slots.waiting(self.archive, datetime.now(UTC), self.lease)
        ready = [key for key in waiting if key in self.portals and self._again.get(key, self.clock()) <= self.clock()]
        first = [key for key in ready if not waiting[key]]
        return by_host([self.portals[key] for key in sorted(first or ready)], self.config.schedule.batch)
