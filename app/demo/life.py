"""The script of the demo: three nights and all that really happens in them. The news of the crawls is checked against this and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from app.demo.script import Event, Script, What

NIGHTS: Mapping[int, datetime] = {
    1: datetime(2026, 3, 28, 18, 30, tzinfo=UTC),
    2: datetime(2026, 3, 29, 18, 30, tzinfo=UTC),
    3: datetime(2026, 3, 30, 18, 30, tzinfo=UTC),
}

EVENTS = (
    Event(night=3, what=What.PUBLISHED, portal="qingdao", document="qingdao/9210044"),
    Event(
        night=3,
        what=What.EDITED,
        portal="zhucheng",
        document="zhucheng/3960042",
        scope="本行政区域",
        row="channel_website",
        before=9910,
        after=9970,
    ),
    Event(night=3, what=What.REMOVED, portal="qingyang", document="qingyang/35941"),
    Event(night=3, what=What.REDESIGNED, portal="liaoyuan"),
)

DEMO = Script(nights=NIGHTS, events=EVENTS)
