"""Several worker processes on one PostgreSQL: the archive one process makes, whoever is killed; and no host hears two of them at once."""

from __future__ import annotations

import signal
import time
from collections import Counter

import pytest

from tests.workers.fleet import filed, too_close, until


def test_a_killed_workers_portals_are_taken_up_by_another_and_no_host_is_asked_twice_at_a_time(fleet):
    fleet = fleet(delay=0.25)
    fleet.portals(8, on_one_host=2)
    first, second = fleet.worker("first"), fleet.worker("second")
    night = fleet.night()
    until(lambda: set(fleet.slots_of(first)) & fleet.crawling(), timeout=120, logs=fleet.logs)
    killed = fleet.slots_of(first)
    fleet.kill(first, with_children=True)
    runs = fleet.ended(night, "scheduler", 400)
    assert {run["portal"]: run["outcome"] for run in runs} == dict.fromkeys(fleet.keys, "ok"), fleet.logs()
    assert fleet.rows("SELECT DISTINCT state FROM slots") == [("done",)]
    assert [fault for site in fleet.sites for fault in too_close(site, fleet.delay)] == []
    found = filed(fleet.url)
    assert set(found.values()) == {1}
    assert Counter(row[0] for row in found) == {"version": 8 * len(fleet.years), "change": 8 * len(fleet.years)}
    assert Counter(row[0] for row in fleet.rows("SELECT portal FROM runs")) == Counter(fleet.keys + killed)
    second.send_signal(signal.SIGTERM)
    assert second.wait(180) == 0
    assert fleet.rows("SELECT count(*) FROM nianbao_queue.procrastinate_jobs WHERE status <> 'succeeded' AND task_name = 'crawl'") == [(0,)]


def test_a_worker_that_is_asked_to_stop_finishes_what_is_in_flight_and_hands_the_rest_to_another_at_once(fleet):
    fleet = fleet(delay=1.0)
    fleet.portals(2, on_one_host=2)
    first = fleet.worker("first", concurrency=2)
    night = fleet.night()
    (site,) = fleet.sites
    until(lambda: len(site.seen) >= 3, timeout=180, logs=fleet.logs)
    assert len(fleet.slots_of(first)) == 1  # though it has room for two: they share a host
    first.send_signal(signal.SIGTERM)
    assert first.wait(180) == 0, fleet.logs()
    assert Counter(fleet.rows("SELECT state FROM slots WHERE portal LIKE 'p%%'")) == {("waiting",): 2}
    assert fleet.rows("SELECT outcome, detail FROM runs") == [("degraded", "interrupted")]
    fleet.worker("second")
    runs = fleet.ended(night, "scheduler", 400)
    assert [run["outcome"] for run in runs] == ["ok", "ok"], fleet.logs()
    assert too_close(site, fleet.delay) == []
    assert set(filed(fleet.url).values()) == {1}


@pytest.mark.torture
def test_a_server_that_is_restarted_under_workers_costs_no_portal(fleet, server):
    fleet = fleet(delay=0.25)
    fleet.portals(6)
    workers = [fleet.worker("first"), fleet.worker("second")]
    fleet.ready(workers)
    night = fleet.night()
    for share in (1, 3):
        until(lambda share=share: fleet.done() >= share and fleet.crawling(), timeout=120, logs=fleet.logs)
        server.restart()
    runs = fleet.ended(night, "scheduler", 400)
    assert {run["portal"]: run["outcome"] for run in runs} == dict.fromkeys(fleet.keys, "ok"), fleet.logs()
    assert all(worker.poll() is None for worker in workers), fleet.logs()
    assert [fault for site in fleet.sites for fault in too_close(site, fleet.delay)] == []
    assert set(filed(fleet.url).values()) == {1}
    assert fleet.rows("SELECT count(*) FROM versions") == [(6 * len(fleet.years),)]


@pytest.mark.torture
def test_sixty_portals_four_workers_and_two_of_them_killed_make_the_archive_that_one_process_makes(fleet):
    fleet = fleet(delay=0.3)
    fleet.portals(60, on_one_host=6)
    alone = f"sqlite:///{fleet.folder / 'alone.sqlite3'}"
    fleet.ended(fleet.start("crawl", "--json", config=fleet.config(alone), log="alone"), "alone", 1500)
    for site in fleet.sites:
        site.seen.clear()
    begun = time.monotonic()
    workers = [fleet.worker(f"worker{number}", concurrency=2) for number in range(4)]
    nights = [fleet.night("one"), fleet.night("two")]  # two schedulers
    for victim, share in ((workers[0], 10), (workers[1], 30)):
        until(lambda share=share: fleet.done() >= share, timeout=1200, logs=fleet.logs)
        until(lambda victim=victim: fleet.slots_of(victim), timeout=120, logs=fleet.logs)
        fleet.kill(victim, with_children=victim is workers[1])
    for night, name in zip(nights, ("one", "two"), strict=True):
        fleet.ended(night, name, 1500)
    print(f"60 portals, 4 workers, 2 killed: {time.monotonic() - begun:.0f} s, {sum(len(site.seen) for site in fleet.sites)} requests")
    assert fleet.rows("SELECT state, count(*) FROM slots WHERE portal LIKE 'p%%' GROUP BY 1") == [("done", 60)], fleet.logs()
    assert [fault for site in fleet.sites for fault in too_close(site, fleet.delay)] == []
    assert filed(fleet.url) == filed(alone)
    assert len(filed(alone)) == 2 * 60 * len(fleet.years)
