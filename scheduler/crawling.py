"""Taking slots and crawling them: the one way, for a service on one machine and for a worker among many."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.config import Config
from scheduler import tonight
from spiders.portal import Portal
from storage import slots
from storage.archive import Archive
from storage.records import Outcome

logger = logging.getLogger(__name__)

TRIES = 2  # times a portal is crawled in one night when its first run fails
PAUSE = timedelta(minutes=30)  # before the second


class Stopped(BaseException):
    """The service is asked to stop, or the night is over: what is in flight is finished, what is left stays to be done."""


# Crawls a batch of portals and returns the run of each; calls the second argument about twice a second, which raises Stopped.
Execute = Callable[[Sequence[Portal], Callable[[], None]], list[dict[str, Any]]]


@dataclass
class Crawling:
    """Who takes slots of an archive and crawls them.

    Attributes:
        portals: all there are, by key.
        execute: what crawls a batch; the only place that knows how.
        clock: the time of the nights; leases count by the machine's.
        beat: told that the service lives, about twice a second while it crawls and at every look otherwise.
        stopping: set from outside: what is in flight is finished, nothing is begun.
    """

    archive: Archive
    config: Config
    portals: Mapping[str, Portal]
    execute: Execute
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    beat: Callable[[], None] = lambda: None
    stopping: threading.Event = field(default_factory=threading.Event)
    _again: dict[str, datetime] = field(default_factory=dict)

    @property
    def lease(self) -> timedelta:
        """How long a slot is held without a sign of life."""
        return timedelta(seconds=self.config.schedule.lease)

    def is_over(self, until: datetime | None) -> bool:
        """Whether nothing may be begun any more."""
        return self.stopping.is_set() or (until is not None and self.clock() >= until)

    def crawl(self, batch: Sequence[Portal], until: datetime | None) -> list[dict[str, Any]]:
        """Take, crawl and end the slots of a batch.

        Parameters:
            until: after which nothing is begun, and what goes on is asked to end; None for no end, and no second tries.

        Returns:
            The runs that were made; none for slots that are done, that another holds, or that wait again because it is time to stop.
        """
        if self.is_over(until):
            return []
        taken = slots.take(self.archive, [portal.key for portal in batch], datetime.now(UTC), self.lease)
        keys = {slot.portal for slot in taken}
        renewed = datetime.now(UTC)

        def tick() -> None:
            nonlocal renewed
            self.beat()
            if datetime.now(UTC) - renewed > self.lease / 4:
                renewed = datetime.now(UTC)
                slots.renew(self.archive, taken, renewed, self.lease)
            if self.is_over(until):
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
