"""The service as a process: what SIGTERM leaves behind, and two services on one archive."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
from sqlalchemy import select

from storage import queries
from storage.archive import Archive
from storage.engine import reading
from storage.schema import captures, frontier, slots
from tests.portal_site import PROJECT, Reply, Site, archive_of, column, portal_file, report

PATIENCE = 240  # seconds; machines that test are busy
YEARS = range(2010, 2020)


def start(folder, *arguments):
    environ = {name: value for name, value in os.environ.items() if not name.startswith("NIANBAO_")} | {
        "PYTHONPATH": str(PROJECT), "NIANBAO_CRAWL__DELAY": "0", "NIANBAO_CRAWL__ALLOW_PRIVATE_HOSTS": "true", "NIANBAO_SCHEDULE__BATCH": "1",
        "NIANBAO_CRAWL__TIMEOUT": "120",
    }  # fmt: skip
    command = [sys.executable, "-m", "app", "--archive", url(folder), *arguments, "--portals", str(folder / "portals")]
    with (folder / f"service-{len(list(folder.glob('service-*')))}.log").open("w") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=environ)


def url(folder):
    return f"sqlite:///{folder / 'a.sqlite3'}"


def until(holds, what):
    """Wait for something that other processes do."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def rows(folder, *what, where=True):
    with Archive.open(url(folder)) as archive, reading(archive.engine) as connection:
        return connection.execute(select(*what).where(where)).all()


def states(folder):
    """The states of the portals' slots."""
    return Counter(state for _, state in rows(folder, slots.c.portal, slots.c.state, where=slots.c.portal != "(afterwards)"))


@pytest.fixture
def running():
    """Services to be ended whatever the test comes to."""
    started = []
    yield started
    for service in started:
        if service.poll() is None:
            service.kill()
            service.wait()


def test_a_service_that_is_asked_to_stop_finishes_the_request_in_flight_and_leaves_the_rest_to_the_next_start(tmp_path, running):
    site, held, go = Site("127.0.10.1"), threading.Event(), threading.Event()

    def answer(one, path, headers):
        if path == "/nb/":
            return Reply(column(YEARS))
        if not path.startswith("/nb/t"):
            return Reply("User-agent: *", content_type="text/plain")
        if len([seen for seen in one.seen if seen.path.startswith("/nb/t")]) == 4 and not go.is_set():
            held.set()
            go.wait(PATIENCE)
        return Reply(report(int(path[5:9])))

    site.anything = answer
    portal_file(tmp_path / "portals", site)
    running.append(service := start(tmp_path, "nightly"))
    assert held.wait(PATIENCE)
    in_flight = site.seen[-1].path
    service.send_signal(signal.SIGTERM)
    until(lambda: any("SIGTERM" in log.read_text(errors="replace") for log in tmp_path.rglob("night-*.log")), "the crawl was not asked to stop")
    go.set()
    assert service.wait(PATIENCE) == 0
    asked = site.paths()
    assert asked[-1] == in_flight  # nothing was begun after it
    kept = {address for (address,) in rows(tmp_path, captures.c.url)}
    assert site.url + in_flight in kept
    assert states(tmp_path) == {"waiting": 1}
    site.seen.clear()
    running.append(again := start(tmp_path, "nightly", "--once"))
    assert again.wait(PATIENCE) == 0, (tmp_path / "service-1.log").read_text()
    assert not set(site.paths()) & set(asked[1:])  # the list apart, nothing is asked for twice
    assert Counter(state for (state,) in rows(tmp_path, frontier.c.state)) == {"done": len(YEARS)}
    site.close()


def test_two_services_on_one_archive_crawl_each_portal_once(tmp_path, running):
    sites = [Site(f"127.0.10.{number}") for number in range(11, 17)]
    for number, site in enumerate(sites):
        archive_of(site, range(2016, 2018))
        portal_file(tmp_path / "portals", site, f"toy{number}")
    Archive.open(url(tmp_path)).close()
    running += [start(tmp_path, "nightly"), start(tmp_path, "nightly")]
    until(lambda: states(tmp_path) == {"done": len(sites)}, "the portals were not all crawled")
    for service in running:
        service.send_signal(signal.SIGTERM)
    assert [service.wait(PATIENCE) for service in running] == [0, 0]
    with Archive.open(url(tmp_path)) as archive:
        found = Counter((run["portal"], run["state"]) for run in queries.runs(archive))
    assert found == {(f"toy{number}", "ok"): 1 for number in range(len(sites))}
    for site in sites:
        assert site.most_at_once == 1
        assert Counter(site.paths()) == {"/nb/": 1, "/nb/t2016.html": 1, "/nb/t2017.html": 1}
        site.close()
