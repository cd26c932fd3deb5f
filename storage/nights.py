"""Nights: what the archive counts by. A night lasts from noon to noon, China time, and bears the date of its evening."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

from storage.types import utc

CHINA = timezone(timedelta(hours=8))  # one zone, without summer time since 1991
_NOON = timedelta(hours=12)


def night_of(moment: datetime) -> date:
    """The night a moment belongs to: 20 January for all from its noon to the noon of 21 January in China.

    Raises:
        ValueError: the time names no zone.
    """
    return (utc(moment).astimezone(CHINA) - _NOON).date()


def span_of(night: date) -> tuple[datetime, datetime]:
    """When a night begins and ends, in UTC; the end belongs to the next."""
    noon = datetime.combine(night, time(12), CHINA)
    return utc(noon), utc(noon + timedelta(days=1))
