"""Listings and the frontier: what portals showed, and which pages are to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage import frontier, listings, presence
from storage.archive.door import Door
from storage.engine import reading as reads
from storage.engine import writing as writes
from storage.frontier import Task
from storage.listings import Listed, ShownLast
from storage.patience import patiently
from storage.records import Candidate, Listing
from storage.types import utc


@patiently
class Seen(Door):
    """What lists showed, and what is to be looked at because of it."""

    def list(self, listing: Listing, *, capture: int, run: int | None, reports: Sequence[Candidate]) -> Listed:
        """Store a listing, and note in the frontier those of its rows that may be reports.

        Returns:
            Which of them are new, which known, and which filed reports are absent although this page should show them. Absent ones are due at
            once for a direct look.

        Raises:
            ValueError: the listing has no rows.
        """
        with writes(self.engine) as connection:
            return listings.file(connection, listing, capture=capture, run=run, candidates=reports)

    def shown_last(self, portal: str, column: str, page: int) -> ShownLast | None:
        """What a page of a column showed when it was read last, with the validators of the answer that holds its bytes; None for a page that was
        never read."""
        with reads(self.engine) as connection:
            return listings.shown_last(connection, portal, column, page)

    def list_late(self, listing: Listing, *, capture: int, run: int | None) -> int:
        """Store a listing that is older than others of its page, or stored already: it is evidence, and says nothing of what is listed now.

        Returns:
            Its number.
        """
        with writes(self.engine) as connection:
            return listings.store(connection, listing, capture, run)

    def is_late(self, listing: Listing, capture: int) -> bool:
        """Whether a newer listing of that page of the column is stored, or this one itself."""
        with reads(self.engine) as connection:
            return listings.is_late(connection, listing, capture)

    def seen_since(self, url: str, portal: str, at: datetime) -> bool:
        """Whether the archive knows something as new as `at` of the report that stands at `url`, so that an answer of that time is no news; also
        when no report stands there."""
        with reads(self.engine) as connection:
            return presence.seen_since(connection, url, portal, utc(at))

    def awaits(self, url: str, portal: str, at: datetime) -> bool:
        """Whether a page is to be looked at and nothing as new as `at` is known of it."""
        with reads(self.engine) as connection:
            return frontier.awaits(connection, url, portal, utc(at))

    def due(self, portal: str, at: datetime, revisit: timedelta | None, full: bool = False) -> Sequence[Task]:
        """Pages to fetch now, newest listed first.

        Args:
            revisit: how long a known page is left alone; None when the caller chooses among the known ones.
            full: everything known, whenever it was fetched last.
        """
        with reads(self.engine) as connection:
            return frontier.due(connection, portal, utc(at), revisit, full)

    def known(self, portal: str) -> Sequence[Task]:
        """Every page that was looked at to its end, newest listed first."""
        with reads(self.engine) as connection:
            return frontier.known(connection, portal)

    def unread(self, portal: str) -> Sequence[Task]:
        """Pages a killed run kept but did not file: read `Task.captures` from the archive, without a request."""
        with reads(self.engine) as connection:
            return frontier.unread(connection, portal)

    def answered(self, url: str, portal: str, captures: Sequence[int], run: int | None, at: datetime) -> None:
        """The page at `url` (as listed) is kept, with its parts, and waits for its reading."""
        with writes(self.engine) as connection:
            frontier.answered(connection, url, portal, captures, run, utc(at))

    def failed(self, url: str, portal: str, kind: str, at: datetime, *, retry: bool = True, waits: bool = True) -> None:
        """No reading came of the page at `url`.

        Args:
            kind: the kind of error, as incidents have it.
            retry: False for an answer that will be the same tomorrow (no report, too large): then it is looked at again when known pages are.
            waits: False where the run has more to say of it at its end: one that dies before that leaves the page due at once.
        """
        with writes(self.engine) as connection:
            frontier.failed(connection, url, portal, kind, utc(at), retry=retry, waits=waits)
