"""nianbao worker: one of many machines that crawl for one archive."""

from __future__ import annotations

import os
import socket

import click

from app import logs, tables
from app.commands.crawl import refuse_without_browser
from app.commands.nightly import executing
from app.options import AS_JSON, PORTALS, configured, reading_archive, writing_archive
from crawler.config import Config
from crawler.errors import ConfigError
from scheduler import queueing, workers
from scheduler.crawling import Crawling
from spiders import catalogue

COLUMNS = ["id", "state", "portal", "night", "host", "attempt", "not_before", "worker", "silent"]


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 64), metavar="N", help="Portals crawled side by side; schedule.processes when not given.")
@click.option("--name", metavar="NAME", help="What its log lines and crawl logs call it; machine and process number when not given.")
@click.option("--jobs", is_flag=True, help="Show which portals wait, are being crawled or were given up, and end.")
@PORTALS
@AS_JSON
@configured
def worker(config: Config, concurrency: int | None, name: str | None, jobs: bool, as_json: bool) -> None:
    """Crawl the portals that `nianbao nightly` with schedule.queue hands out; as many as you like, on as many machines. Needs PostgreSQL."""
    queueing.refuse_without(config)
    if jobs:
        _show(config, as_json)
        return
    if config.now is not None:
        raise ConfigError("now: a worker has the machine's clock")
    portals = catalogue.portals(config.portals.paths)
    refuse_without_browser(config, portals.values())
    logs.of_a_service(config.logs.format)
    called = name or f"{socket.gethostname()}-{os.getpid()}"
    with writing_archive(config) as archive:
        queueing.prepare(archive.engine)
        crawling = Crawling(archive=archive, config=config, portals=portals, execute=executing(archive, config, called), clock=config.clock)
        workers.Worker(crawling, concurrency=concurrency or config.schedule.processes, name=called).serve()


def _show(config: Config, as_json: bool) -> None:
    with reading_archive(config) as archive, queueing.opened(archive.engine) as queue:
        rows = list(queue.jobs())
    if as_json:
        for row in rows:
            tables.json_line(row)
    else:
        tables.table(rows, COLUMNS, empty="no jobs")
