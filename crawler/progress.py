"""What a crawl process says of its runs while they go on: JSON lines through a pipe its supervisor holds, for a live view.

Nobody needs to listen. A line is written whole or not at all (POSIX: at most PIPE_BUF bytes at once), and dropped when the pipe is full, so that a
supervisor that sleeps never holds up a crawl.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.runs import Run

logger = logging.getLogger(__name__)

PERIOD = 0.5  # seconds between two looks
LINE_LIMIT = 512  # bytes; POSIX promises that as many are written at once
COUNTS = ("requests", "captures", "candidates", "new", "changed", "incidents")


class Telling:
    """The runs of this process, and the pipe.

    Parameters:
        pipe: number of a file descriptor to write to.
    """

    def __init__(self, pipe: int) -> None:
        os.set_blocking(pipe, False)
        self._pipe: int | None = pipe
        self._said: dict[str, bytes] = {}

    async def tell(self, runs: dict[str, Run]) -> None:
        """Tell what is new of the runs, until cancelled; then once more."""
        try:
            while self._pipe is not None:
                self.once(runs)
                await asyncio.sleep(PERIOD)
        finally:
            self.once(runs)

    def once(self, runs: dict[str, Run]) -> None:
        """Tell what has changed since the last time."""
        for key, run in list(runs.items()):
            line = line_of(run)
            if self._pipe is None or self._said.get(key) == line:
                continue
            try:
                os.write(self._pipe, line)
                self._said[key] = line
            except BlockingIOError:
                return  # the next look tells it
            except OSError as error:
                logger.debug("nobody listens any more: %s", error)
                self._pipe = None


def line_of(run: Run) -> bytes:
    """One line: portal, run, what it is doing, counts so far, and the outcome once there is one."""
    facts: dict[str, Any] = {"portal": run.origin.key, "run": run.id, "doing": run.timing.doing[:200]}
    facts |= {name: run.counts[name] for name in COUNTS} | {"outcome": run.outcome}
    line = json.dumps(facts).encode() + b"\n"
    return line if len(line) <= LINE_LIMIT else json.dumps({**facts, "doing": ""}).encode() + b"\n"
