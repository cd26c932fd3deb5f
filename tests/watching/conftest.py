"""A night as an archive holds it, on both databases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.archive import Archive
from storage.records import Candidate, Capture, Listing, Origin, Outcome, Reading
from tests.storage.conftest import archive as archive
from tests.storage.conftest import folder as folder
from tests.storage.conftest import on_postgresql as on_postgresql
from tests.storage.conftest import on_sqlite as on_sqlite
from tests.storage.conftest import postgresql as postgresql
from tests.storage.conftest import report as report
from tests.storage.conftest import url as url

EVENING = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)  # 02:00 of the 21st in China: the night of the 20th


def host(requests=3, seconds=1.5, slowest=0.9, size=3000, **statuses):
    return {"requests": requests, "seconds": seconds, "slowest": slowest, "bytes": size, "statuses": statuses or {"200": requests}}


@dataclass
class Night:
    """Writes what a night's crawls write."""

    archive: Archive
    report: Reading
    at: datetime = EVENING

    def origin(self, key, name=None):
        return Origin(key=key, name=name or f"{key}市人民政府", adcode="370782", hosts=(f"www.{key}.gov.cn",), family="static")

    def run(self, key="zhucheng", outcome=Outcome.OK, detail=None, name=None, took=timedelta(minutes=2), **counts):
        """A run that began at `at`; `outcome` None: it goes on."""
        run = self.archive.start_run(self.origin(key, name), self.at)
        if outcome is not None:
            known = {"requests": 4, "not_modified": 1, "bytes": 2048, "captures": 3, "listings": 1, "milliseconds": 61_000}
            self.archive.finish_run(run, self.at + took, outcome, known | counts, detail)
        return run

    def keep(self, run, key="zhucheng", url=None, body=b"<p>x</p>"):
        url = url or f"https://www.{key}.gov.cn/nb/"
        return self.archive.keep(Capture(url=url, status=200, body=body, fetched_at=self.at, portal=key), run=run)

    def list(self, run, key="zhucheng"):
        listing = Listing(
            portal=key, column=f"https://www.{key}.gov.cn/nb/", rows=(Candidate(url=f"https://www.{key}.gov.cn/1.html", title="x"),), read_at=self.at
        )
        self.archive.list(listing, capture=self.keep(run, key), run=run, reports=listing.rows)

    def file(self, run, key="zhucheng", **facts):
        """A report of the portal becomes known."""
        reading = replace(self.report, **facts)
        capture = self.keep(run, key, url=reading.url, body=(reading.text + reading.title).encode())
        return self.archive.file(reading, captures=[capture], portal=key, run=run, at=self.at)


@pytest.fixture
def night(archive: Archive, report: Reading) -> Night:
    return Night(archive, report)
