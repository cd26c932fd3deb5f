"""The nights of the service and their calendar: which one is under way, when it begins and ends, which portals it visits.

A night bears the date of its evening: one that begins at 20:00 of the 20th or at 01:00 of the 21st, in `schedule.timezone`, is the night of the 20th.
The day that follows belongs to it as well, until the next night begins: who crawls by hand in the afternoon does the work of the night before.

The archive counts by nights of its own, from noon to noon in China (storage/nights.py), and names them alike: what is entered and proven must not
depend on a key of the configuration, and what is crawled must.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crawler.config import ScheduleSection
from storage.types import utc

DAY = timedelta(days=1)
_NOON = time(12)


def under_way(at: datetime, schedule: ScheduleSection) -> date:
    """The night whose work is under way at a moment: the one that began last."""
    local = utc(at).astimezone(ZoneInfo(schedule.timezone))
    begun = local.date() if local.time() >= time.fromisoformat(schedule.start) else local.date() - DAY
    return begun - _into_the_night(schedule)


def begin(night: date, schedule: ScheduleSection) -> datetime:
    """When a night begins, in UTC."""
    first = night + _into_the_night(schedule)
    return datetime.combine(first, time.fromisoformat(schedule.start), ZoneInfo(schedule.timezone)).astimezone(UTC)


def end(night: date, schedule: ScheduleSection) -> datetime:
    """When a night ends, in UTC: the next time after its beginning that the clock shows its end."""
    first = night + _into_the_night(schedule)
    last = first if schedule.end > schedule.start else first + DAY
    return datetime.combine(last, time.fromisoformat(schedule.end), ZoneInfo(schedule.timezone)).astimezone(UTC)


def _into_the_night(schedule: ScheduleSection) -> timedelta:
    """Between a night's date and the date on which its work begins: a day, where that is after midnight."""
    return DAY if time.fromisoformat(schedule.start) < _NOON else timedelta()


def in_season(night: date, season: Sequence[str]) -> bool:
    """Whether a night is one of the season's (`01-20..01-31`); a span may pass over the new year."""
    day = f"{night:%m-%d}"
    for span in season:
        first, last = span.split("..")
        if first <= day <= last if first <= last else day >= first or day <= last:
            return True
    return False


def is_visited(key: str, night: date, schedule: ScheduleSection, *, every: int | None = None, season: Sequence[str] = ()) -> bool:
    """Whether a portal is crawled in a night.

    Parameters:
        key: the portal's; by its hash the portals spread evenly over the nights.
        every: nights between two visits outside the season, where the portal's file says so.
        season: spans of the portal's own, in which it is visited every night as well.
    """
    if in_season(night, schedule.season) or in_season(night, season):
        return True
    return (night.toordinal() + zlib.crc32(key.encode())) % (every or schedule.sparse) == 0


def last_visit(key: str, night: date, schedule: ScheduleSection, *, every: int | None = None, season: Sequence[str] = ()) -> date:
    """The newest night up to this one in which a portal is crawled."""
    while not is_visited(key, night, schedule, every=every, season=season):
        night -= DAY
    return night


def step(key: str, night: date, schedule: ScheduleSection, *, every: int | None = None, season: Sequence[str] = ()) -> int:
    """Nights from this one to the portal's next visit; what is not asked for tonight waits that long."""
    following = night + DAY
    while not is_visited(key, following, schedule, every=every, season=season):
        following += DAY
    return (following - night).days
