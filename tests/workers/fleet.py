"""Portals on addresses of this machine, and the processes that crawl them: schedulers, workers, and the one that needs neither."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa
import yaml

from storage.archive import Archive
from storage.engine import reading
from tests.portal_site import PROJECT, Reply, Site, children, column, portal_file, report

LEASE = 5.0  # seconds


def cities(number: int) -> list[tuple[str, str]]:
    """Divisions of prefecture level, by code and name."""
    with (PROJECT / "crawler/reading/divisions.csv").open(encoding="utf-8") as table:
        found = [(row["code"], row["name"]) for row in csv.DictReader(table) if row["level"] == "prefecture" and row["name"].endswith("市")]
    return found[:number]


def filed(url: str) -> Counter:
    """What an archive says that does not depend on who crawled when: every version of every report, and every change."""
    with Archive.open(url, create=False) as archive, reading(archive.engine) as connection:
        versions = connection.exec_driver_sql(
            "SELECT 'version', r.adcode, r.year, r.type, v.number, v.content_sha256 FROM versions v JOIN reports r ON r.id = v.report"
        )
        found = Counter(tuple(row) for row in versions)
        changes = connection.exec_driver_sql("SELECT 'change', c.kind, c.portal, r.adcode, r.year FROM changes c JOIN reports r ON r.id = c.report")
        return found + Counter(tuple(row) for row in changes)


@dataclass
class Fleet:
    """Portals, an archive on PostgreSQL, and processes on it.

    Attributes:
        delay: seconds that each host's robots.txt asks for between two requests.
        years: of the reports of each portal.
    """

    folder: Path
    url: str
    delay: float = 0.2
    years: range = range(2018, 2022)
    sites: list[Site] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    running: list[subprocess.Popen] = field(default_factory=list)

    def portals(self, number: int, *, on_one_host: int = 1) -> None:
        """Make portals of cities of their own, with a host each; the last so many share one."""
        for index, (adcode, city) in enumerate(cities(number)):
            if index <= number - on_one_host:
                self.sites.append(Site(host=f"127.0.{1 + index // 200}.{1 + index % 200}"))
                asks = Reply(f"User-agent: *\nCrawl-delay: {self.delay}\n", content_type="text/plain")
                self.sites[-1].answers["/robots.txt"] = asks
            site, key = self.sites[-1], f"p{index:03d}"
            site.answers[f"/{key}/"] = Reply(column(self.years, folder=f"/{key}/", city=city))
            for year in self.years:
                site.answers[f"/{key}/t{year}.html"] = Reply(report(year, count=1000 + index, city=city))
            portal_file(self.folder / "portals", site, key, start=[f"{site.url}/{key}/"], name=f"{city}人民政府", adcode=adcode)
            self.keys.append(key)

    def config(self, url: str | None = None, **schedule: object) -> Path:
        """A configuration; of the queue, unless another archive is named."""
        facts = {
            "archive": {"url": url or self.url},
            "crawl": {"delay": 0.05, "timeout": 10.0, "allow_private_hosts": True},
            "portals": {"paths": [str(self.folder / "portals")]},
            "schedule": {"queue": url is None, "lease": LEASE, "season": ["01-01..12-31"], **schedule},
        }
        path = self.folder / ("queue.yaml" if url is None else "alone.yaml")
        path.write_text(yaml.safe_dump(facts), encoding="utf-8")
        return path

    def start(self, *arguments: str, config: Path | None = None, log: str) -> subprocess.Popen:
        """Start a command."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")} | {"PYTHONPATH": str(PROJECT)}
        command = [sys.executable, "-m", "app", "--config", str(config or self.config()), *arguments]
        with (self.folder / f"{log}.out").open("wb") as out, (self.folder / f"{log}.log").open("ab") as err:
            process = subprocess.Popen(command, cwd=self.folder, stdout=out, stderr=err, env=environ)
        self.running.append(process)
        return process

    def worker(self, name: str, concurrency: int = 1) -> subprocess.Popen:
        return self.start("worker", "--name", name, "--concurrency", str(concurrency), log=name)

    def ready(self, workers: list[subprocess.Popen], timeout: float = 300) -> None:
        """Return when these wait for portals: each stands in the queue's table of workers twice, for the crawls and for the rescue."""
        known = "SELECT to_regclass('nianbao_queue.procrastinate_workers') IS NOT NULL"
        count = "SELECT count(*) FROM nianbao_queue.procrastinate_workers"
        until(lambda: self.rows(known)[0][0] and self.rows(count)[0][0] >= 2 * len(workers), timeout=timeout, logs=self.logs)

    def night(self, log: str = "scheduler") -> subprocess.Popen:
        """A scheduler that does this night by way of the workers."""
        return self.start("nightly", "--once", "--json", log=log)

    def ended(self, process: subprocess.Popen, log: str, timeout: float) -> list[dict]:
        """What a command said in JSON, when it has ended."""
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{log} did not end in {timeout} s:\n{self.logs()}") from None
        return [json.loads(line) for line in (self.folder / f"{log}.out").read_text(encoding="utf-8").splitlines()]

    def logs(self) -> str:
        return "\n".join(
            f"== {path.name}\n{path.read_text(encoding='utf-8', errors='replace')[-3000:]}" for path in sorted(self.folder.glob("*.log"))
        )

    def rows(self, statement: str) -> list[tuple]:
        engine = sa.create_engine(self.url)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.exec_driver_sql(statement)]
        engine.dispose()
        return found

    def slots_of(self, process: subprocess.Popen) -> list[str]:
        """The portals a worker is crawling now: it holds their slots, and a child of its is at it."""
        return [row[0] for row in self.rows("SELECT portal, holder FROM slots WHERE state = 'taken'") if row[1].split("/")[1] == str(process.pid)]

    def crawling(self) -> set[str]:
        """The portals of which a run goes on."""
        return {row[0] for row in self.rows("SELECT portal FROM runs WHERE finished IS NULL")}

    def done(self) -> int:
        """How many portals are crawled."""
        return int(self.rows("SELECT count(*) FROM slots WHERE state = 'done' AND portal LIKE 'p%%'")[0][0])

    def kill(self, process: subprocess.Popen, *, with_children: bool = False) -> None:
        """kill -9, of the worker alone or, as when a machine dies, with its crawls."""
        below = children(process.pid) if with_children else []
        for pid in [process.pid, *below]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        for process in self.running:
            if process.poll() is None:
                self.kill(process, with_children=True)
        for site in self.sites:
            site.close()


def until(what, *, timeout: float, logs=lambda: "") -> None:
    """Return when something holds."""
    deadline = time.monotonic() + timeout
    while not what():
        assert time.monotonic() < deadline, f"not within {timeout} s\n{logs()}"
        time.sleep(0.05)


def too_close(site: Site, delay: float) -> list[str]:
    """Requests that came while another was answered, or sooner than `delay` after the one before began, as the host saw it."""
    seen = sorted(site.seen, key=lambda one: one.began)
    return [
        f"{site.host}: {later.path} {later.began - earlier.began:.3f} s after {earlier.path}, which took {earlier.ended - earlier.began:.3f} s"
        for earlier, later in pairwise(seen)
        if later.began < earlier.ended or later.began - earlier.began < delay
    ]
