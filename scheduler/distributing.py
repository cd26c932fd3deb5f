"""The service where workers crawl: it makes slots, hands them to the queue, and does what follows when they are crawled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from crawler import nights
from scheduler.batches import locks
from scheduler.nightly import Nightly
from scheduler.queueing import Job, Queue
from spiders.portal import Portal
from storage import queries, slots
from storage.records import Outcome

WATCH = 1.0  # seconds between two looks while `--once` waits for the workers


def _not_here(batch: Sequence[Portal], tick: Callable[[], None]) -> list[dict[str, Any]]:
    raise AssertionError("a scheduler with a queue crawls nothing itself")


@dataclass
class Distributing(Nightly):
    """One scheduler of workers; several of them on one archive do no harm."""

    execute: Callable[[Sequence[Portal], Callable[[], None]], list[dict[str, Any]]] = _not_here
    queue: Queue = field(kw_only=True)

    def work(self, *, until: datetime | None = None) -> list[dict[str, Any]]:
        """Queue what waits, and do what follows when nothing is being crawled. Without an end, wait for the workers.

        Returns:
            Without an end: the runs that were made since.
        """
        newest = max((int(run["id"]) for run in queries.runs(self.archive, limit=1)), default=0)
        delivered = self._deliver(until)
        while until is None and self.queue.is_busy() and not self.stopping.is_set():
            self.beat()
            self._wake.wait(WATCH)
            delivered |= self._deliver(until)
        if not self.stopping.is_set() and not self.queue.is_busy():
            self.follow(crawled=self._is_behind())
        if until is not None:
            return []
        found = queries.runs(self.archive, limit=10 * len(delivered))
        last = {run["portal"]: run for run in reversed(found) if run["id"] > newest and run["state"] != Outcome.RUNNING}
        return [last[key] for key in sorted(delivered & last.keys())]

    def look(self, until: datetime) -> None:
        """As there; and when the night is over, do what follows it, whether a worker came or not."""
        if not self.is_over(until):
            self.work(until=until)
        elif not self.stopping.is_set():
            self.follow(crawled=self._is_behind())

    def _is_behind(self) -> bool:
        return slots.is_behind(self.archive, nights.under_way(self.clock(), self.config.schedule))

    def _deliver(self, until: datetime | None) -> set[str]:
        lock = locks(self.portals.values())
        waiting = [slot for slot in slots.pending(self.archive, datetime.now(UTC), self.lease) if slot.portal in lock and not slot.held]
        self.queue.deliver(Job(portal=slot.portal, night=slot.night, lock=lock[slot.portal], until=until) for slot in waiting)
        return {slot.portal for slot in waiting}
