"""kill -9 in the middle of a crawl, again and again: nothing acknowledged is lost, nothing is there twice, and nobody is left behind."""

from __future__ import annotations

import random
import sqlite3
import time
from collections import Counter

import pytest

from tests.portal_site import Reply, Site, all_gone, archive_of, children, column, crawl, portal_file, start_crawl

YEARS = range(1998, 2022)
KILLS = 5


@pytest.fixture
def site():
    made = Site()
    archive_of(made, YEARS)
    made.answers["/nb/"] = Reply(column(YEARS[12:], tail='<a href="/nb/index_1.html">下一页</a>'))
    made.answers["/nb/index_1.html"] = Reply(column(YEARS[:12]))
    yield made
    made.close()


def rows(db, query, *values):
    with sqlite3.connect(db) as connection:
        return connection.execute(query, values).fetchall()


def test_kills_lose_nothing_double_nothing_and_cost_at_most_the_page_in_flight(site, tmp_path):
    random.seed(20260120)
    portal_file(tmp_path / "portals", site)
    db = tmp_path / "a.sqlite3"
    acknowledged: set[int] = set()
    left_behind = []
    kills = 0
    while kills < KILLS:
        seen = len(site.seen)
        running = start_crawl(tmp_path, crawl__delay=0.03)
        deadline = time.monotonic() + 30
        # the first request of this process, and then some moment of its work
        while len(site.seen) == seen and time.monotonic() < deadline and running.process.poll() is None:
            time.sleep(0.01)
        moment = time.monotonic() + random.uniform(0, 0.25)
        while time.monotonic() < moment:
            time.sleep(0.005)
        if running.process.poll() is not None:
            break
        left_behind += children(running.process.pid)
        running.kill()
        kills += 1
        assert rows(db, "pragma integrity_check") == [("ok",)]
        known = {number for (number,) in rows(db, "select id from captures")}
        assert acknowledged <= known
        acknowledged = known
    assert kills == KILLS

    log = crawl(tmp_path)
    assert "run toy ok" in log, log[-3000:]
    assert rows(db, "pragma integrity_check") == [("ok",)]
    assert rows(db, "pragma foreign_key_check") == []
    assert rows(db, "select state, count(*) from frontier group by 1") == [("done", len(YEARS))]
    assert rows(db, "select count(*), count(distinct title) from reports") == [(len(YEARS), len(YEARS))]
    assert rows(db, "select count(*) from versions") == [(len(YEARS),)]
    assert rows(db, "select kind, count(*) from changes group by 1") == [("new", len(YEARS))]
    assert rows(db, "select outcome, detail, count(*) from runs group by 1, 2 order by 1") == [("failed", "killed", KILLS), ("ok", None, 1)]
    fetched = Counter(path for path in site.paths() if "/t" in path)
    assert set(fetched) == {f"/nb/t{year}.html" for year in YEARS}
    assert sum(fetched.values()) - len(fetched) <= KILLS

    assert all_gone(left_behind)


def test_a_column_is_read_to_its_end_after_a_kill_though_its_first_page_is_known(site, tmp_path):
    portal_file(tmp_path / "portals", site)
    site.answers["/nb/index_1.html"] = lambda *_: time.sleep(30) or Reply("")  # killed while this is awaited
    running = start_crawl(tmp_path, crawl__timeout=60.0)
    while "/nb/index_1.html" not in site.paths():
        assert running.process.poll() is None, running.wait()
        time.sleep(0.02)
    running.kill()
    site.answers["/nb/index_1.html"] = Reply(column(YEARS[:12]))
    crawl(tmp_path)
    assert rows(tmp_path / "a.sqlite3", "select count(*) from frontier") == [(len(YEARS),)]
    site.seen.clear()
    crawl(tmp_path)
    assert site.paths() == ["/nb/"]


def test_sigterm_ends_the_portal_at_hand_starts_no_other_and_the_next_run_goes_on(site, tmp_path):
    portal_file(tmp_path / "portals", site)
    portal_file(tmp_path / "portals", site, "other")
    running = start_crawl(tmp_path, "toy", "other", crawl__delay=0.3, crawl__portals_at_once=1)
    while len(site.paths()) < 4:
        assert running.process.poll() is None, running.wait()
        time.sleep(0.02)
    below = children(running.process.pid)
    running.process.terminate()
    running.wait(timeout=30)
    assert running.process.returncode == 0
    assert all_gone(below)
    db = tmp_path / "a.sqlite3"
    assert rows(db, "select portal, outcome, detail from runs") == [("toy", "degraded", "interrupted")]
    assert rows(db, "select count(*) from frontier where state not in ('pending', 'done', 'kept')") == [(0,)]
    asked = Counter(path for path in site.paths() if "/t" in path)
    crawl(tmp_path)
    assert rows(db, "select state, count(*) from frontier group by 1") == [("done", len(YEARS))]
    assert sum((Counter(path for path in site.paths() if "/t" in path) - asked).values()) <= len(YEARS) - len(asked) + 1
