"""Captures: every answer as it was received, and what of earlier answers a fetch needs to know."""

from __future__ import annotations

from storage import attachments, blobs, captures
from storage.archive.door import Door
from storage.attachments import Earlier, ReadWith
from storage.engine import reading as reads
from storage.engine import writing as writes
from storage.patience import patiently
from storage.records import Capture
from storage.types import utc


@patiently
class Captured(Door):
    """The bytes: kept whole before anything else is done with them."""

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
