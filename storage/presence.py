"""Whether reports are still to be had: gone, unchanged, back again. Each is an answer of the portal to a direct look, never a guess."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, update

from storage import captures as captures_
from storage import changes, frontier, reports
from storage.records import Change, ChangeKind, State
from storage.schema import locations, versions


def gone(connection: Connection, url: str, portal: str, capture: int, listing: int | None, run: int | None, at: datetime) -> Change | None:
    """See Archive.gone."""
    place = reports.answering(connection, url, portal)
    frontier.gone(connection, url, portal, run, at)
    if place is None:
        return None
    if place.gone_at is None:
        reports.mark(connection, place.id, gone_at=at)
    report = reports.row(connection, place.report)
    version = reports.version_row(connection, place.version)
    said: dict[str, Any] = {
        "report": report.id, "at": at, "portal": portal, "run": run, "version": version.number, "before": version.number, "listing": listing,
        "capture_before": version.capture, "capture_after": capture,
    }  # fmt: skip
    others = [other for other in reports.locations_of(connection, report.id) if other.ended_at is None and other.gone_at is None]
    if others:
        return _moved(connection, place, others[-1], said)
    if report.state != State.ALIVE:
        return None
    reports.set_state(connection, report.id, State.MISSING)
    answer = captures_.row(connection, capture)
    detail = f"answered {answer.status}" + ("" if listing is None else f", and listing {listing} does not show it")
    times = len(changes.of_report(connection, report.id, ChangeKind.MISSING))
    return changes.record(connection, ChangeKind.MISSING, key=f"missing {times + 1}", url=url, detail=detail, **said)


def unchanged(connection: Connection, url: str, portal: str, capture: int, run: int | None, at: datetime) -> Change | None:
    """See Archive.unchanged."""
    frontier.unchanged(connection, url, portal, run, at)
    place = reports.answering(connection, url, portal)
    if place is None:
        return None
    seen = max(at, place.last_seen)
    connection.execute(update(locations).where(locations.c.id == place.id).values(last_seen=seen, gone_at=None))
    version = reports.version_row(connection, place.version)
    connection.execute(update(versions).where(versions.c.id == version.id).values(last_seen=max(seen, version.last_seen)))
    reports.learn(connection, place.report, seen)
    return back(connection, place.report, version, url=url, portal=portal, capture=capture, run=run, at=at, moved=False)


def back(
    connection: Connection, report: int, version: Row[Any], *, url: str, portal: str | None, capture: int, run: int | None, at: datetime, moved: bool
) -> Change | None:
    """A report stands at `url`: where it was missing, it is back: `restored` where it stood, `moved` at another URL."""
    if reports.row(connection, report).state == State.ALIVE:
        return None
    reports.set_state(connection, report, State.ALIVE)
    times = len(changes.of_report(connection, report, ChangeKind.MISSING))
    kind, key = (ChangeKind.MOVED, f"moved {times} {url}") if moved else (ChangeKind.RESTORED, f"restored {times}")
    return changes.record(
        connection, kind, key=key, report=report, at=at, portal=portal, url=url, run=run, version=version.number, after=version.number,
        capture_after=capture,
    )  # fmt: skip


def _moved(connection: Connection, place: Row[Any], other: Row[Any], said: dict[str, Any]) -> Change | None:
    """One of several places is gone: the report has moved, where the other says the same."""
    if place.version != other.version:
        return None
    return changes.record(
        connection, ChangeKind.MOVED, key=moved_key(place.url, other.url), url=other.url, after=said["before"], detail=f"{place.url} → {other.url}",
        **said,
    )  # fmt: skip


def moved_key(old: str, new: str) -> str:
    return f"moved {old} {new}"
