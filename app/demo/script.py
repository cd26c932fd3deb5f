"""A script of nights: what stands on the replicas on each of them, from the events that really happen there.

The demo's three nights are one script (app/demo/life.py), the nights of tests/history another. The news of crawls is checked against the script
and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from app.demo import papers
from app.demo.papers import Block, Document, Edits, Shelf


class What(StrEnum):
    """What can happen on a replica."""

    PUBLISHED = "published"  # a report that was not there before
    EDITED = "edited"  # a figure was changed, and nobody said so
    REWORDED = "reworded"  # so were some words
    RETITLED = "retitled"  # so was the title, on the page and on its list
    REDATED = "redated"  # so was the date of publication
    ENCLOSED = "enclosed"  # a file beside the page; a second time: with other bytes
    MOVED = "moved"  # at another address; the old one answers 404
    DOUBLED = "doubled"  # at a second address as well, and listed twice
    UNLISTED = "unlisted"  # gone from its list only; its page answers
    REMOVED = "removed"  # gone from its list, and its page answers 404
    REDESIGNED = "redesigned"  # a list has a new layout; its articles are where they were
    FENCED = "fenced"  # a page, or the whole portal, answers with a fence in its place
    DOWN = "down"  # the whole portal answers 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happens before a night's crawl.

    Attributes:
        until: the night on which it is as if it had never happened; None: it lasts.
        document: key of the document it happens to; None where it happens to a list or to the portal.
        scope, row: the table and the row of an edited figure.
        before, after: the figure.
        words: of a rewording, those before and those after; of a file, its name and what it says; of a title, the new one.
        day: of a new date; of an address, the date in it.
    """

    night: int
    what: What
    portal: str
    until: int | None = None
    document: str | None = None
    scope: str = ""
    row: str = ""
    before: int = 0
    after: int = 0
    words: tuple[str, ...] = ()
    day: date | None = None

    def holds(self, night: int) -> bool:
        """Whether it has happened by a night and lasts still."""
        return self.night <= night and (self.until is None or night < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """Nights and events.

    Attributes:
        nights: the clock of each night's crawl, by number.
        events: in the order they happen.
        shelves: of the portals whose columns hold other documents than those of documents/shelf.yaml.
    """

    nights: Mapping[int, datetime]
    events: Sequence[Event]
    shelves: Mapping[str, Shelf] = field(default_factory=dict)

    def shelf(self, portal: str, night: int) -> list[Document]:
        """The documents that stand on a portal on a night, as they read that night; one at two addresses twice."""
        found: list[Document] = []
        for document in papers.documents(portal, self._edits(night), self.shelves.get(portal)):
            if self._stands(document, night):
                found += self._as_it_reads(document, night)
        return found

    def happened(self, night: int) -> list[Event]:
        """What is new on a night; on the first night everything is, and the list is empty unless the script says more."""
        return [event for event in self.events if event.night == night]

    def redesigned(self, portal: str, night: int) -> bool:
        """Whether the portal's lists have their new layout."""
        return self._is(What.REDESIGNED, night, portal)

    def down(self, portal: str, night: int) -> bool:
        """Whether the portal answers nothing but 503."""
        return self._is(What.DOWN, night, portal)

    def fenced(self, portal: str, night: int, document: str | None = None) -> bool:
        """Whether a fence stands in the place of the portal, or of a document's page."""
        return self._is(What.FENCED, night, portal, document)

    def _is(self, what: What, night: int, portal: str, document: str | None = None) -> bool:
        return any(event.what is what and event.portal == portal and event.document == document and event.holds(night) for event in self.events)

    def _of(self, document: Document, night: int) -> list[Event]:
        return [event for event in self.events if event.document == document.key and event.holds(night)]

    def _stands(self, document: Document, night: int) -> bool:
        published = [event.night for event in self.events if event.document == document.key and event.what is What.PUBLISHED]
        return all(first <= night for first in published) and not self._is(What.REMOVED, night, document.portal, document.key)

    def _edits(self, night: int) -> dict[str, Edits]:
        edits: dict[str, Edits] = {}
        for event in self.events:
            if event.what is What.EDITED and event.document and event.holds(night):
                edits[event.document] = (*edits.get(event.document, ()), (event.scope, event.row, event.after))
        return edits

    def _as_it_reads(self, document: Document, night: int) -> list[Document]:
        """A document after all that happened to it, at each of its addresses."""
        second: date | None = None
        for event in self._of(document, night):
            if event.what is What.REWORDED:
                document = replace(document, blocks=tuple(_reworded(block, *event.words) for block in document.blocks))
            elif event.what is What.RETITLED:
                document = replace(document, title=event.words[0], listed=event.words[0])
            elif event.what is What.REDATED and event.day:
                document = replace(document, published=event.day)
            elif event.what is What.ENCLOSED:
                document = replace(document, enclosed=(event.words[0], event.words[1]))
            elif event.what is What.MOVED and event.day:
                document = replace(document, filed=event.day)
            elif event.what is What.UNLISTED:
                document = replace(document, shown=False)
            elif event.what is What.DOUBLED:
                second = event.day
        return [document] if second is None else [document, replace(document, filed=second)]


def _reworded(block: Block, before: str, after: str) -> Block:
    return replace(block, text=block.text.replace(before, after))
