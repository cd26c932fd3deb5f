"""What somebody may want to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class What(StrEnum):
    """Kinds of events. The first ten are the kinds of changes."""

    NEW = "new"
    FIGURES_CHANGED = "figures_changed"
    TEXT_CHANGED = "text_changed"
    TITLE_CHANGED = "title_changed"
    DATE_CHANGED = "date_changed"
    ATTACHMENT_CHANGED = "attachment_changed"
    MOVED = "moved"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    OVERDUE = "overdue"  # an organ's report is not there after the deadline
    LATE = "late"  # it came, after the deadline
    FINDINGS = "findings"
    INCIDENTS = "incidents"


class Sending(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"  # given up after `delivery.give_up_days`; can be sent again by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened that somebody may have subscribed to.

    Attributes:
        key: what makes this the same event: it is noted, and told, once (`change 17`, `overdue 370200 2024 青岛市人民政府`).
        kind: one of `What`.
        time: when the archive learned it, aware.
        portal: key of the portal it is about or came from; None for imports.
        adcode: of the division concerned; found by the report or the portal where it is not given.
        report: number of the report, where there is one; year, issuer, title and url are its own unless given here.
        run: the crawl that learned it, where one did.
        facts: what else is known of it, as JSON: for changes `version`, `before`, `after`, `detail`; for findings `rule`, `level`, `detail`,
            `quotes`; for incidents `incident` (its kind), `state` (opened, closed), `opened`, `detail`; for overdue and late reports `deadline`,
            `days` and `detail`.
    """

    key: str
    kind: str
    time: datetime
    portal: str | None = None
    adcode: str | None = None
    year: int | None = None
    report: int | None = None
    issuer: str | None = None
    title: str | None = None
    url: str | None = None
    run: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An event as it is told: with what the archive knows of its report and its portal.

    Attributes:
        number: its place in the order of events.
        identity: of the report, the same in every archive.
        name: of the portal.
        filling: it came with the first fill of a portal, or with an import.
    """

    number: int
    event: Event
    identity: str | None
    name: str | None
    city: str | None
    trust: str | None
    state: str | None
    published: str | None
    first_seen: datetime | None
    last_seen: datetime | None
    filling: bool
