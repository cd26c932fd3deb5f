"""Which portals are crawled in which night: the calendar, what was missed, and how long a failing portal is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urljoin

from crawler import nights
from crawler.config import ScheduleSection
from crawler.urls import canonical
from spiders.portal import Portal
from storage import slots
from storage.archive import Archive
from storage.records import Outcome

MEMORY = timedelta(days=200)  # how far back runs are looked at; the longest back-off is shorter


def wanted(archive: Archive, portals: Iterable[Portal], at: datetime, schedule: ScheduleSection) -> set[tuple[str, date]]:
    """The slots there should be now: of each portal the newest night, up to this one, in which it is to be crawled.

    Slots are made once, so of several nights that nobody was there for one is made up, the last.
    """
    night = nights.under_way(at, schedule)
    portals = list(portals)
    outcomes = tried(archive, portals, at)
    found = set()
    for portal in portals:
        visit = nights.last_visit(portal.key, night, schedule, every=portal.schedule.every, season=portal.schedule.season)
        if not is_backing_off(outcomes.get(portal.key, ()), visit, schedule):
            found.add((portal.key, visit))
    return found


def tried(archive: Archive, portals: Iterable[Portal], at: datetime) -> dict[str, list[tuple[datetime, str]]]:
    """How the runs of portals ended lately. One that read its lists and was then shut out by the portal's host, or lost all its entries, failed."""
    return slots.outcomes(archive, at - MEMORY, {portal.key: _places(portal) for portal in portals})


def _places(portal: Portal) -> set[str]:
    """Addresses whose incidents are the whole portal's: the roots of its entries' hosts, and its entry where there is but one."""
    entries = [canonical(url) for url in portal.start]
    return {urljoin(url, "/") for url in entries} | (set(entries) if len(entries) == 1 else set())


def failures(outcomes: Sequence[tuple[datetime, str]], schedule: ScheduleSection) -> list[date]:
    """The nights, up to the last, in which all that was tried of a portal failed, without one between that went better."""
    failed: list[date] = []
    for started, outcome in reversed(outcomes):
        night = nights.under_way(started, schedule)
        if outcome != Outcome.FAILED:
            return [earlier for earlier in failed if earlier != night]
        if night not in failed:
            failed.append(night)
    return failed


def is_backing_off(outcomes: Sequence[tuple[datetime, str]], night: date, schedule: ScheduleSection) -> bool:
    """Whether a portal is left alone in a night because its runs failed: 1, 2, 4 ... nights after the last failure, at most `schedule.back_off`.

    Parameters:
        outcomes: of its runs, oldest first, as `tried` gives them.
    """
    failed = failures(outcomes, schedule)
    if not failed or night <= failed[0]:
        return False  # of a night that had its run already the slot says what is left to do
    return (night - failed[0]).days < min(1 << (len(failed) - 1), schedule.back_off)


def states(archive: Archive, portals: Mapping[str, Portal], at: datetime, schedule: ScheduleSection) -> dict[str, str]:
    """Why each portal is asked tonight or not: `tonight`, `made_up` (of an earlier night), `done`, `resting` (not its night) or `backing_off`."""
    night = nights.under_way(at, schedule)
    outcomes = tried(archive, portals.values(), at)
    made = slots.of_night(archive, night)
    open_ = slots.waiting(archive, at, timedelta(seconds=schedule.lease))
    found = {}
    for key, portal in portals.items():
        visited = nights.is_visited(key, night, schedule, every=portal.schedule.every, season=portal.schedule.season)
        if made.get(key) in {slots.DONE, slots.FAILED}:
            found[key] = "done"
        elif key in open_:
            found[key] = "tonight" if visited else "made_up"
        elif not visited:
            found[key] = "resting"
        else:
            found[key] = "backing_off" if is_backing_off(outcomes.get(key, ()), night, schedule) else "tonight"
    return found
