"""A season of the whole registry, planned night by night: how many nights fit the window, and what the planning keeps in memory."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path
from time import monotonic

from sqlalchemy import insert

from crawler import nights
from crawler.config import Config
from crawler.polite import JITTER
from crawler.urls import host_of
from scheduler import planning
from spiders import registry
from spiders.portal import Portal
from storage.archive import Archive
from storage.engine import writing
from storage.hosts import Hosts
from storage.schema import frontier

FIRST, NIGHTS = date(2026, 1, 20), 76  # to the end of the second deadline's days
SHOWN = (date(2026, 1, 20), date(2026, 2, 15), date(2026, 4, 5))
CHEAP = 6  # known reports of a portal in the archive that is planned from; the rotation's share of 300 is counted on top


def portals() -> dict[str, Portal]:
    """Every portal of the registry that has a home page and a code."""
    found = {}
    for entry in registry.entries():
        host = host_of(entry.homepage or "")
        if host and entry.code:
            key = f"d{entry.code}"
            found[key] = Portal(key=key, name=entry.name, adcode=entry.code, family="static", start=(entry.homepage,), hosts=(host,))
    return found


def known(archive: Archive, keys: Mapping[str, Portal], reports: int, at: datetime) -> None:
    """Reports of portals, each seen on another of the last 30 nights."""
    rows = [
        {"portal": key, "url": f"https://{key}.cn/{n}", "kind": "report", "title": f"{2012 + n % 3}年报告", "state": "done", "tries": 0,
         "fetched_at": at - timedelta(days=1 + n * 30 // reports)}
        for key in keys for n in range(reports)
    ]  # fmt: skip
    with writing(archive.engine) as connection:
        connection.execute(insert(frontier), rows)


def run() -> None:
    """Print some nights of the season and how many fit."""
    everybody, config = portals(), Config()
    begun = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'a.sqlite3'}"
        with Archive.open(url) as archive:
            known(archive, everybody, CHEAP, datetime(2026, 1, 19, 17, tzinfo=UTC))
            hosts = Hosts.open(url)
            print(f"\na season of {len(everybody)} portals of {CHEAP} reports, planned")
            print(f"{'night':12}{'portals':>9}{'requests':>10}{'hours':>7}{'window':>8}{'peak MiB':>10}")
            fits = 0
            for n in range(NIGHTS):
                night = FIRST + timedelta(days=n)
                at = nights.begin(night, config.schedule)
                if night in SHOWN:
                    tracemalloc.start()
                    total = planning.summary(planning.plans(archive, hosts, everybody, config, at), everybody, config, at)
                    peak = tracemalloc.get_traced_memory()[1] / 2**20
                    tracemalloc.stop()
                    hours, window = (total[name] / 3600 for name in ("seconds", "window"))
                    print(f"{total['night']:12}{total['portals']:>9}{total['requests']:>10}{hours:>7.1f}{window:>8.1f}{peak:>10.1f}")
                fits += _fits(everybody, config, night)
            hosts.close()
    print(f"{fits} of {NIGHTS} nights with 300 reports a portal fit the window ({monotonic() - begun:.0f} s to plan)")


def _fits(everybody: Mapping[str, Portal], config: Config, night: date) -> bool:
    """Whether a night of 300 reports a portal (20 recent, 40 in the middle, 240 old) fits: list, robots.txt and the rotation's share."""
    classes = ((20, config.rotation.recent), (40, config.rotation.middle), (240, config.rotation.old))
    requests = 2 + sum(ceil(count / every) for count, every in classes)
    seconds = requests * config.crawl.delay * (1 + JITTER / 2)
    visited = [key for key in everybody if nights.is_visited(key, night, config.schedule)]
    window = (nights.end(night, config.schedule) - nights.begin(night, config.schedule)).total_seconds()
    return planning.length([(key, seconds) for key in visited], everybody, config) <= window
