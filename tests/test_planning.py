"""The plan of a night: what each portal is asked for, and whether all 3,200 portals of the registry fit a night, in flat memory. Nothing is asked."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path

import pytest
from sqlalchemy import insert

from crawler import nights
from crawler.config import Config, CrawlSection
from crawler.polite import JITTER
from crawler.urls import host_of
from scheduler import planning
from spiders.portal import Portal
from storage.engine import writing
from storage.hosts import Hosts, Standing
from storage.records import Outcome
from storage.schema import frontier

PROJECT = Path(__file__).resolve().parent.parent
DAY = timedelta(days=1)
SEASON = datetime(2026, 1, 20, 17, 0, tzinfo=UTC)
REPORTS = 6


def registered():
    """Every portal of the registry that has a home page and a code."""
    with (PROJECT / "spiders" / "registry.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if host_of(row["homepage"]) and row["code"]]
    return {
        f"d{row['code']}": Portal(
            key=f"d{row['code']}", name=row["name"], adcode=row["code"], family="static", start=(row["homepage"],), hosts=(host_of(row["homepage"]),)
        )
        for row in rows
    }


@pytest.fixture
def hosts(archive):
    opened = Hosts.open(archive.engine.url.render_as_string())
    yield opened
    opened.close()


def known(archive, keys, reports, at):
    """Reports of portals, each seen on another of the last 30 nights."""
    rows = [
        {"portal": key, "url": f"https://{key}.cn/{n}", "kind": "report", "title": f"{2012 + n % 3}年报告", "state": "done", "tries": 0,
         "fetched_at": at - (1 + n * 30 // reports) * DAY}
        for key in keys for n in range(reports)
    ]  # fmt: skip
    with writing(archive.engine) as connection:
        connection.execute(insert(frontier), rows)


def test_all_portals_of_the_registry_are_planned_over_a_season_in_flat_memory_and_fit_the_window(archive, hosts):
    portals = registered()
    assert len(portals) > 2500
    config = Config()
    known(archive, portals, REPORTS, SEASON)
    few_portals, more_portals = (dict(list(portals.items())[:number]) for number in (100, 400))
    archive.due("warm", SEASON, None)

    def peak(of):
        tracemalloc.start()
        total = planning.summary(planning.plans(archive, hosts, of, config, SEASON), of, config, SEASON)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return total, most

    _, few = peak(few_portals)
    _, many = peak(more_portals)
    total = planning.summary(planning.plans(archive, hosts, portals, config, SEASON), portals, config, SEASON)
    assert total["portals"] == len(portals)
    assert total["rotation"] <= len(portals) * REPORTS
    assert total["fits"]
    assert many - few < 3000 * 300  # what is kept of a portal is its name and some numbers, never its pages


def test_a_season_of_300_reports_a_portal_fits_every_window(archive):
    portals = registered()
    config = Config()
    share = 2 + ceil(20 / config.rotation.recent) + ceil(40 / config.rotation.middle) + ceil(240 / config.rotation.old)  # list, robots.txt, classes
    seconds = share * config.crawl.delay * (1 + JITTER / 2)
    night, lengths = date(2026, 1, 20), []
    for n in range(90):
        visited = [key for key in portals if nights.is_visited(key, night + n * DAY, config.schedule)]
        lengths.append(planning.length([(key, seconds) for key in visited], portals, config))
    window = (nights.end(night, config.schedule) - nights.begin(night, config.schedule)).total_seconds()
    assert max(lengths) <= window
    assert min(lengths) < max(lengths) / 2  # outside the season


def test_a_portal_that_is_not_visited_or_backs_off_is_asked_for_nothing(archive, hosts):
    portal = next(iter(registered().values()))
    july = datetime(2026, 7, 1, 17, 0, tzinfo=UTC)
    config = Config()
    states = set()
    for n in range(3):
        (plan,) = planning.plans(archive, hosts, {portal.key: portal}, config, july + n * DAY)
        states.add((plan.state, plan.requests > 0))
    assert states == {("tonight", True), ("resting", False)}
    for n in range(3):
        run = archive.start_run(portal.origin, SEASON + n * DAY)
        archive.finish_run(run, SEASON + n * DAY, Outcome.FAILED, {})
    (plan,) = planning.plans(archive, hosts, {portal.key: portal}, config, SEASON + 3 * DAY)
    assert (plan.state, plan.requests) == ("backing_off", 0)


@pytest.mark.parametrize(
    ("standing", "seconds"),
    [
        (Standing(), 3.0),
        (Standing(extra_delay=6.0), 9.0),
        (Standing(crawl_delay=30.0, latency=1.0), 31.0),
        (Standing(latency=5.0), 10.0),
        (Standing(latency=60.0), 75.0),
        (Standing(crawl_delay=86400.0), 3.0),
    ],
)
def test_a_host_is_planned_at_the_delay_it_taught_us(standing, seconds):
    assert planning.delay(standing, CrawlSection().delay) == seconds


def test_the_command_prints_a_line_a_portal_and_one_for_the_night(tmp_path):
    archive = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    command = [sys.executable, "-m", "app", "--archive", archive]
    subprocess.run([*command, "db", "upgrade"], check=True, cwd=PROJECT, capture_output=True)
    told = subprocess.run([*command, "plan", "--night", "2026-01-20", "--json"], check=True, cwd=PROJECT, capture_output=True, text=True)
    *portals, night = map(json.loads, told.stdout.splitlines())
    assert {row["portal"] for row in portals} >= {"qingdao", "zhucheng"}
    assert all(row["requests"] == row["lists"] + row["robots"] for row in portals)
    assert (night["portal"], night["night"], night["portals"], night["fits"]) == (None, "2026-01-20", len(portals), True)
    printed = subprocess.run([*command, "plan", "--night", "2026-01-20"], check=True, cwd=PROJECT, capture_output=True, text=True).stdout
    assert "it fits the window of 5:30:00" in printed
    assert "a silent edit is found within: recent 7 nights; middle 30 nights; old 90 nights; gone 5 nights" in printed
