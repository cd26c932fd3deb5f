"""Runs that are brought along: what their lists showed, what direct looks were answered, and what both add up to when a run is over.

A crawl tells what is gone when all its pages are filed, because a page may have moved; so does an import.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime

from app.importing.found import Found, Item
from app.importing.steps import Settle, listing_rows
from app.importing.telling import Teller
from app.importing.trusting import Portals
from crawler import gate
from crawler.errors import CrawlError, SoftNotFound
from spiders import candidates
from spiders.columns import page_of, rows_of
from spiders.families import telling
from storage.archive import Archive
from storage.records import Candidate, Capture, Listing, Outcome

Night = tuple[int, int]
"""A run: the source, and its number there."""


class Nights:
    """What is known of each run, while its answers come in.

    Parameters:
        load: gives an answer with its body. keep: the number of its capture in the archive, where it is kept if it was not.
    """

    def __init__(
        self, archive: Archive, found: Found, portals: Portals, load: Callable[[Item], Capture], keep: Callable[[Item], int], teller: Teller
    ) -> None:  # fmt: skip
        self._archive, self._found, self._portals, self._load, self._keep, self._teller = archive, found, portals, load, keep, teller
        self._numbered = {(item.source, item.facts.capture): item for item in found.items if item.facts is not None}
        self._runs: dict[Night, int] = {}  # in the archive
        self._known_portals: set[str] = set()
        self._listed: Counter[Night] = Counter()  # listings read
        self._absent: dict[Night, dict[str, int]] = defaultdict(dict)  # URLs that a listing lacked, and which
        self._awaited: dict[tuple[Night, str], bool] = {}  # by run and URL: whether what a look tells is news
        self._failed: set[tuple[Night, str]] = set()
        self._answered_absent: set[tuple[Night, str]] = set()
        self._gone: dict[Night, list[tuple[Item, int, str]]] = defaultdict(list)  # looks that found nothing, told at the end: capture, portal
        self._columns: dict[str, set[str]] = defaultdict(set)
        for item in found.items:
            for listing in item.facts.listings if item.facts else ():
                if key := portals.of(item.address, item.facts.portal if item.facts else None):
                    self._columns[key].add(listing.column)

    def know(self, portal: str, at: datetime) -> None:
        """Note the facts of a portal, once."""
        origin = self._portals.origin(portal)
        if portal not in self._known_portals and origin is not None:
            self._known_portals.add(portal)
            self._archive.know(origin, at)

    def run_of(self, item: Item) -> int | None:
        """The run of ours that kept an answer, brought along; only for a portal that there is a file for."""
        number = item.facts.run if item.facts else None
        if number is None or (told := self._found.runs.get((item.source, number))) is None:
            return None
        night = (item.source, number)
        if night not in self._runs:
            if self._portals.of(item.address, told.portal) != told.portal:
                return None
            self.know(told.portal, told.started)
            counts = dict(told.counts) if told.whole else {**told.counts, "columns_unread": max(1, told.counts.get("columns_unread", 1))}
            finished, outcome = (told.finished, told.outcome) if told.finished else (told.started, Outcome.FAILED)
            self._runs[night] = self._archive.bring_run(told.portal, told.started, finished, Outcome(outcome), counts, told.detail)
        return self._runs[night]

    def notice(self, item: Item, number: int, portal: str) -> None:
        """What an answer says without being read as a report: the rows of a list, that nothing changed, that nothing is there.

        Args:
            number: of the capture.
        """
        capture, told = item.capture, item.facts
        for listing in told.listings if told else ():
            whole = item if listing.confirms is None else self._numbered.get((item.source, listing.confirms))
            if whole is None:
                self._teller.failed(item, f"listing: the capture {listing.confirms} that it confirms is not there", "listing")
                continue
            self._list(item, whole, number, Listing(
                portal=portal, column=listing.column, page=listing.page, last=listing.last, read_at=listing.read_at,
                rows=tuple(Candidate(url=url, title=title, listed=listed, issuer=issuer) for url, title, listed, issuer in listing.rows),
                confirms=None if whole is item else self._keep(whole),
            ), listing_rows(listing))  # fmt: skip
        if told and (told.listings or told.readings):
            return
        if capture.status != 304:
            self._look(item, number, portal)
        elif not self._archive.seen_since(capture.url, portal, capture.fetched_at):
            self._teller.learned(item, self._archive.unchanged(capture.url, portal, number, self.run_of(item), capture.fetched_at))

    def _look(self, item: Item, number: int, portal: str) -> None:
        """A direct look at a report's address: refused, or answered with nothing; that counts when asked twice in a run that read the lists."""
        capture, night = item.capture, _night(item)
        if night is None:
            return
        key = (night, capture.url)
        if key not in self._awaited:  # asked before the first look of a run is noted: the second may be of the same moment
            self._awaited[key] = self._archive.awaits(capture.url, portal, capture.fetched_at)
        if not self._awaited[key]:
            return
        try:
            gate.check(self._load(item), expected="report", origin=self._portals.origin(portal))
        except CrawlError as error:
            if key not in self._failed:
                self._failed.add(key)
                retry = error.retry or isinstance(error, SoftNotFound)
                self._archive.failed(capture.url, portal, error.kind, capture.fetched_at, retry=retry)
            if not self._listed[night] or not gate.speaks_of_absence(error):
                return
            if key in self._answered_absent:
                self._gone[night].append((item, number, portal))
            self._answered_absent.add(key)

    def _list(self, item: Item, whole: Item, number: int, listing: Listing, rows: list[tuple[str, str, str | None, str | None]]) -> None:
        """A page of a column is a listing again, if it shows these rows to the family that reads it today.

        Args:
            whole: the answer that holds the page's bytes: the item itself, or an earlier one that it confirms.
        """
        family = self._portals.family(listing.portal)
        try:
            with telling(item.address):
                shown = rows_of(family, page_of(self._load(whole), listing.column, listing.page))
        except CrawlError as error:
            self._teller.failed(item, f"listing: its rows cannot be read: {error.detail}", "listing")
            return
        if [(row.url, row.title, row.listed.isoformat() if row.listed else None, row.issuer) for row in shown] != rows:
            self._teller.failed(item, f"listing: the page does not show the {len(rows)} rows that the metadata tells of", "listing")
            return
        night, run = _night(item), self.run_of(item)
        if self._archive.is_late(listing, number):
            self._archive.list_late(listing, capture=number, run=run)
        else:
            reports = candidates.of(listing.rows, self._portals.portal(listing.portal), columns=self._columns[listing.portal])
            listed = self._archive.list(listing, capture=number, run=run, reports=reports)
            if night is not None:
                self._absent[night] |= dict.fromkeys(listed.absent, listed.id)
        if night is not None:
            self._listed[night] += 1

    def settle(self, step: Settle) -> None:
        """What a run's looks and lists add up to, as at its end. One that was cut short never came to that."""
        night = (step.source, step.run)
        run, told = self._runs.get(night), self._found.runs[night]
        if run is None or not told.counts or told.detail is not None or told.finished is None:
            return
        self._conclude(night, run, told.finished)
        if not self._listed[night] or self._archive.newer_run(told.portal, told.started):
            return  # older than another one here: it proves nothing of today
        path = next(item.path for item in self._found.items if item.source == step.source)
        for change in self._archive.settle(told.portal, run, told.finished, whole=told.whole and told.lists_whole):
            self._teller.settled(path, change)

    def rest(self) -> None:
        """Looks of runs that the source tells nothing more of; after all steps."""
        for night in [night for night in self._gone if night not in self._found.runs]:
            self._conclude(night, None, None)

    def _conclude(self, night: Night, run: int | None, at: datetime | None) -> None:
        for item, number, portal in self._gone.pop(night, ()):
            url, fetched_at = item.capture.url, item.capture.fetched_at
            if not self._archive.seen_since(url, portal, fetched_at):
                change = self._archive.gone(url, portal, number, self._absent[night].get(url), run, at or fetched_at)
                self._teller.learned(item, change)


def _night(item: Item) -> Night | None:
    return (item.source, item.facts.run) if item.facts is not None and item.facts.run is not None else None
