"""Whether reports are still to be had: gone, unchanged, back again; and what the listings and looks of a whole run add up to.

Each rests on an answer of the portal or on a list that was read well, never on a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, update

from storage import absences, changes, frontier, places, readings, reports, search, shown, states, turns, unlisted
from storage import captures as captures_
from storage.records import Change, ChangeKind, State, normalised
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
    absences.note(connection, report.id, place.url, at, capture=capture, listing=listing, run=run, since=report.last_seen)
    if run is not None:
        return None  # what it adds up to is told by settle, when all is known that the run saw
    moved = _left(connection, report.id, place, portal=portal, run=run, at=at)
    return moved or next(iter(states.judge(connection, report.id, portal=portal, run=run, at=at)), None)


def settle(connection: Connection, portal: str, run: int, at: datetime, *, whole: bool) -> list[Change]:
    """See Archive.settle."""
    told: list[Change | None] = []
    tonight = shown.of_run(connection, portal, run)
    if tonight and whole:
        for old, new in unlisted.left_behind(connection, portal, tonight):
            reports.mark(connection, old.id, ended_at=at)  # until it is seen there again
            frontier.unlisted(connection, portal, [old.url], at)
            if not any(change.url == new.url for change in changes.of_report(connection, new.report, ChangeKind.MOVED)):
                told.append(_moved(connection, old, new, answer=None, portal=portal, listing=None, run=run, at=at))
        for lacking in unlisted.absent(connection, portal, tonight):
            absences.note(connection, lacking.report, lacking.url, at, listing=lacking.listing, run=run, since=lacking.last_seen)
    for report in absences.reported(connection, portal):
        gone_from = (place for place in reports.locations_of(connection, report) if place.ended_at is None and place.gone_at is not None)
        told += [_left(connection, report, place, portal=portal, run=run, at=at) for place in gone_from]
        told += states.judge(connection, report, portal=portal, run=run, at=at)
    return [change for change in told if change is not None]


def seen_since(connection: Connection, url: str, portal: str, at: datetime) -> bool:
    """See Archive.seen_since."""
    place = reports.answering(connection, url, portal)
    return place is None or at <= place.last_seen or (place.gone_at is not None and at <= place.gone_at)


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
    news = back(connection, place.report, version, url=url, portal=portal, capture=capture, run=run, at=at, seen=seen)
    late = turns.late(connection, reports.place(connection, place.id), portal=portal, run=run, at=at)
    said = None if late is None else readings.row(connection, place.reading)
    reports.learn(connection, place.report, seen, said, corrected=late is not None)
    if late is not None:
        search.follow(connection, {place.report})
    return news or late


def back(
    connection: Connection, report: int, version: Row[Any], *, url: str, portal: str | None, capture: int, run: int | None, at: datetime,
    seen: datetime, places: Sequence[Row[Any]] | None = None,
) -> Change | None:  # fmt: skip
    """A report that was missing or withdrawn stands at `url`: `restored` where it stood before, `moved` at another URL.

    Args:
        seen: when it was fetched there; a sight older than the last proof of its absence (history that comes in late) brings nothing back.
        places: where it stood before; None where that is known to be `url`.
    """
    lost = absences.last(connection, report)
    if reports.row(connection, report).state == State.ALIVE or (lost is not None and seen < lost):
        return None
    reports.set_state(connection, report, State.ALIVE)
    said: dict[str, Any] = {
        "report": report, "at": at, "portal": portal, "url": url, "run": run, "version": version.number, "after": version.number,
        "capture_after": capture,
    }  # fmt: skip
    times = states.episode(connection, report)
    old = None if not places or any(place.url == url for place in places) else places[-1]
    if old is not None:
        before, detail = reports.version_row(connection, old.version).number, f"{old.url} → {url}"
        said |= {"before": before, "capture_before": reports.shown_by(connection, old), "detail": detail}
        moved = changes.record(connection, ChangeKind.MOVED, key=f"moved {times} {url}", **said)
        return corrected(connection, moved, old, portal=portal, run=run)
    told = [change for kind in (ChangeKind.MISSING, ChangeKind.WITHDRAWN) for change in changes.of_report(connection, report, kind)]
    answer = max(told, key=lambda change: change.id).capture_after if told else None
    return changes.record(connection, ChangeKind.RESTORED, key=f"restored {times}", capture_before=answer, **said)


def _left(connection: Connection, report: int, place: Row[Any], *, portal: str, run: int | None, at: datetime) -> Change | None:
    """A place is gone: `moved`, once, where the report is known to stand at another; None where nobody knows, or it stands nowhere."""
    proof = absences.direct(absences.of_place(connection, report, place.url, since=place.last_seen))
    answering = [other for other in places.elsewhere(connection, place) if not unlisted.unanswered(connection, other)]
    if proof is None or not answering:
        return None
    return _moved(connection, place, answering[-1], answer=proof.capture, portal=portal, listing=proof.listing, run=run, at=at)


def _moved(
    connection: Connection, place: Row[Any], other: Row[Any], *, answer: int | None, portal: str, listing: int | None, run: int | None, at: datetime
) -> Change | None:
    """One of several places is left: the report has moved, where the other says the same."""
    if place.version != other.version:
        return None
    told = [change for kind in (ChangeKind.MOVED, ChangeKind.RESTORED) for change in changes.of_report(connection, place.report, kind)]
    if place.gone_at is not None and any(change.url == other.url and change.time >= place.gone_at for change in told):
        return None  # it was missing, and told to be there when it turned up
    key = moved_key(place.url, other.url)
    away = [moved_key(place.url, one.url) for one in reports.locations_of(connection, place.report)]
    if any(change.time >= place.last_seen and changes.is_same(change, left) for change in told for left in away):
        return None  # told since it was seen here last, wherever it went from there
    number = reports.version_row(connection, other.version).number
    detail = f"{place.url} → {other.url}" + ("" if answer is None else f"; capture {answer} answered {captures_.row(connection, answer).status}")
    moved = changes.record(
        connection, ChangeKind.MOVED, key=key, report=place.report, at=at, portal=portal, url=other.url, run=run, version=number, before=number,
        after=number, detail=detail, listing=listing, capture_before=reports.shown_by(connection, place),
        capture_after=reports.shown_by(connection, other), again=absences.stood(connection, place) >= turns.STOOD,
    )  # fmt: skip
    reports.learn(connection, place.report, other.last_seen, readings.row(connection, other.reading), corrected=moved is not None)
    return corrected(connection, moved, place, portal=portal, run=run)


def corrected(connection: Connection, moved: Change | None, old: Row[Any], *, portal: str | None, run: int | None) -> Change | None:
    """The change, after the title and the date that are others where the report has moved to: they would never be told otherwise.

    Args:
        old: the place it moved from.
    """
    new = None if moved is None or moved.url is None else reports.location(connection, moved.url)
    if moved is None or new is None or new.version != old.version:
        return moved
    for kind, name, was, now in (
        (ChangeKind.DATE_CHANGED, "date", old.published, new.published),
        (ChangeKind.TITLE_CHANGED, "title", old.title, new.title),
    ):
        if was is not None and now is not None and normalised(str(was)) != normalised(str(now)):
            changes.record(
                connection, kind, key=turns.fact_key(name, new.url, f"{was} → {now}"), report=old.report, at=moved.time, portal=portal, url=new.url,
                run=run, version=moved.version, before=moved.version, after=moved.version, detail=f"{was} → {now}",
                capture_before=reports.shown_by(connection, old), capture_after=reports.shown_by(connection, new),
            )  # fmt: skip
    return moved


def moved_key(old: str, new: str) -> str:
    return f"moved {old} {new}"
