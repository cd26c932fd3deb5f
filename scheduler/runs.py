"""Crawls in processes of their own, supervised: a crawl that hangs, dies or is killed leaves a failed run, never silence.

A Scrapy process exits with 0 when every request failed and when a callback raised, so an exit code proves nothing: what counts is the run that
the process wrote into the archive. One process crawls a batch of portals; its reactor cannot be started twice, and its memory ends with it.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.config import CrawlSection
from scheduler.pipe import TELL, Pipe
from storage import queries
from storage.archive import Archive
from storage.records import Origin, Outcome

logger = logging.getLogger(__name__)

ENDING = 10.0  # seconds in which a crawl that was asked to stop, and has nothing in flight any more, closes its run
TICK = 0.5  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a crawl process ended.

    Attributes:
        code: exit code; negative for the signal that ended it.
        late: it was told to stop because its time was up.
    """

    code: int
    late: bool

    @property
    def words(self) -> str:
        """For a run's detail."""
        if self.late:
            return "the crawl process was ended: its time was up"
        if self.code < 0:
            return f"the crawl process was killed by {signal.Signals(-self.code).name}"
        return f"the crawl process ended with exit code {self.code}"


def grace(crawl: CrawlSection) -> float:
    """Seconds between the request to stop and the end by force: the page in flight may come and be read. A file may take longer, and is cut."""
    return crawl.timeout + crawl.read_timeout + ENDING


def supervise(
    argv: Sequence[str], *, orders: bytes, log: Path, timeout: float, grace: float, tick: Callable[[], None] | None = None, pipes: Sequence[int] = (),
) -> Ending:  # fmt: skip
    """Run a command in a session of its own, so that its browser and readers end with it.

    Parameters:
        orders: what it reads from its standard input.
        log: where its output goes; appended.
        timeout: seconds it may take; then SIGTERM, which Scrapy takes as "finish what is in flight", and after `grace` SIGKILL.
        tick: called about twice a second while it runs.
        pipes: file descriptors it inherits.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, pass_fds=pipes)
    try:
        assert process.stdin is not None
        try:
            process.stdin.write(orders)
            process.stdin.close()
        except BrokenPipeError:
            logger.debug("the process ended before it read its orders")  # its exit code and its log tell more
        return Ending(code=_wait(process, timeout, tick), late=False)
    except subprocess.TimeoutExpired:
        return Ending(code=_stop(process, grace), late=True)
    except BaseException:  # Ctrl-C reaches us but not another session
        _stop(process, grace)
        raise
    finally:
        _kill(process)  # and whoever of its session is left


def crawl(
    archive: Archive,
    portals: Sequence[Origin],
    *,
    argv: Sequence[str],
    orders: Callable[[Sequence[str]], bytes],
    at_once: int,
    log: Path,
    timeout: float,
    grace: float,
    clock: Callable[[], datetime],
    progress: Callable[[int], None] | None = None,
    watch: Callable[[dict[str, Any]], None] | None = None,
) -> list[dict[str, Any]]:
    """Crawl portals in batches, one process a batch.

    Parameters:
        argv: the command of a crawl process.
        orders: what such a process is told to crawl these portals.
        at_once: portals of one batch.
        timeout, grace: of one process, as `supervise` takes them.
        progress: told about twice a second how many portals are done.
        watch: told how the runs go: each line of crawler.progress, as soon as it is seen, and how each run ended.

    Returns:
        The run of every portal as `queries.runs` tells it, in the order asked for. A portal whose process died has a failed run.
    """
    found: dict[str, dict[str, Any]] = {}
    first = _newest(archive)

    def tick() -> None:
        if watch is not None:
            for told in pipe.lines():
                watch(told)
        if progress is not None:
            progress(sum(run["id"] > first and run["state"] != Outcome.RUNNING for run in queries.runs(archive, limit=len(portals))))

    with Pipe() as pipe:
        tells = () if watch is None else (TELL, str(pipe.write))
        for start in range(0, len(portals), at_once):
            batch = portals[start : start + at_once]
            before = _newest(archive)
            end = "interrupted"
            told = orders([portal.key for portal in batch])
            try:
                pipes = (pipe.write,) if tells else ()
                end = supervise((*argv, *tells), orders=told, log=log, timeout=timeout, grace=grace, tick=tick, pipes=pipes).words
                tick()
            finally:
                for portal in batch:
                    run = found[portal.key] = _closed(archive, portal, before, f"{end}; see {log}", clock())
                    if watch is not None:  # a process that was killed cannot say so itself
                        watch({**run["counts"], "portal": portal.key, "run": run["id"], "doing": "", "outcome": run["state"]})
    return [found[portal.key] for portal in portals]


def _closed(archive: Archive, portal: Origin, before: int, detail: str, at: datetime) -> dict[str, Any]:
    """The run of a portal whose process has ended. None may be left running, and no portal without a run."""
    run = next(iter(queries.runs(archive, portal=portal.key, limit=1)), None)
    if run is None or run["id"] <= before:
        archive.finish_run(archive.start_run(portal, at), at, Outcome.FAILED, {}, f"not begun: {detail}")
    elif run["state"] == Outcome.RUNNING:
        archive.finish_run(run["id"], at, Outcome.FAILED, {}, detail)
    else:
        return run
    return queries.runs(archive, portal=portal.key, limit=1)[0]


def _newest(archive: Archive) -> int:
    return max((int(run["id"]) for run in queries.runs(archive, limit=1)), default=0)


def _wait(process: subprocess.Popen[bytes], timeout: float, tick: Callable[[], None] | None) -> int:
    """The exit code.

    Raises:
        subprocess.TimeoutExpired: it still runs after `timeout` seconds.
    """
    left = timeout
    while left > 0:
        step = min(TICK, left)
        try:
            return process.wait(step)
        except subprocess.TimeoutExpired:
            left -= step
            if tick is not None:
                tick()
    raise subprocess.TimeoutExpired(process.args, timeout)


def _stop(process: subprocess.Popen[bytes], grace: float) -> int:
    """Ask, wait, force. Only the crawl itself is asked: readers and browsers that heard it too would take the page in flight with them."""
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(grace)
    except subprocess.TimeoutExpired:
        _kill(process)
        return process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        logger.debug("process group %d is gone already", process.pid)
