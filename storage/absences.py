"""Absences: the nights on which a report was seen not to be at its place, each with its evidence, and when they are enough.

A night counts when the report's address answered a direct look with 404, 410 or a soft 404, or, where no direct look was answered, when a list that
was read well no longer shows it. A night on which we failed has no row. Rows stay when the report is seen again; counting starts anew after that.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select, update

from storage.engine import insert_new
from storage.evidence import ledger
from storage.evidence.facts import Kind
from storage.nights import night_of
from storage.places import stands_elsewhere
from storage.records import State
from storage.schema import absences, locations, reports

# The rule of the project's design (issue "An archive that can stand as evidence", 1): one night may be an accident, two weeks are none.
PROVING_NIGHTS = 3
PROVING_SPAN = timedelta(days=14)  # from the first to the last of them


def note(
    connection: Connection, report: int, url: str, at: datetime, *, capture: int | None = None, listing: int | None = None, run: int | None,
    since: datetime,
) -> None:  # fmt: skip
    """A report was not at its place tonight; a second proof of the same night joins the first, and is a further entry of the ledger.

    Args:
        capture: the answer of a direct look. listing: one that was read well and does not show it.
        since: when the report was seen last; what was noted tonight before that is refuted and gives way.
    """
    evidence = {"at": at, "capture": capture, "listing": listing, "run": run}
    night = night_of(at)
    made = insert_new(connection, absences, report=report, url=url, night=night, **evidence)
    if made is not None:
        ledger.append(connection, Kind.ABSENCE, made)
        return
    same = (absences.c.report == report, absences.c.url == url, absences.c.night == night)
    known = connection.execute(select(absences).where(*same)).one()
    if known.at > since:
        evidence = {"at": max(at, known.at), "capture": capture or known.capture, "listing": listing or known.listing, "run": run or known.run}
    if evidence != {name: known._mapping[name] for name in evidence}:
        connection.execute(update(absences).where(absences.c.id == known.id).values(**evidence))
        ledger.append(connection, Kind.ABSENCE, known.id)


def of_place(connection: Connection, report: int, url: str, *, since: datetime, listed: datetime | None = None) -> list[Row[Any]]:
    """The nights on which a report was absent from an address, oldest first.

    Args:
        since: when it was seen last; earlier nights are history.
        listed: when a list showed it last; until then only direct answers count.
    """
    here = (absences.c.report == report, absences.c.url == url, absences.c.at > since)
    found = connection.execute(select(absences).where(*here).order_by(absences.c.night))
    return [row for row in found if row.capture is not None or listed is None or row.at > listed]


def reported(connection: Connection, portal: str) -> list[int]:
    """The reports of a portal that are not withdrawn and were seen to be absent from a place since they were seen there last."""
    place = and_(locations.c.report == absences.c.report, locations.c.url == absences.c.url)
    open_ = (locations.c.portal == portal, locations.c.ended_at.is_(None), absences.c.at > locations.c.last_seen, reports.c.state != State.WITHDRAWN)
    found = select(absences.c.report).join(locations, place).join(reports, reports.c.id == absences.c.report).where(*open_)
    return list(connection.execute(found.distinct().order_by(absences.c.report)).scalars())


def standing_nowhere(*columns: Any) -> Select[Any]:
    """Columns of the nights since which reports stand nowhere: not those of an address that was left for another one."""
    place = and_(locations.c.report == absences.c.report, locations.c.url == absences.c.url)
    nights = select(*columns).join_from(absences, locations, place).join(reports, reports.c.id == absences.c.report)
    return nights.where(locations.c.ended_at.is_(None), absences.c.at > locations.c.last_seen, ~stands_elsewhere(locations))


def of_night(connection: Connection, portal: str, at: datetime) -> int:
    """How many reports of a portal were seen to stand nowhere on the night of `at`."""
    tonight = standing_nowhere(func.count(absences.c.report.distinct())).where(locations.c.portal == portal, absences.c.night == night_of(at))
    return int(connection.execute(tonight).scalar_one())


def last(connection: Connection, report: int) -> datetime | None:
    """When a report was seen to be absent last; None when it never was."""
    return connection.execute(select(absences.c.at).where(absences.c.report == report).order_by(absences.c.at.desc()).limit(1)).scalar_one_or_none()


def stood(connection: Connection, place: Row[Any]) -> timedelta:
    """How long a report stood at a place, at the last looks that found it there: since it was absent, or since it was seen there first."""
    here = (absences.c.report == place.report, absences.c.url == place.url, absences.c.at < place.last_seen)
    lost = connection.execute(select(func.max(absences.c.at)).where(*here)).scalar_one()
    begun: datetime = max(lost or place.first_seen, place.first_seen)
    seen: datetime = place.last_seen
    return seen - begun


def proven(nights: Sequence[Row[Any]]) -> bool:
    """Whether these nights are enough to say that a report stays away."""
    dates = sorted({row.night for row in nights})
    return len(dates) >= PROVING_NIGHTS and dates[-1] - dates[0] >= PROVING_SPAN


def direct(nights: Sequence[Row[Any]]) -> Row[Any] | None:
    """The last of these nights on which the address itself said so."""
    return next((row for row in reversed(nights) if row.capture is not None), None)


def in_words(nights: Sequence[Row[Any]]) -> str:
    """For a change's detail: `absent on 3 nights from 2026-03-01 to 2026-03-15, 1 of them by a direct answer`."""
    answers = sum(row.capture is not None for row in nights)
    return f"absent on {len(nights)} nights from {nights[0].night} to {nights[-1].night}, {answers} of them by a direct answer"
