"""Reading in processes that may be killed: one page's trouble is that page's incident."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pebble import ProcessExpired

from crawler import readers, reading
from crawler.config import CrawlSection
from crawler.errors import CrawlError
from storage import queries
from storage.archive import Archive
from storage.records import Capture, Origin
from tests.portal_site import Site, archive_of, children, commanded, crawl, portal_file, report

ORIGIN = Origin(key="toy", name="诸城市人民政府", adcode="370782", hosts=("127.0.0.1",), family="static")
YEARS = range(2013, 2016)


def capture(html):
    return Capture(url="http://127.0.0.1/a.html", status=200, body=html.encode(), fetched_at=datetime(2026, 1, 20, tzinfo=UTC))


def hang(*_):
    while True:
        pass


def devour(*_):
    hoard = []
    while True:
        hoard.append(bytearray(2**26))


def die(*_):
    os._exit(9)


def be_killed(*_):
    os.kill(os.getpid(), int(os.environ.get("READER_GETS", signal.SIGKILL)))


def be_killed_once(captures, origin, *_):
    flag = Path(os.environ["READER_WAS_KILLED"])
    if not flag.exists():
        flag.touch()
        be_killed()
    return reading.read(captures[0], origin=origin)


def asked(monkeypatch, task, **limits):
    """What becomes of one page when the reader does this; afterwards another page is read."""

    async def ask():
        pool = readers.Readers()
        pool.open()
        crawl_section = CrawlSection(**limits)
        try:
            monkeypatch.setattr(readers, "read", task)
            with pytest.raises((FutureTimeout, ProcessExpired, MemoryError)) as trouble:
                await pool.read([capture(report(2015))], ORIGIN, None, crawl_section)
            monkeypatch.undo()
            read = await pool.read([capture(report(2015))], ORIGIN, None, CrawlSection())
        finally:
            pool.close()
        return trouble.type, read

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("task", "error", "limits"),
    [
        (hang, FutureTimeout, {"read_timeout": 0.5}),
        (devour, MemoryError, {"read_memory": 2**29}),
        (die, ProcessExpired, {}),
        (be_killed, ProcessExpired, {}),
    ],
)
def test_a_reader_that_hangs_devours_or_dies_costs_one_page(monkeypatch, task, error, limits):
    kind, read = asked(monkeypatch, task, **limits)
    assert issubclass(kind, error)
    assert read.year == 2015


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_page_whose_reader_somebody_kills_is_read_once_more(monkeypatch, tmp_path, number):
    monkeypatch.setenv("READER_WAS_KILLED", str(tmp_path / "killed"))
    monkeypatch.setenv("READER_GETS", str(int(number)))
    monkeypatch.setattr(readers, "read", be_killed_once)

    async def ask():
        pool = readers.Readers()
        pool.open()
        try:
            return await pool.read([capture(report(2015))], ORIGIN, None, CrawlSection())
        finally:
            pool.close()

    assert asyncio.run(ask()).year == 2015
    assert (tmp_path / "killed").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("large", ["", f"<!--{'x' * 300_000}-->"], ids=["small", "large"])  # a large page waits in a full pipe
def test_a_reader_that_is_killed_before_it_takes_a_page_costs_none(large, number):
    async def ask():
        pool = readers.Readers()
        pool.open()
        try:
            waiting = [asyncio.create_task(pool.read([capture(report(year) + large)], ORIGIN, None, CrawlSection())) for year in YEARS]
            killed = 0
            while not all(page.done() for page in waiting):
                for pid in [pid for pid in children(os.getpid()) if not killed and "spawn_main" in commanded(pid)]:
                    os.kill(pid, number)
                    killed += 1
                await asyncio.sleep(0.01)
            return killed, [(await page).year for page in waiting]
        finally:
            pool.close()

    assert asyncio.run(ask()) == (1, list(YEARS))


def test_errors_of_the_tree_come_back_from_the_reader_as_they_are():
    async def ask():
        pool = readers.Readers()
        pool.open()
        try:
            await pool.read([capture("<html><body></body></html>")], ORIGIN, None, CrawlSection())
        finally:
            pool.close()

    with pytest.raises(CrawlError) as error:
        asyncio.run(ask())
    assert error.value.detail


@pytest.fixture
def site():
    made = Site()
    archive_of(made, YEARS)
    yield made
    made.close()


def test_pages_that_take_too_long_are_incidents_and_are_read_when_there_is_time(site, tmp_path):
    portal_file(tmp_path / "portals", site)
    url = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    crawl(tmp_path, crawl__read_timeout=0.001, now="2026-01-20T18:00:00+00:00")
    with Archive.open(url) as archive:
        assert queries.runs(archive)[0]["state"] == "degraded"
        assert [row["kind"] for row in queries.incidents(archive, open=True)] == ["parser_killed"] * len(YEARS)
    crawl(tmp_path, now="2026-01-30T18:00:00+00:00")
    with Archive.open(url) as archive:
        assert queries.runs(archive)[0]["state"] == "ok"
        assert queries.incidents(archive, open=True) == []
        assert len(queries.find(archive)) == len(YEARS)


def test_what_a_killed_run_kept_is_read_without_a_request(site, tmp_path):
    portal_file(tmp_path / "portals", site)
    crawl(tmp_path)
    with sqlite3.connect(tmp_path / "a.sqlite3") as db:  # as if the kill had come between keeping and filing
        db.execute("update frontier set state = 'kept', kept = '[' || capture || ']' where url like '%2014%'")
    site.seen.clear()
    log = crawl(tmp_path)
    assert site.paths() == ["/nb/"]
    assert "run toy ok" in log
    with sqlite3.connect(tmp_path / "a.sqlite3") as db:
        assert db.execute("select distinct state from frontier").fetchall() == [("done",)]
