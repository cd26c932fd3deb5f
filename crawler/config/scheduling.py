"""When the service crawls, and how often known reports are looked at again."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from crawler.config.problems import in_quotes
from crawler.config.section import Section

CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
SEASON = re.compile(r"(\d\d-\d\d)\.\.(\d\d-\d\d)")


class RotationSection(Section):
    """Within how many nights each known report is looked at again: the longest time a silent edit stays unseen."""

    recent: int = Field(7, ge=1, le=3650, description="Nights, for reports of the last two years and those whose year is not known")
    middle: int = Field(30, ge=1, le=3650, description="Nights, for reports of the four years before")
    old: int = Field(90, ge=1, le=3650, description="Nights, for older reports")
    gone: int = Field(5, ge=1, le=3650, description="Nights, for pages that were not there when they were last asked for")
    whole: int = Field(90, ge=1, le=3650, description="Nights after which a page is asked for without validators, whatever they say")


class ScheduleSection(Section):
    timezone: str = Field("Asia/Shanghai", description="Time zone of the nights, of `start`, `end` and `season`")
    start: str = Field("01:00", description="When a night begins (HH:MM)")
    end: str = Field("06:30", description="When a night ends: nothing is begun after it (HH:MM)")
    season: tuple[str, ...] = Field(
        ("01-20..01-31", "03-20..04-05"), description="Nights, by the dates of their evenings (MM-DD..MM-DD), in which every portal is crawled"
    )
    sparse: int = Field(3, ge=1, le=90, description="Outside the season a portal is crawled every so many nights")
    back_off: int = Field(8, ge=1, le=90, description="Longest wait, in nights, between two tries of a portal whose runs fail")
    processes: int = Field(2, ge=1, le=64, description="Crawl processes side by side")
    batch: int = Field(32, ge=1, le=500, description="Most portals crawled by one process; those of one host always go together")
    lease: float = Field(300.0, ge=5, description="Seconds after which a portal taken by a scheduler that fell silent is taken by another")
    queue: bool = Field(False, description="`nianbao nightly` crawls nothing itself: it hands portals to `nianbao worker`s; needs PostgreSQL")

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("is no time zone; Asia/Shanghai is one") from None
        return name

    @field_validator("start", "end", mode="before")
    @classmethod
    def _is_in_quotes(cls, given: Any) -> Any:
        return in_quotes(given)

    @field_validator("start", "end")
    @classmethod
    def _is_clock_time(cls, text: str) -> str:
        if not CLOCK_TIME.fullmatch(text):
            raise ValueError('must be a time of day in quotes: "01:00"')
        return text

    @field_validator("season")
    @classmethod
    def is_season(cls, spans: tuple[str, ...]) -> tuple[str, ...]:
        for span in spans:
            found = SEASON.fullmatch(span)
            if not found:
                raise ValueError(f"{span!r} must be two days: 01-20..01-31")
            for day in found.groups():
                date.fromisoformat(f"2024-{day}")  # a leap year
        return spans
