"""What a run asked of each host, and where its time went. Kept in the run's counts, since no capture says how long it took."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

HOSTS_LIMIT = 40  # hosts of one run that are told by name; a list may name any number of them
OTHERS = "(others)"
NO_ANSWER = "none"  # in place of a status


class Stage(StrEnum):
    """What a run spends its time on. Stages overlap: pages are read while others are asked for."""

    WAITING = "waiting"  # for a host's turn
    ASKING = "asking"  # from the request to the last byte of its answer
    READING = "reading"  # a page in a reader process, or waiting for one
    FILING = "filing"  # what was read, into the archive
    COMPARING = "comparing"  # reports with their other years, levels and neighbours


@dataclass
class HostTime:
    """What one host was asked in one run; seconds are those of asking, without the wait for its turn."""

    requests: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    bytes: int = 0
    statuses: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, Any]:
        """For the run's counts. Bytes are those of bodies as they came over the wire."""
        return {
            "requests": self.requests, "seconds": round(self.seconds, 3), "slowest": round(self.slowest, 3), "bytes": self.bytes,
            "statuses": dict(sorted(self.statuses.items())),
        }  # fmt: skip


class Timing:
    """The clock of one run. All in one thread: the event loop's."""

    def __init__(self) -> None:
        self._hosts: dict[str, HostTime] = {}
        self._seconds: dict[Stage, float] = dict.fromkeys(Stage, 0.0)
        self._under_way: Counter[tuple[Stage, str]] = Counter()

    @contextmanager
    def stage(self, stage: Stage, what: str = "") -> Iterator[None]:
        """Count the time of a block.

        Parameters:
            what: the host that is waited for or asked; told by `doing`.
        """
        began = time.monotonic()
        self._under_way[stage, what] += 1
        try:
            yield
        finally:
            self._under_way[stage, what] -= 1
            self._seconds[stage] += time.monotonic() - began

    @contextmanager
    def asking(self, host: str) -> Iterator[list[tuple[int, int]]]:
        """Count one request. The block appends status and bytes of the answer to what it is given, where there is an answer."""
        began = time.monotonic()
        answers: list[tuple[int, int]] = []
        try:
            with self.stage(Stage.ASKING, host):
                yield answers
        finally:
            known = self._host(host)
            took = time.monotonic() - began
            known.requests += 1
            known.seconds += took
            known.slowest = max(known.slowest, took)
            for status, size in answers or [(0, 0)]:
                known.statuses[str(status) if status else NO_ANSWER] += 1
                known.bytes += size

    @property
    def doing(self) -> str:
        """What goes on now: the stage nearest to the wire, and the host; empty when nothing does."""
        for stage in (Stage.ASKING, Stage.WAITING, Stage.READING, Stage.FILING, Stage.COMPARING):
            for (known, what), number in self._under_way.items():
                if number and known is stage:
                    return f"{stage} {what}".rstrip()
        return ""

    def hosts(self) -> dict[str, dict[str, Any]]:
        """What each host was asked, for the run's counts."""
        return {host: known.told() for host, known in self._hosts.items()}

    def stages(self) -> dict[str, float]:
        """Seconds of each stage, for the run's counts."""
        return {str(stage): round(seconds, 3) for stage, seconds in self._seconds.items()}

    def _host(self, host: str) -> HostTime:
        if host not in self._hosts and len(self._hosts) >= HOSTS_LIMIT:
            host = OTHERS
        return self._hosts.setdefault(host, HostTime())
