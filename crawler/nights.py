"""The nights of the service and their calendar: which one is under way, when it begins and ends, which portals it visits.

A night bears the date on which it begins in `schedule.timezone`; the hours after midnight of a night that began before it belong to it, and
the day that follows as well, until the next night begins: who crawls by hand at noon does the work of the night before.

The archive counts by nights of its own, from noon to noon in China (storage/nights.py): what is entered and proven must not depend on a key of the
configuration, and what is crawled must.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crawler.config import ScheduleSection
from storage.types import utc

DAY = timedelta(days=1)


def under_way(at: datetime, schedule: ScheduleSection) -> date:
    """The night whose work is under way at a moment: the one that began last."""
    local = utc(at).astimezone(ZoneInfo(schedule.timezone))
    return local.date() if local.time() >= time.fromisoformat(schedule.start) else local.date() - DAY


def begin(night: date, schedule: ScheduleSection) -> datetime:
    """When a night begins, in UTC."""
    return datetime.combine(night, time.fromisoformat(schedule.start), ZoneInfo(schedule.timezone)).astimezone(UTC)


def end(night: date, schedule: ScheduleSection) -> datetime:
    """When a night ends, in UTC; after midnight where its end is the earlier time of day."""
    last = night if schedule.end > schedule.start else night + DAY
    return datetime.combine(last, time.fromisoformat(schedule.end), ZoneInfo(schedule.timezone)).astimezone(UTC)


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
