"""Whether nights go on as they should: what a supervisor, a container or a person asks first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crawler.config import Config
from scheduler.alerts.views import beijing, cleaned
from storage import gauges
from storage.archive import Archive
from storage.errors import ArchiveError

SEAL_WITHIN = timedelta(hours=3)  # from the end of a run to the head that covers it: a batch may take long behind it
DETAIL = 300  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question. `detail` says how things stand when all is well, and what is wrong when not."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The answers."""

    at: datetime
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def told(self) -> dict[str, Any]:
        """For JSON."""
        checks = [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in self.checks]
        return {"time": self.at.isoformat(timespec="seconds"), "status": "ok" if self.ok else "failing", "checks": checks}


def of_archive(open_archive: Callable[[], Archive], config: Config, at: datetime) -> Health:
    """Ask an archive.

    Parameters:
        open_archive: opens it, or hands over one that is open.
        at: the time of asking.
    """
    try:
        archive = open_archive()
        state, good = gauges.state(archive), gauges.last_good(archive)
        ended = gauges.last_ended(archive, at - SEAL_WITHIN)
    except ArchiveError as error:
        return Health(at=at, checks=(Check(name="archive", ok=False, detail=cleaned(error, DETAIL)),))
    checks = (
        Check(name="archive", ok=True, detail="it can be read"),
        _night(state, good, config, at),
        _runs(state, config, at),
        _steps(state),
        _outbox(state),
        _ledger(state, ended),
    )
    return Health(at=at, checks=checks)


def _night(state: gauges.State, good: datetime | None, config: Config, at: datetime) -> Check:
    hours = config.watch.night_hours or 24 * config.schedule.sparse + 12
    since = good or state.begun
    if since is None:
        return Check(name="night", ok=True, detail="nothing was to be crawled yet")
    said = f"a portal was read last on {beijing(good)}" if good else f"no portal was ever read, since {beijing(since)}"
    late = at - since > timedelta(hours=hours)
    return Check(name="night", ok=not late, detail=f"{said} (Beijing time)" + (f", more than {hours:g} hours ago" if late else ""))


def _runs(state: gauges.State, config: Config, at: datetime) -> Check:
    stuck = [portal for portal, started in state.running if at - started > timedelta(hours=config.watch.run_hours)]
    if not stuck:
        return Check(name="runs", ok=True, detail=f"{len(state.running)} go on")
    return Check(name="runs", ok=False, detail=_cut(f"{len(stuck)} go on for more than {config.watch.run_hours:g} hours: {', '.join(stuck)}"))


def _steps(state: gauges.State) -> Check:
    if not state.own:
        return Check(name="steps", ok=True, detail="nothing of our own is broken that nobody knows of")
    return Check(name="steps", ok=False, detail=_cut("; ".join(f"{kind}: {detail or '-'}" for kind, detail in state.own)))


def _outbox(state: gauges.State) -> Check:
    dead, waiting = state.outbox.get("dead", 0), state.outbox.get("waiting", 0)
    said = f"{waiting} messages wait" + (f", the oldest since {beijing(state.waiting_since)}" if state.waiting_since else "")
    if not dead:
        return Check(name="outbox", ok=True, detail=said)
    return Check(name="outbox", ok=False, detail=f"{dead} messages were given up: nianbao alerts log, nianbao alerts send --dead; {said}")


def _ledger(state: gauges.State, ended: datetime | None) -> Check:
    unsealed = state.entries - state.sealed
    if ended is not None and unsealed > 1 and not state.running and (state.head is None or state.head < ended):
        return Check(name="ledger", ok=False, detail=f"{unsealed} entries have no head, although a run ended on {beijing(ended)} (Beijing time)")
    return Check(name="ledger", ok=True, detail=f"{state.entries} entries, {max(unsealed - 1, 0)} behind the last head")


def _cut(said: str) -> str:
    return cleaned(said, DETAIL)
