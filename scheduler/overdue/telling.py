"""What of the board is news: an organ becomes overdue, and what was overdue comes late. Each is told once, whatever the board says in between."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from crawler.config import Config
from scheduler.deadlines import Deadlines, load
from scheduler.overdue.board import board
from scheduler.overdue.cases import Case, Standing, Timely
from spiders.portal import Portal
from storage import dues
from storage.archive import Archive
from storage.engine import reading
from storage.nights import CHINA
from storage.records import Event, Origin, What


def tell(archive: Archive, deadlines: Deadlines, portals: Mapping[str, Origin], at: datetime, *, seen_within: int = 2) -> int:
    """Note an event for each report that is overdue, and for each that was and came late; of last year's reports, for older ones are no news.

    May be called every night, and by several programs: the events' keys make each of them happen once.

    Returns:
        How many events were new.
    """
    year = at.astimezone(CHINA).year - 1
    with reading(archive.engine) as connection:
        known = dues.told(connection, What.OVERDUE, [year])
        told = known - {key.replace("late ", "overdue ", 1) for key in dues.told(connection, What.LATE, [year])}
    found = []
    for case in board(archive, deadlines, portals, [year], at, seen_within=seen_within):
        if case.state is Standing.OVERDUE and f"overdue {case.id}" not in known:
            found.append(_event(case, What.OVERDUE, at))
        elif case.state is Standing.PUBLISHED and case.timely is Timely.LATE and f"overdue {case.id}" in told:
            found.append(_event(case, What.LATE, at))
    return archive.note(found) if found else 0


def tell_of(archive: Archive, config: Config, portals: Mapping[str, Portal], at: datetime) -> int:
    """The same by the rules of a configuration, of the portals there are.

    Raises:
        ConfigError: the rules are wrong.
    """
    origins = {key: portal.origin for key, portal in portals.items()}
    return tell(archive, load(config.overdue.rules), origins, at, seen_within=config.overdue.seen_within)


def _event(case: Case, kind: What, at: datetime) -> Event:
    deadline = case.deadline
    assert deadline is not None  # what is overdue or late has one
    facts = {
        "deadline": deadline.day.isoformat(), "basis": deadline.basis, "days": case.days, "detail": case.detail, "listing": case.listing,
        "claimed": None if case.report is None or case.report.claimed is None else case.report.claimed.isoformat(),
    }  # fmt: skip
    return Event(
        key=f"{kind} {case.id}", kind=kind, time=at, portal=case.portal, adcode=case.organ.adcode, year=case.year,
        report=None if case.report is None else case.report.id, issuer=case.organ.issuer, facts=facts,
    )  # fmt: skip
