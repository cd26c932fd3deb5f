"""Nights with news, receivers on this machine, and a clock that the test sets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.config import Config
from scheduler import alerts
from storage.archive import Archive
from storage.records import Capture, Origin, Outcome, Reading
from tests.alerts.receivers import Hook, Post
from tests.storage.conftest import archive as archive
from tests.storage.conftest import folder as folder
from tests.storage.conftest import on_postgresql as on_postgresql
from tests.storage.conftest import on_sqlite as on_sqlite
from tests.storage.conftest import postgresql as postgresql
from tests.storage.conftest import report as report
from tests.storage.conftest import url as url

FIRST = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)  # 02:00 in China
ZHUCHENG = Origin(key="zhucheng", name="诸城市人民政府", adcode="370782", hosts=("www.zhucheng.gov.cn",), family="static")


@dataclass
class Nights:
    """A portal crawled night after night."""

    archive: Archive
    report: Reading
    portal: Origin = ZHUCHENG
    now: datetime = FIRST
    bodies: int = field(default=0)

    def of(self, number: int, **facts) -> Reading:
        """Report `number` of the portal: of a year and an organ of its own."""
        known = {
            "url": f"https://www.zhucheng.gov.cn/nb/t{number}.html", "issuer": f"诸城市第{number}局", "year": 2017,
            "title": f"诸城市第{number}局2017年政府信息公开工作年度报告", "text": self.report.text + f"\n第{number}号",
        }  # fmt: skip
        return replace(self.report, **(known | facts))

    def edited(self, number: int, before: str = "12", after: str = "13", **facts) -> Reading:
        """The same report with another number in a cell and in the text."""
        first = self.of(number)
        cells = tuple(replace(cell, text=after) if cell.text == before else cell for cell in first.tables[0].cells)
        return replace(first, text=first.text.replace(f"\t{before}\n", f"\t{after}\n"), tables=(replace(first.tables[0], cells=cells),), **facts)

    def crawl(self, *readings: Reading, outcome: Outcome = Outcome.OK, finish: bool = True, detail: str | None = None) -> int:
        """One night: a run that files these readings."""
        run = self.archive.start_run(self.portal, self.now)
        for reading in readings:
            self.bodies += 1
            page = Capture(url=reading.url, status=200, body=f"<p>{self.bodies}</p>".encode(), fetched_at=self.now, portal=self.portal.key)
            kept = self.archive.keep(page, run=run)
            self.archive.file(reading, captures=[kept], portal=self.portal.key, run=run, at=self.now)
        if finish:
            self.archive.finish_run(run, self.now, outcome, {}, detail)
        return run

    def filled(self, *numbers: int) -> Nights:
        """A portal whose first fill lies weeks back."""
        now, self.now = self.now, self.now - timedelta(days=30)
        self.crawl(*(self.of(number) for number in numbers))
        self.now = now
        return self

    def sleep(self, **time) -> None:
        self.now += timedelta(**(time or {"days": 1}))

    def tell(self, config: Config, **more) -> list[alerts.Delivered]:
        return alerts.deliver(self.archive, config, lambda: self.now, environ={}, **more)


@pytest.fixture
def nights(archive, report) -> Nights:
    return Nights(archive, report)


@pytest.fixture
def hook():
    made = Hook().up()
    yield made
    made.down()


@pytest.fixture
def post():
    made = Post().up()
    yield made
    made.down()


def subscribed(*urls: str, delivery: dict | None = None, **asked) -> Config:
    """A configuration with one subscription to everything, unless asked otherwise."""
    every = ["new", "figures_changed", "text_changed", "title_changed", "missing", "restored", "overdue", "late", "findings", "incidents"]
    one = {"name": "all", "what": every, "send": [{"url": url} for url in urls], **asked}
    return Config.model_validate({"alerts": [one], "delivery": {"timeout": 5, **(delivery or {})}})
