"""The script of the demo: three nights and all that really happens in them. The news of the crawls is checked against this and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from app.demo import papers
from app.demo.papers import Document, Edits


class What(StrEnum):
    """What can happen on a replica."""

    PUBLISHED = "published"  # a report that was not there before
    EDITED = "edited"  # a figure was changed, and nobody said so
    REMOVED = "removed"  # gone from its list, and its page answers 404
    REDESIGNED = "redesigned"  # a list has a new layout; its articles are where they were


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happens before a night's crawl.

    Attributes:
        document: key of the document it happens to; None where it happens to a list.
        scope, row: the table and the row of an edited figure.
        before, after: the figure.
    """

    night: int
    what: What
    portal: str
    document: str | None = None
    scope: str = ""
    row: str = ""
    before: int = 0
    after: int = 0


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


def shelf(portal: str, night: int) -> list[Document]:
    """The documents that stand on a portal on a night, as they read that night."""
    return [document for document in papers.documents(portal, _edits(night)) if _stands(document, night)]


def redesigned(portal: str, night: int) -> bool:
    """Whether the portal's lists have their new layout."""
    return any(event.what is What.REDESIGNED and event.portal == portal for event in _until(night))


def happened(night: int) -> list[Event]:
    """What is new on a night; on the first night everything is, and the list is empty."""
    return [event for event in EVENTS if event.night == night]


def _until(night: int) -> list[Event]:
    return [event for event in EVENTS if event.night <= night]


def _stands(document: Document, night: int) -> bool:
    for event in EVENTS:
        if event.document == document.key and event.what is What.PUBLISHED and event.night > night:
            return False
        if event.document == document.key and event.what is What.REMOVED and event.night <= night:
            return False
    return True


def _edits(night: int) -> dict[str, Edits]:
    edits: dict[str, Edits] = {}
    for event in _until(night):
        if event.what is What.EDITED and event.document:
            edits[event.document] = (*edits.get(event.document, ()), (event.scope, event.row, event.after))
    return edits
