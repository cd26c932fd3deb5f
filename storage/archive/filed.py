"""Filing: what was understood from captures becomes reports, versions, changes and findings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from storage import absences, comparing, filing, findings, presence, readings, states
from storage.archive.door import Door
from storage.comparing import Fingerprint
from storage.engine import reading as reads
from storage.engine import writing as writes
from storage.patience import patiently
from storage.records import Change, Finding, Reading
from storage.standing import Standing
from storage.types import utc


@patiently
class Filed(Door):
    """What is known of reports."""

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

    def unchanged(self, url: str, portal: str, capture: int, run: int | None, at: datetime) -> Change | None:
        """The portal answered 304: what was filed last still stands.

        Returns:
            A `restored` change when the report had been missing; what its page shows by now, when that has stood and was not told.
        """
        with writes(self.engine) as connection:
            return presence.unchanged(connection, url, portal, capture, run, utc(at))

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
