"""nianbao nightly: the service that crawls every night, or one night of it."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote

import click
from rich.console import Console

from app import logs, process
from app.commands.crawl import log_folder, refuse_without_browser, show
from app.live import View
from app.options import AS_JSON, PORTALS, configured, writing_archive
from crawler import nights
from crawler.config import Config
from crawler.errors import ConfigError
from scheduler import afterwards, queueing, runs
from scheduler.crawling import Execute
from scheduler.distributing import Distributing
from scheduler.nightly import Nightly
from scheduler.watching.health import of_archive
from scheduler.watching.metrics import registry
from scheduler.watching.watch import Watch, keep
from spiders import catalogue
from spiders.portal import Portal
from storage import queries
from storage.archive import Archive
from storage.records import Outcome

logger = logging.getLogger(__name__)


@click.command()
@click.option("--once", is_flag=True, help="Do tonight's work, whatever the time of day, and end.")
@PORTALS
@AS_JSON
@configured
def nightly(config: Config, once: bool, as_json: bool) -> None:
    """Crawl every night what is due, and do what follows. Exit code 1 with --once when a run is not ok or a step behind them failed."""
    if config.now is not None and not once:
        raise ConfigError("now: a service has the machine's clock; give --once with --now to replay a night")
    portals = catalogue.portals(config.portals.paths)
    refuse_without_browser(config, portals.values())
    logs.of_a_service(config.logs.format)
    if config.schedule.queue:
        queueing.refuse_without(config)
        if config.now is not None:
            raise ConfigError("now: with schedule.queue workers crawl, and they have the machine's clock")
    afterwards.refuse(config)
    with ExitStack() as open_:
        archive = open_.enter_context(writing_archive(config))
        service = _service(archive, config, portals, open_)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda number, frame: _asked_to_stop(service, number, frame))
        if not once:
            logger.info("serving %d portals; nights of %s", len(portals), config.schedule.timezone)
            with Watch(archive, config, config.clock) as watch:
                service.beat = watch.beat
                service.serve()
            return
        service.enqueue()
        found = service.work()
        keep(registry(archive, lambda: of_archive(lambda: archive, config, config.clock())), config)
        failures = queries.incidents(archive, open=True)
    show(found, failures, as_json=as_json, empty="nothing was due")
    for trouble in service.broken:
        click.echo(f"nianbao: {trouble}", err=True)
    if any(run["state"] != Outcome.OK for run in found) or service.broken or service.stopping.is_set():
        raise click.exceptions.Exit(1)


def _service(archive: Archive, config: Config, portals: Mapping[str, Portal], open_: ExitStack) -> Nightly:
    if config.schedule.queue:
        queue = open_.enter_context(queueing.opened(archive.engine))
        return Distributing(archive=archive, config=config, portals=portals, clock=config.clock, queue=queue)
    view = open_.enter_context(View(Console(stderr=True)))
    return Nightly(archive=archive, config=config, portals=portals, execute=executing(archive, config, view=view), clock=config.clock)


def executing(archive: Archive, config: Config, name: str | None = None, *, view: View | None = None) -> Execute:
    """What crawls a batch of portals here: a supervised child process.

    Parameters:
        name: who crawls, for the names of logs.
        view: shows on a terminal how it goes.
    """
    number = count(1)

    def execute(batch: Sequence[Portal], tick: Callable[[], None]) -> list[dict[str, Any]]:
        return runs.crawl(
            archive,
            [portal.origin for portal in batch],
            argv=process.ARGV,
            orders=lambda keys: process.orders(config, keys, full=False),
            at_once=len(batch),
            log=_log(config, name, next(number)),
            timeout=config.crawl.run_timeout,
            grace=runs.grace(config.crawl),
            clock=config.clock,
            progress=lambda done: tick(),
            watch=view.tell if view is not None and view.shown else None,
        )

    return execute


def _log(config: Config, name: str | None, number: int) -> Path:
    night = nights.under_way(config.clock(), config.schedule)
    who = "" if name is None else f"-{quote(name, safe='')}"
    return log_folder(config) / f"night-{night}{who}-{datetime.now(UTC):%H%M%S}-{number}.log"


def _asked_to_stop(service: Nightly, number: int, frame: FrameType | None) -> None:
    logger.info("stopping: what is in flight is finished")
    service.stop()
