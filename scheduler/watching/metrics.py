"""Metrics in Prometheus's text format, in a registry of our own: base units, `_total` for what only grows, no label that a portal can choose.

Labels are keys of portals, kinds and states, all of which are few; addresses and titles never are.
"""

from __future__ import annotations

import importlib.metadata
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from scheduler.watching.health import Health
from scheduler.whole import write
from storage import gauges
from storage.archive import Archive
from storage.errors import ArchiveError

logger = logging.getLogger(__name__)

_SUMS = (
    ("nianbao_requests", "requests", "Requests sent to portals"),
    ("nianbao_not_modified", "not_modified", "Answers 304: reports that stand as they were"),
    ("nianbao_received_bytes", "bytes", "Bytes of bodies as they came over the wire"),
    ("nianbao_captures", "captures", "Answers kept"),
    ("nianbao_list_pages", "listings", "Pages of report columns that were read"),
)


class ArchiveMetrics(Collector):
    """What an archive says when it is asked. Asked by several at once, it answers one after the other.

    Parameters:
        health: the checks that are told as well.
    """

    def __init__(self, archive: Archive, health: Callable[[], Health]) -> None:
        self._archive = archive
        self._health = health
        self._history = gauges.History()
        self._lock = threading.Lock()

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: the archive is asked when it is scraped, not when it is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            health = self._health()
            try:
                self._history.update(self._archive)
                state = gauges.state(self._archive)
            except ArchiveError as error:  # a scrape must tell that there is no answer, and not be none
                logger.warning("the archive cannot be asked: %s", error)
                yield GaugeMetricFamily("nianbao_archive_up", "Whether the archive can be read", value=0)
                return
            yield GaugeMetricFamily("nianbao_archive_up", "Whether the archive can be read", value=1)
            yield _gauge("nianbao_healthy", "Whether a check of nianbao health is passed", "check", {c.name: int(c.ok) for c in health.checks})
            yield from _history(self._history)
            yield from _state(state)


def _history(history: gauges.History) -> Iterator[Metric]:
    runs = CounterMetricFamily("nianbao_runs", "Runs that ended, by portal and outcome", labels=["portal", "outcome"])
    for (portal, outcome), number in sorted(history.runs.items()):
        runs.add_metric([portal, outcome], number)
    yield runs
    for name, key, help_ in _SUMS:
        family = CounterMetricFamily(name, help_, labels=["portal"])
        for portal, sums in sorted(history.sums.items()):
            family.add_metric([portal], sums[key])
        yield family
    yield _counter("nianbao_run_seconds", "Time that runs took", "portal", history.seconds)
    yield _counter("nianbao_stage_seconds", "Time of runs by what it was spent on; stages overlap", "stage", history.stages)
    yield _counter("nianbao_changes", "What the archive learned", "kind", history.changes)
    yield _gauge("nianbao_portals", "Portals by the outcome of their last run", "state", Counter(history.last.values()))
    good = {portal: moment.timestamp() for portal, moment in history.good.items()}
    yield _gauge("nianbao_portal_last_success_timestamp_seconds", "End of the last run that read a list", "portal", good)
    if good:
        yield GaugeMetricFamily("nianbao_last_success_timestamp_seconds", "End of the last run of any portal that read a list", max(good.values()))


def _state(state: gauges.State) -> Iterator[Metric]:
    yield _gauge("nianbao_incidents_open", "Incidents that are open", "kind", state.incidents)
    yield _gauge("nianbao_outbox_messages", "Alerts that are not sent", "state", {"waiting": 0, "dead": 0} | dict(state.outbox))
    yield _gauge("nianbao_slots", "Slots of portals that are not done", "state", {"waiting": 0, "taken": 0} | dict(state.slots))
    yield GaugeMetricFamily("nianbao_runs_under_way", "Runs that go on", len(state.running))
    yield GaugeMetricFamily("nianbao_ledger_entries", "Entries of the ledger", state.entries)
    yield GaugeMetricFamily("nianbao_ledger_unsealed_entries", "Entries behind the last head", max(state.entries - state.sealed - 1, 0))
    if state.head is not None:
        yield GaugeMetricFamily("nianbao_ledger_head_timestamp_seconds", "When the ledger's last head was written", state.head.timestamp())
    if state.waiting_since is not None:
        oldest = state.waiting_since.timestamp()
        yield GaugeMetricFamily("nianbao_outbox_oldest_timestamp_seconds", "Since when the oldest unsent alert waits", oldest)


def registry(archive: Archive, health: Callable[[], Health], *, process: bool = False) -> CollectorRegistry:
    """Our own registry: nothing of other libraries is in it.

    Parameters:
        process: with memory, CPU and open files of this process.
    """
    made = CollectorRegistry(auto_describe=False)
    made.register(ArchiveMetrics(archive, health))
    info = GaugeMetricFamily("nianbao_build_info", "The program's version", labels=["version"])
    info.add_metric([importlib.metadata.version("nianbao")], 1)
    made.register(_Constant(info))
    if process:
        ProcessCollector(namespace="nianbao", registry=made)
    return made


def exposition(registered: CollectorRegistry) -> bytes:
    """The text of a scrape (Prometheus text format 0.0.4)."""
    return generate_latest(registered)


def keep(registered: CollectorRegistry, file: Path) -> None:
    """Write a scrape for node_exporter's textfile collector, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    write(file, exposition(registered).decode())


class _Constant(Collector):
    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def collect(self) -> Iterable[Metric]:
        return [self._metric]


def _gauge(name: str, help_: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=[label])
    for value, number in sorted(values.items()):
        family.add_metric([value], number)
    return family


def _counter(name: str, help_: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(name, help_, labels=[label])
    for value, number in sorted(values.items()):
        family.add_metric([value], number)
    return family
