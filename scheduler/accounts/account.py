"""The account as one value. Every word of a portal's in it is cleaned; nothing is decided any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

COUNTS = ("requests", "not_modified", "bytes", "candidates", "captures", "listings", "new", "changed", "incidents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """One run of one portal. `seconds`: how long it took, None while it goes on or when its process died."""

    portal: str
    name: str
    outcome: str
    started: datetime
    seconds: float | None
    counts: Mapping[str, int]
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One host in all runs of the night: seconds of asking without the wait for its turn, their mean, and the longest answer."""

    host: str
    requests: int
    seconds: float
    mean: float
    slowest: float
    bytes: int
    statuses: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One change."""

    kind: str
    portal: str
    year: int | None
    title: str
    report: int
    before: int | None
    after: int | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One incident. `state`: opened or closed in this night, or going on from before it."""

    kind: str
    state: str
    portal: str | None
    url: str | None
    detail: str
    opened: datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One night.

    Attributes:
        night: as the archive counts (noon to noon in China). since, until: its span.
        at: when this account was made.
        crawls: the worst first. outcomes: how many ended how. totals: sums of their counts.
        portals: how many different ones were crawled.
        unmeasured: runs that counted nothing, since their process died: the totals are less than what was asked.
        first, last: when the night's work began and ended, as far as it ended.
        stages: seconds by what they were spent on (crawler.timing), all runs together.
        hosts: those that answered most slowly first.
        answers: how many answers were kept in each ten minutes.
        changes: as many as are told; kinds: how many there were of each kind.
        incidents: opened and closed in the night, then those that go on, as many as are told. troubles: how many of each state.
        slots: of the service. head: the line of the ledger's head. messages: alerts sent in the night, waiting and dead now.
    """

    night: date
    since: datetime
    until: datetime
    at: datetime
    crawls: tuple[Crawl, ...]
    outcomes: Mapping[str, int]
    totals: Mapping[str, int]
    portals: int
    unmeasured: int
    first: datetime | None
    last: datetime | None
    stages: Mapping[str, float]
    hosts: tuple[Asked, ...]
    answers: Mapping[datetime, int]
    changes: tuple[News, ...]
    kinds: Mapping[str, int]
    incidents: tuple[Trouble, ...]
    troubles: Mapping[str, int]
    slots: Mapping[str, int]
    head: str | None
    messages: Mapping[str, int]

    def told(self) -> dict[str, Any]:
        """For JSON: times as ISO text in UTC."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_plain(key): _plain(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else value
