"""What tonight will ask of whom, how long it takes, and the lag it buys; nothing is asked."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crawler import nights, rotation
from crawler.config import Config
from crawler.polite import CRAWL_DELAY_LIMIT, JITTER, LATENCY_LIMIT
from crawler.urls import host_of
from scheduler import tonight
from scheduler.batches import by_host
from spiders.portal import Portal
from storage import asking
from storage.archive import Archive
from storage.hosts import Hosts, Standing

START = 4.0  # seconds a crawl process takes to begin and to end
ASKED = frozenset({"tonight", "made_up"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a portal will be asked for tonight.

    Attributes:
        state: see scheduler.tonight.states.
        lists: list pages; as many as its last walk read, at least one for each entry.
        new: pages listed and never answered. retries: pages that failed and are due again.
        shares: pages of the rotation, by class of age.
        lag: by class, the most nights a silent edit stays unseen.
        robots: robots.txt that are not known from the last day.
        delay: seconds between two requests to its host. seconds: how long it takes.
    """

    portal: str
    host: str
    state: str
    lists: int
    new: int
    retries: int
    shares: Mapping[str, int]
    lag: Mapping[str, int]
    robots: int
    delay: float

    @property
    def requests(self) -> int:
        return self.lists + self.new + self.retries + sum(self.shares.values()) + self.robots if self.state in ASKED else 0

    @property
    def seconds(self) -> float:
        return self.requests * self.delay * (1 + JITTER / 2)

    def row(self) -> dict[str, Any]:
        """As JSON has it; what is not asked tonight is told with its state and no requests."""
        asked = self.state in ASKED
        numbers = {"lists": self.lists, "new": self.new, "retries": self.retries, "rotation": sum(self.shares.values()), "robots": self.robots}
        return {
            "portal": self.portal, "host": self.host, "state": self.state, "requests": self.requests,
            **(numbers if asked else dict.fromkeys(numbers, 0)),
            "shares": dict(self.shares) if asked else {}, "lag": dict(self.lag), "delay": round(self.delay, 1), "seconds": round(self.seconds, 1),
        }  # fmt: skip


def plans(archive: Archive, hosts: Hosts, portals: Mapping[str, Portal], config: Config, at: datetime) -> Iterator[Plan]:
    """The plan of each portal, one after the other: a province's pages need not be in memory together."""
    night = nights.under_way(at, config.schedule)
    known = hosts.all()
    lists = asking.lists(archive)
    states = tonight.states(archive, portals, at, config.schedule)
    for key, portal in portals.items():
        yield one(archive, hosts, portal, config, at, night, states[key], lists.get(key, 0), known)


def one(
    archive: Archive, hosts: Hosts, portal: Portal, config: Config, at: datetime, night: date, state: str, lists: int, known: Mapping[str, Standing]
) -> Plan:
    """The plan of one portal."""
    step = nights.step(portal.key, night, config.schedule, every=portal.schedule.every, season=portal.schedule.season)
    due = archive.due(portal.key, at, None) if state in ASKED else ()
    known_pages = archive.known(portal.key) if state in ASKED else ()
    urls = {task.url for task in due}
    chosen = rotation.due(known_pages, night, config.rotation, config.schedule, step)
    host = host_of(portal.start[0])
    sites = {url.split("/", 3)[0] + "//" + url.split("/", 3)[2] for url in portal.start}
    standing = known.get(host, Standing())
    return Plan(
        portal=portal.key,
        host=host,
        state=state,
        lists=max(lists, len(portal.start)),
        new=sum(task.state == "pending" for task in due),
        retries=sum(task.state != "pending" for task in due),
        shares={name: sum(task.url not in urls for task in share) for name, share in sorted(chosen.items())},
        lag={name: max(getattr(config.rotation, name), step) for name in rotation.CLASSES},
        robots=sum(hosts.robots(site, at) is None for site in sites) if config.crawl.robots else 0,
        delay=delay(standing, config.crawl.delay),
    )


def delay(standing: Standing, configured: float) -> float:
    """Seconds between two requests to a host as it is known now."""
    latency, asked = standing.latency or 0.0, standing.crawl_delay or 0.0
    pause = min(latency, LATENCY_LIMIT) if configured else 0.0
    if asked > CRAWL_DELAY_LIMIT:  # such a host is left alone, and holds nobody up
        asked = 0.0
    return max(configured + (standing.extra_delay or 0.0), latency + max(pause, asked))


def length(found: Sequence[tuple[str, float]], portals: Mapping[str, Portal], config: Config) -> float:
    """Seconds the night takes: batches over the processes, the hosts of a batch side by side, the portals of a host one after the other.

    Parameters:
        found: portals to crawl, with the seconds of each.
    """
    seconds = dict(found)
    processes = [0.0] * config.schedule.processes
    for batch in by_host([portals[key] for key, _ in found], config.schedule.batch):
        hosts: dict[str, float] = {}
        for portal in batch:
            host = host_of(portal.start[0])
            hosts[host] = hosts.get(host, 0.0) + seconds[portal.key]
        side_by_side = _packed(sorted(hosts.values(), reverse=True), config.crawl.portals_at_once)
        heapq.heapreplace(processes, processes[0] + START + side_by_side)
    return max(processes)


def summary(found: Iterable[Plan], portals: Mapping[str, Portal], config: Config, at: datetime) -> dict[str, Any]:
    """The whole night: requests, its length, and whether it fits the window."""
    night = nights.under_way(at, config.schedule)
    totals = dict.fromkeys(("requests", "lists", "new", "retries", "rotation", "robots"), 0)
    asked: list[tuple[str, float]] = []
    for plan in found:
        if plan.state in ASKED:
            asked.append((plan.portal, plan.seconds))
            row = plan.row()
            for name in totals:
                totals[name] += row[name]
    window = (nights.end(night, config.schedule) - nights.begin(night, config.schedule)).total_seconds()
    takes = length(asked, portals, config)
    return {
        "night": night.isoformat(), "portals": len(asked), **totals, "seconds": round(takes, 1), "window": round(window, 1), "fits": takes <= window,
        "begin": nights.begin(night, config.schedule).isoformat(), "end": nights.end(night, config.schedule).isoformat(),
    }  # fmt: skip


def _packed(times: Sequence[float], workers: int) -> float:
    """How long tasks take that workers take up one after the other."""
    busy = [0.0] * workers
    for time in times:
        heapq.heapreplace(busy, busy[0] + time)
    return max(busy)
