"""How long a night takes with 1, 2 and 4 workers on one PostgreSQL, one portal at a time each, where portals ask for a delay."""

from __future__ import annotations

import shutil
import signal
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from storage import migrations
from tests.storage.server import FAST, running
from tests.workers.fleet import Fleet, filed, too_close

PORTALS = 8
DELAY = 2.0  # seconds, as each robots.txt asks for
WORKERS = (1, 2, 4)


def run(portals: int = PORTALS, delay: float = DELAY) -> None:
    """Print the curve. Every night fills an empty archive, and is held against the first."""
    table = Table(title=f"A night of {portals} portals of a host each, Crawl-delay {delay:g} s")
    for name in ("workers", "seconds", "of one worker's", "requests", "too close", "same archive"):
        table.add_column(name, justify="right")
    first: float | None = None
    same = None
    with running(*FAST) as server:
        for number in WORKERS:
            folder = Path(tempfile.mkdtemp(prefix="nianbao"))
            server.execute(f"CREATE DATABASE fleet{number}")
            fleet = Fleet(folder, server.url.format(name=f"fleet{number}"), delay=delay)
            try:
                migrations.upgrade(fleet.url)
                fleet.portals(portals)
                workers = [fleet.worker(f"worker{one}") for one in range(number)]
                fleet.ready(workers)
                begun = time.monotonic()
                fleet.ended(fleet.night(), "scheduler", 1800)
                seconds = time.monotonic() - begun
                for worker in workers:
                    worker.send_signal(signal.SIGTERM)
                    worker.wait(60)
                first, same = first or seconds, same or filed(fleet.url)
                close = sum(len(too_close(site, delay)) for site in fleet.sites)
                requests = sum(len(site.seen) for site in fleet.sites)
                agrees = "yes" if filed(fleet.url) == same else "no"
                table.add_row(str(number), f"{seconds:.0f}", f"{seconds / first:.0%}", str(requests), str(close), agrees)
            finally:
                fleet.close()
                shutil.rmtree(folder)
    Console().print(table)
