"""One cell of the board: an organ and a report year, and what the archive can prove of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from crawler.reading import divisions
from scheduler.deadlines import Deadline
from storage.appearing import Appeared
from storage.dues import Known


class Standing(StrEnum):
    """The three states of the board."""

    PUBLISHED = "published"
    OVERDUE = "overdue"
    UNKNOWN = "unknown"


class Timely(StrEnum):
    """Whether a published report was on time."""

    ON_TIME = "on_time"
    LATE = "late"
    UNTELLABLE = "untellable"


class Reason(StrEnum):
    """Why a state is unknown."""

    NOT_DUE_YET = "not_due_yet"
    NO_PORTAL = "no_portal"
    NEVER_CRAWLED = "never_crawled"
    NOT_READ_SINCE = "not_read_since"  # no run since the deadline
    IN_TROUBLE = "in_trouble"  # the newest run failed, or could not read all columns
    LEFT_EARLY = "left_early"  # columns were left at a page wholly known, and what was read does not reach back far enough
    NEVER_LISTED = "never_listed"  # no earlier report of it is in these lists: this one need not be either
    LISTED_UNREAD = "listed_unread"  # the list shows a page that may be it, which was not read
    UNCLEAR = "unclear"  # a document that may be it, or may hold it
    MIRROR_ONLY = "mirror_only"
    NOT_SEEN_SINCE = "not_seen_since"  # the organ itself: it may be no more


@dataclass(slots=True, kw_only=True)
class Organ:
    """Who must report.

    Attributes:
        key: the same for the same organ every night.
        who: government, department or township.
        issuer: its name on its newest report known at the time; of a government without one, the name of its portal.
        home: portals of its division, by key.
        official, copies: its reports by year.
    """

    key: str
    who: str
    issuer: str
    level: str | None
    adcode: str
    city: str | None
    home: tuple[str, ...]
    official: dict[int, list[Known]] = field(default_factory=dict)
    copies: dict[int, list[Known]] = field(default_factory=dict)

    def before(self, year: int) -> int | None:
        """The last report year before that one of which the archive has its report."""
        return max((known for known in self.official if known < year), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What the board says of an organ's report of a year.

    Attributes:
        organ, year, deadline: who owes what by when; no deadline where no rule makes it report (then it is told only because it did).
        at: as of when.
        reason, detail: why it is unknown; what else a reader should know.
        report: its own, or the copy that a mirror has.
        appeared: between which moments it came to stand there.
        timely, timely_by: for published reports; by what: `seen` (a list or capture of ours) or `claimed` (the date on the page alone).
        days: an overdue report: days between deadline and the list that lacks it. One that is late: days between deadline and its earliest
            possible (seen) or claimed date.
        listing, capture, read_at: the list that lacks it, the sha256 of its bytes, when it was read.
        portal: where it stands, or where the list is.
    """

    organ: Organ
    year: int
    deadline: Deadline | None
    at: datetime
    state: Standing
    reason: Reason | None = None
    detail: str | None = None
    report: Known | None = None
    appeared: Appeared | None = None
    timely: Timely | None = None
    timely_by: str | None = None
    days: int | None = None
    listing: int | None = None
    capture: str | None = None
    read_at: datetime | None = None
    portal: str | None = None

    @property
    def id(self) -> str:
        return f"{self.organ.adcode} {self.year} {self.organ.key}"

    def plain(self) -> dict[str, Any]:
        """For JSON: times as ISO text in UTC, dates as ISO text, what is not known as None."""
        division = divisions.by_code(self.organ.adcode)
        return {
            "id": self.id, "time": _iso(self.at), "kind": self.organ.who, "report": None if self.report is None else self.report.id,
            "portal": self.portal, "adcode": self.organ.adcode, "year": self.year, "state": str(self.state),
            "reason": None if self.reason is None else str(self.reason), "detail": self.detail, "issuer": self.organ.issuer,
            "level": self.organ.level, "city": self.organ.city or (None if division is None else division.name),
            "deadline": None if self.deadline is None else self.deadline.day.isoformat(),
            "basis": None if self.deadline is None else self.deadline.basis, "binds": None if self.deadline is None else self.deadline.binds,
            "days": self.days, "timely": None if self.timely is None else str(self.timely), "timely_by": self.timely_by,
            "claimed": _claimed(self.report), **(self.appeared or Appeared()).plain(), "listing": self.listing, "capture": self.capture,
            "read_at": _iso(self.read_at), "report_state": None if self.report is None else str(self.report.state),
            "title": None if self.report is None else self.report.title,
        }  # fmt: skip


def _claimed(report: Known | None) -> str | None:
    day: date | None = None if report is None else report.claimed
    return None if day is None else day.isoformat()


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
