"""Runs, incidents and events: how crawls went, what failed, what somebody may want to be told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from storage import events, incidents, runs
from storage.archive.door import Door
from storage.engine import reading as reads
from storage.engine import writing as writes
from storage.errors import ArchiveError
from storage.patience import patiently
from storage.records import Event, Origin, Outcome
from storage.types import utc


@patiently
class Crawled(Door):
    """What is noted of crawls and of their failures."""

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

    def note(self, happened: Collection[Event]) -> int:
        """Note what somebody may want to be told. Changes, findings and incidents note themselves, in the transaction that writes them.

        Returns:
            How many were new: an event of a known key is passed over.
        """
        with writes(self.engine) as connection:
            return sum(events.note(connection, event) for event in happened)
