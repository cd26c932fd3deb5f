"""A worker: takes portals from the queue, one a job, and crawls each as the service on one machine does.

A job is taken for what its slot says, not the other way round. What is to be looked at again (another holds the slot, a second try, a machine that
broke) is queued as a new job before the old one ends: procrastinate's own retry keeps the job, which then stands before all others of its hosts, and
sticks for ever where a scheduler queued its like meanwhile (procrastinate issue 1446).
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crawler.errors import ConfigError
from scheduler import queueing
from scheduler.crawling import PAUSE, Crawling
from scheduler.queueing import LATER, QUEUE, TASK, Job
from storage import slots

if TYPE_CHECKING:
    from procrastinate import App

logger = logging.getLogger(__name__)

RESCUE = "rescue"  # task and queue
ATTEMPTS = 6  # times a job that breaks a worker is begun; half an hour in all
FIRST_WAIT = timedelta(seconds=30)  # behind the first; doubled behind each
POLL = 5.0  # seconds between two looks at a queue that sent no word: a lock became free
KEPT = 30 * 24  # hours that failed jobs stay to be looked at
RECONNECT = 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Again:
    """A job has to come again."""

    after: timedelta
    job: Job
    priority: int = LATER


def look(crawling: Crawling, job: Job) -> Again | None:
    """Do what a job asks for, if anything is left of it.

    Returns:
        When it has to come again; None when all is done, or nothing may be begun any more.
    """
    portal = crawling.portals.get(job.portal)
    try:
        if not _pending(crawling, job):
            return None  # its slot is done
        if portal is None:
            raise ConfigError(f"{job.portal}: this worker has no such portal file")
        crawling.crawl([portal], job.until)
    except Exception as error:  # this machine's trouble, or the database's; another worker may have none
        logger.exception("%s: attempt %d broke", job.name, job.attempt + 1)
        return _broken(crawling, job, error)
    left = _pending(crawling, job)
    if not left:
        return None
    if left[0].held:  # by one that lives, or died on another machine a moment ago
        return Again(crawling.lease / 2, job)
    if crawling.stopping.is_set():
        return Again(timedelta(0), job, priority=0)
    return None if crawling.is_over(job.until) else Again(PAUSE, job)


def _pending(crawling: Crawling, job: Job) -> list[slots.Pending]:
    return slots.pending(crawling.archive, datetime.now(UTC), crawling.lease, job.portal)


def _broken(crawling: Crawling, job: Job, error: Exception) -> Again | None:
    if job.attempt + 1 < ATTEMPTS:
        return Again(FIRST_WAIT * 2**job.attempt, replace(job, attempt=job.attempt + 1))
    for slot in slots.take(crawling.archive, [job.portal], datetime.now(UTC), crawling.lease):
        slots.end(crawling.archive, slot, slots.FAILED, crawling.clock(), f"{type(error).__name__}: {error}"[:1000])
    raise error  # a failed job stays in the queue to be looked at


class Worker:
    """One worker process.

    Parameters:
        concurrency: portals crawled side by side, each in a child process.
        name: by which its log tells it apart.
    """

    def __init__(self, crawling: Crawling, *, concurrency: int, name: str) -> None:
        self._crawling = crawling
        self._concurrency = concurrency
        self._name = name
        # threads of our own: the kernel ends a child with the thread that began it
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="crawl")

    def serve(self) -> None:
        """Work until SIGTERM or Ctrl-C, which finishes the requests in flight and hands what is left to others; the second one ends at once."""
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        from procrastinate.exceptions import ConnectorException
        from psycopg import Error
        from psycopg_pool import PoolTimeout

        stopping = self._crawling.stopping
        arguments = queueing.pool_arguments(self._crawling.archive.engine)
        try:
            while not stopping.is_set():
                try:
                    await self._run(arguments)
                except (ConnectorException, Error, PoolTimeout) as error:
                    logger.warning("the queue cannot be reached; tried again in %g s: %s", RECONNECT, error)
                if not stopping.is_set():
                    await asyncio.sleep(RECONNECT)
        finally:
            self._threads.shutdown()

    async def _run(self, arguments: dict[str, Any]) -> None:
        from procrastinate import App, PsycopgConnector
        from procrastinate.worker import Worker as Taker

        seconds = self._crawling.config.schedule.lease
        settings: dict[str, Any] = {
            "delete_jobs": "successful",
            "install_signal_handlers": False,
            "update_heartbeat_interval": min(10.0, seconds / 5),
            "stalled_worker_timeout": seconds,
        }
        app = App(connector=PsycopgConnector(**arguments, max_size=self._concurrency + 6))
        self._define(app)
        async with app.open_async():
            takers = [  # two, so that long crawls do not hold up the rescue
                Taker(app, [name], self._name, number, fetch_job_polling_interval=poll, **settings)
                for name, number, poll in ((QUEUE, self._concurrency, min(POLL, seconds / 4)), (RESCUE, 1, seconds / 4))
            ]
            if self._crawling.stopping.is_set():  # while the queue was opened
                return
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, self._asked_to_stop, takers, number)
            logger.info("worker %s waits for portals, %d at a time", self._name, self._concurrency)
            runs: list[asyncio.Task[None]] = [asyncio.create_task(taker.run()) for taker in takers]  # type: ignore[no-untyped-call]
            await asyncio.wait(runs, return_when=asyncio.FIRST_COMPLETED)
            for taker in takers:
                taker.stop()  # type: ignore[no-untyped-call]
            await asyncio.gather(*runs)

    def _asked_to_stop(self, takers: Sequence[Any], number: int) -> None:
        if self._crawling.stopping.is_set():
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)  # its children are told by the kernel, its jobs and slots are taken over
            return
        logger.info("stopping: what is in flight is finished")
        self._crawling.stopping.set()
        for taker in takers:
            taker.stop()

    def _define(self, app: App) -> None:
        """The tasks, of an app that is this process's alone."""
        lease = self._crawling.config.schedule.lease
        every = "* * * * *" if lease >= 60 else f"* * * * * */{max(1, int(lease / 3))}"  # croniter's sixth field: seconds
        app.periodic(cron=every)(app.task(name=RESCUE, queue=RESCUE, queueing_lock=RESCUE, pass_context=True)(self._rescue))
        app.task(name=TASK, queue=QUEUE, pass_context=True)(self._crawl)

    async def _crawl(self, context: Any, *, portal: str, night: str, until: str | None, attempt: int) -> None:
        end = None if until is None else datetime.fromisoformat(until)
        job = Job(portal=portal, night=date.fromisoformat(night), lock=context.job.lock, until=end, attempt=attempt)
        logger.info("%s begins", job.name)
        again = await asyncio.get_running_loop().run_in_executor(self._threads, look, self._crawling, job)
        logger.info("%s ends%s", job.name, "" if again is None else f", to come again in {again.after.total_seconds():g} s")
        if again is not None:
            await _queue(context.app, again)

    async def _rescue(self, context: Any, timestamp: int) -> None:
        """Jobs of workers that fell silent are free again. Without this they, and all portals of their hosts, would wait for ever."""
        from procrastinate.exceptions import ConnectorException, UniqueViolation
        from procrastinate.jobs import Status

        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self._crawling.config.schedule.lease):
            logger.warning("job %d (%s) is taken from a worker that fell silent", job.id, job.queueing_lock)
            try:
                await manager.retry_job(job)
            except UniqueViolation as error:  # its like waits already: the constraint refuses it, and it would hold its lock for ever
                logger.warning("job %d (%s) is given up, another one stands for it: %s", job.id, job.queueing_lock, error)
                await manager.finish_job_by_id_async(job_id=job.id, status=Status.FAILED, delete_job=True)
            except ConnectorException as error:  # another worker's rescue was faster
                logger.info("job %d (%s) was freed by another: %s", job.id, job.queueing_lock, error)
        await manager.delete_old_jobs(nb_hours=KEPT, include_failed=True)


async def _queue(app: App, again: Again) -> None:
    from procrastinate.exceptions import AlreadyEnqueued

    job = again.job
    seconds = int(again.after.total_seconds())
    schedule: dict[str, Any] = {"schedule_in": {"seconds": seconds}} if seconds else {}
    task = app.configure_task(TASK, queue=QUEUE, lock=job.lock, queueing_lock=job.name, priority=again.priority, **schedule)
    try:
        await task.defer_async(**job.arguments)
    except AlreadyEnqueued:
        logger.info("%s waits already", job.name)
