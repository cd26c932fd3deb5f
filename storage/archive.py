"""The archive: everything that writes. Each method is one transaction: all of it or nothing, whatever kills the program.

A server that is restarted meanwhile is waited for; what a method was doing is then done, once.

The clock is the caller's: all times are aware and come in as arguments. What reads is in storage/queries.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine

from storage import (
    absences,
    attachments,
    blobs,
    captures,
    comparing,
    events,
    filing,
    findings,
    frontier,
    incidents,
    listings,
    opening,
    presence,
    readings,
    runs,
    states,
)
from storage.attachments import Earlier, ReadWith
from storage.comparing import Fingerprint
from storage.engine import reading as reads
from storage.engine import writing as writes
from storage.errors import ArchiveError
from storage.frontier import Task
from storage.listings import Listed, ShownLast
from storage.patience import patiently
from storage.records import Candidate, Capture, Change, Event, Finding, Listing, Origin, Outcome, Reading
from storage.standing import Standing
from storage.types import utc


@patiently
class Archive:
    """An open archive. Safe to use from several threads; other processes may have it open as well."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Self:
        """Open an archive.

        Args:
            url: SQLAlchemy URL: `sqlite:///path` or `postgresql://user@host/name`.
            create: make the folder, the file and the schema where there is none.

        Raises:
            ArchiveUnavailable: it cannot be opened, is no archive of ours, or is not there and `create` is False.
            SchemaOutdated: its schema is older or newer than this program.
        """
        return cls(opening.open_engine(url, create=create))

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def keep(self, capture: Capture, *, run: int | None = None) -> int:
        """Keep a capture: its bytes are safe when this returns.

        Returns:
            The capture's id.

        Raises:
            ValueError: `fetched_at` names no time zone.
            ArchiveUnavailable: the database refused.
        """
        utc(capture.fetched_at)
        packed = blobs.pack(capture.body)
        with writes(self.engine) as connection:
            return captures.keep(connection, capture, packed, run=run)

    def keep_again(self, capture: Capture, nth: int, *, run: int | None = None) -> tuple[int, bool]:
        """Keep a capture from elsewhere, unless it is here: the `nth` of those with its address, time and body, counted from 0.

        Returns:
            The capture's id, and whether it is new.

        Raises:
            ValueError, ArchiveUnavailable: as `keep`.
        """
        packed = blobs.pack(capture.body)
        with writes(self.engine) as connection:
            same = captures.same(connection, capture)
            return (same[nth], False) if nth < len(same) else (captures.keep(connection, capture, packed, run=run), True)

    def found(self, capture: Capture, nth: int) -> int | None:
        """The id of that capture, as `keep_again` would find it."""
        with reads(self.engine) as connection:
            same = captures.same(connection, capture)
        return same[nth] if nth < len(same) else None

    def capture(self, number: int) -> Capture:
        """The capture of that id, bytes checked against their hash.

        Raises:
            ArchiveError: there is none.
            CorruptCapture: the stored bytes are not those that were kept.
        """
        with reads(self.engine) as connection:
            return captures.load(connection, number)

    def earlier(self, url: str, portal: str) -> Earlier | None:
        """The last whole answer of a portal from that address, with its validators; for attachments, which no listing shows."""
        with reads(self.engine) as connection:
            return attachments.earlier(connection, url, portal)

    def read_with(self, capture: int) -> ReadWith:
        """What the page in `capture` was last read with."""
        with reads(self.engine) as connection:
            return attachments.read_with(connection, capture)

    def start_run(self, origin: Origin, at: datetime) -> int:
        """Open a run of a portal and note the portal's facts; a run of it that is still open was killed and is closed as failed."""
        with writes(self.engine) as connection:
            return runs.start(connection, origin, utc(at))

    def know(self, origin: Origin, at: datetime) -> None:
        """Note the facts of a portal that was never crawled, so that its captures can be read again."""
        with writes(self.engine) as connection:
            runs.known(connection, origin, utc(at))

    def bring_run(
        self, portal: str, started: datetime, finished: datetime, outcome: Outcome, counts: Mapping[str, Any], detail: str | None = None
    ) -> int:
        """A run that another archive made of a portal that is known here (`know`); returns its number. Brought twice, it is one run."""
        with writes(self.engine) as connection:
            return runs.brought(connection, portal, utc(started), utc(finished), outcome, counts, detail)

    def newer_run(self, portal: str, started: datetime) -> bool:
        """Whether a portal was crawled after that time."""
        with reads(self.engine) as connection:
            return runs.newer(connection, portal, utc(started))

    def finish_run(self, run: int, at: datetime, outcome: Outcome, counts: Mapping[str, Any], detail: str | None = None) -> None:
        """Close a run with what it counted (requests, captures, new, changed ...)."""
        with writes(self.engine) as connection:
            runs.finish(connection, run, utc(at), outcome, counts, detail)

    def origin(self, portal: str) -> Origin | None:
        """What was known of a portal at its last run, so that its captures can be read again; None when it never ran."""
        with reads(self.engine) as connection:
            return runs.origin(connection, portal)

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

    def unchanged(self, url: str, portal: str, capture: int, run: int | None, at: datetime) -> Change | None:
        """The portal answered 304: what was filed last still stands.

        Returns:
            A `restored` change when the report had been missing; what its page shows by now, when that has stood and was not told.
        """
        with writes(self.engine) as connection:
            return presence.unchanged(connection, url, portal, capture, run, utc(at))

    def failed(self, url: str, portal: str, kind: str, at: datetime, *, retry: bool = True, waits: bool = True) -> None:
        """No reading came of the page at `url`.

        Args:
            kind: the kind of error, as incidents have it.
            retry: False for an answer that will be the same tomorrow (no report, too large): then it is looked at again when known pages are.
            waits: False where the run has more to say of it at its end: one that dies before that leaves the page due at once.
        """
        with writes(self.engine) as connection:
            frontier.failed(connection, url, portal, kind, utc(at), retry=retry, waits=waits)

    def file(self, reading: Reading, *, captures: Sequence[int], portal: str | None, run: int | None = None, at: datetime) -> Change | None:
        """File a reading: report, location, version and change, whatever of these is new.

        The same captures read by the same reader are filed once. Captures read before by another reader change what the archive says of them,
        but are no news.

        Args:
            captures: ids of the page and its further parts, in the order they were read.

        Returns:
            The change, None when nothing is new. A title and a date corrected at once are two changes; the title's is returned.

        Raises:
            ArchiveError: a capture is not in the archive.
        """
        with writes(self.engine) as connection:
            return filing.file(connection, reading, captures=captures, portal=portal, run=run, at=utc(at))

    def gone(self, url: str, portal: str, capture: int, listing: int | None, run: int | None, at: datetime) -> Change | None:
        """A direct look at `url` was answered 404, 410 or a soft 404.

        Args:
            capture: that answer. listing: one that does not show the report, as further evidence.

        Returns:
            Outside a run: `missing` or `withdrawn`, once, when it stays away (storage/states.py), `moved` when it stands elsewhere. Within a run
            None: what its looks add up to is told by `settle`.
        """
        with writes(self.engine) as connection:
            return presence.gone(connection, url, portal, capture, listing, run, utc(at))

    def settle(self, portal: str, run: int, at: datetime, *, whole: bool) -> Sequence[Change]:
        """What a run's listings and direct looks add up to, at its end. Asked twice, it tells nothing twice.

        Reports whose pages gave no answer and which lists that were read well no longer show are noted as absent tonight; what is absent often and
        long enough (storage/absences.py) is `missing` or `withdrawn`; what a column at a new address lists under new URLs has `moved`.

        Args:
            whole: the run read its columns and they showed as much as was expected; otherwise its listings prove nothing, and only answers count.
        """
        with writes(self.engine) as connection:
            return presence.settle(connection, portal, run, utc(at), whole=whole)

    def absent(self, portal: str, at: datetime) -> int:
        """How many reports of a portal were seen tonight to stand nowhere."""
        with reads(self.engine) as connection:
            return absences.of_night(connection, portal, utc(at))

    def misses(self, portal: str) -> bool:
        """Whether a report of a portal is nowhere to be found: then its columns are worth reading to their end, where it may stand elsewhere.

        One that stays away is withdrawn in the end, and asks no more.
        """
        with reads(self.engine) as connection:
            return states.any_absent(connection, portal)

    def outdated(self, reader: str, portal: str | None = None) -> Sequence[tuple[int, ...]]:
        """Captures whose standing readings another reader made, oldest first. Read and file them anew before the next crawl, or what the better
        reader sees for the first time would look like a change of the portal's."""
        with reads(self.engine) as connection:
            return readings.outdated(connection, reader, portal)

    def fingerprinted(self, report: int, fingerprint: Fingerprint) -> None:
        """Keep the fingerprint of a report's text, so that its neighbours are compared without reading it again."""
        with writes(self.engine) as connection:
            comparing.keep_fingerprint(connection, report, fingerprint)

    def compared(self, report: Standing, found: Collection[Finding], checker: str, at: datetime) -> tuple[int, int]:
        """Make these the findings between a report and others, as compared by this version of the comparison with what the report says now.

        Returns:
            How many are new, and how many no longer hold and went.
        """
        with writes(self.engine) as connection:
            if comparing.compared_like(connection, report.report, checker):  # what a better comparison sees for the first time is no news
                findings.tell(connection, report.report, found, utc(at), portal=report.portal)
            counts = findings.replace_between(connection, report.report, found, utc(at))
            comparing.note(connection, report, checker)
            return counts

    def note(self, happened: Collection[Event]) -> int:
        """Note what somebody may want to be told. Changes, findings and incidents note themselves, in the transaction that writes them.

        Returns:
            How many were new: an event of a known key is passed over.
        """
        with writes(self.engine) as connection:
            return sum(events.note(connection, event) for event in happened)

    def open_incident(self, kind: str, portal: str | None, url: str | None, detail: str | None, at: datetime, run: int | None = None) -> bool:
        """An expectation failed.

        Returns:
            True when the incident is new; False when it was open, which is then noted as seen again.
        """
        with writes(self.engine) as connection:
            return incidents.note(connection, kind, portal, url, detail, utc(at), run)

    def acknowledge_incident(self, number: int, at: datetime, note: str | None = None) -> None:
        """A person knows of an incident, open or closed. It is closed by recovery alone.

        Raises:
            ArchiveError: there is no incident of that number.
        """
        with writes(self.engine) as connection:
            if not incidents.acknowledge(connection, number, utc(at), note):
                raise ArchiveError(f"no incident {number} in the archive; nianbao incidents lists those there are")

    def close_incidents(
        self,
        portal: str | None,
        at: datetime,
        *,
        kinds: Collection[str] | None = None,
        urls: Collection[str] | None = None,
        sparing: Collection[str] = (),
    ) -> int:
        """A portal recovered: close its open incidents, of these kinds and at these URLs only where given, and none of the kinds to be spared.

        Returns:
            How many were closed.
        """
        with writes(self.engine) as connection:
            return incidents.close(connection, portal, utc(at), kinds=kinds, urls=urls, sparing=sparing)
