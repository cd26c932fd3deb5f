"""Quiet nights over many portals, measured by the portals' own log: our rotation beside a conditional and a full refetch of everything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from time import monotonic

from storage import queries
from storage.archive import Archive
from tests.portal_site import PROJECT, Reply, Site, column, portal_file, report

CITIES = {"370782": "诸城市", "370785": "高密市", "370783": "寿光市", "370784": "安丘市", "370786": "昌邑市", "370781": "青州市"}


@dataclass
class Measured:
    """A night by the portals' log. Bytes are those of bodies, in and out of headers left aside."""

    robots: int
    requests: int
    conditional: int
    reports: int
    unmodified: int
    bytes: int
    seconds: float
    new: int
    changed: int


class World:
    """Portals on loopback addresses of their own, each with `reports` pages that know conditional requests."""

    def __init__(self, folder: Path, portals: int, reports: int, period: int) -> None:
        self.folder, self.reports, self.period = folder, reports, period
        self.edited: set[tuple[int, int]] = set()
        self.sent = 0
        self.sites = [self._site(number) for number in range(portals)]

    def _site(self, number: int) -> Site:
        adcode, city = list(CITIES.items())[number % len(CITIES)]
        site = Site(f"127.0.{20 + number // 200}.{1 + number % 200}", city, adcode)
        organs = [f"{city}第{n}街道办事处" for n in range(self.reports)]
        rows = "".join(
            f'<li><a href="/nb/t{n}.html">{organ}2015年政府信息公开工作年度报告</a><span>2016-03-29</span></li>' for n, organ in enumerate(organs)
        )
        listing = Reply(column([], city=city).replace("</ul>", rows + "</ul>"))

        def answer(one: Site, path: str, headers: dict[str, str]) -> Reply:
            if path == "/nb/":
                if headers.get("if-none-match") == f'"list-{number}"':
                    return Reply(status=304, headers=[("ETag", f'"list-{number}"')])
                reply = Reply(listing.body, headers=[("ETag", f'"list-{number}"')])
            elif path.startswith("/nb/t"):
                n = int(path[5:-5])
                count = 1000 + ((number, n) in self.edited)
                tag = f'"{number}-{n}-{count}"'
                if headers.get("if-none-match") == tag:
                    return Reply(status=304, headers=[("ETag", tag)])
                reply = Reply(report(2015, count, organs[n]).replace(f"{organs[n]}人民政府", organs[n]), headers=[("ETag", tag)])
            else:
                reply = Reply("User-agent: *\nAllow: /", content_type="text/plain")
            self.sent += len(str(reply.body).encode())
            return reply

        site.anything = answer
        portal_file(self.folder / "portals", site, f"toy{number}")
        return site

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'a.sqlite3'}"

    def night(self, day: str, *command: str, **settings: object) -> Measured:
        """Run a night of the command line and read the portals' log."""
        for site in self.sites:
            site.seen.clear()
        self.sent = 0
        own = {f"ROTATION__{name}": self.period for name in ("RECENT", "MIDDLE", "OLD")} | {"CRAWL__DELAY": 0, "CRAWL__ALLOW_PRIVATE_HOSTS": "true"}
        environ = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")}
        environ |= {f"NIANBAO_{name}": str(value) for name, value in (own | settings).items()} | {"PYTHONPATH": str(PROJECT)}
        options = ["--portals", str(self.folder / "portals"), "--json"]
        begun = monotonic()
        told = subprocess.run(
            [sys.executable, "-m", "app", "--archive", self.url, "--now", f"{day}T18:00:00Z", *command, *options],
            capture_output=True, text=True, env=environ, cwd=self.folder, check=False,
        )  # fmt: skip
        if told.returncode:
            raise AssertionError(told.stdout + told.stderr)
        seen = [one for site in self.sites for one in site.seen]
        pages = [one for one in seen if one.path.startswith("/nb/t")]
        runs = [json.loads(line) for line in told.stdout.splitlines()]
        return Measured(
            robots=sum(one.path == "/robots.txt" for one in seen),
            requests=len(seen),
            conditional=sum("if-none-match" in one.headers for one in seen),
            reports=len(pages),
            unmodified=sum(run["not_modified"] for run in runs),
            bytes=self.sent,
            seconds=monotonic() - begun,
            new=sum(run["new"] for run in runs),
            changed=sum(run["changed"] for run in runs),
        )

    @property
    def bound(self) -> int:
        """Requests of a quiet night without robots.txt."""
        return len(self.sites) * (1 + ceil(self.reports / self.period))

    def changes(self) -> list[dict[str, object]]:
        with Archive.open(self.url, create=False) as archive:
            return queries.changes(archive)

    def close(self) -> None:
        for site in self.sites:
            site.close()


def run(portals: int = 4, reports: int = 60, period: int = 30) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), portals, reports, period)
        try:
            nights = {
                "first fill": world.night("2026-01-20", "nightly", "--once"),
                "quiet night": world.night("2026-01-21", "nightly", "--once"),
                "conditional refetch": world.night("2026-01-22", "crawl", CRAWL__REVISIT_DAYS=0),
                "full refetch": world.night("2026-01-23", "crawl", "--full"),
            }
        finally:
            world.close()
    print(f"\nnights over {portals} portals of {reports} reports, T = {period}; bound without robots.txt: {world.bound}")
    print(f"{'':22}{'requests':>9}{'robots':>8}{'304':>7}{'bytes':>11}{'seconds':>9}")
    for name, found in nights.items():
        print(f"{name:22}{found.requests:>9}{found.robots:>8}{found.unmodified:>7}{found.bytes:>11}{found.seconds:>9.1f}")
