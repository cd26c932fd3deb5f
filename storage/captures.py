"""Captures: what a portal answered, exactly, and how it is taken out again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from storage import blobs
from storage.errors import ArchiveError
from storage.evidence import ledger
from storage.evidence.facts import Kind
from storage.records import Capture
from storage.schema import captures
from storage.types import utc


def keep(connection: Connection, capture: Capture, packed: bytes, *, run: int | None) -> int:
    """Store bytes and row; returns the capture's id."""
    sha256 = blobs.put(connection, capture.body, packed)
    stored = connection.execute(
        insert(captures)
        .values(
            url=capture.url,
            final_url=capture.final_url,
            status=capture.status,
            headers=[list(header) for header in capture.headers],
            sha256=sha256,
            fetched_at=utc(capture.fetched_at),
            rendered=capture.rendered,
            portal=capture.portal,
            run=run,
            wire_sha256=capture.wire_sha256,
            wire_bytes=capture.wire_bytes,
            imported_from=capture.imported_from,
        )
        .returning(captures.c.id)
    )
    number = int(stored.scalar_one())
    ledger.append(connection, Kind.CAPTURE, number)
    return number


def same(connection: Connection, capture: Capture) -> list[int]:
    """Captures of that address, time and body that are in the archive already, oldest first: what an import finds again."""
    found = (
        select(captures.c.id)
        .where(
            captures.c.url == capture.url,
            captures.c.final_url.is_not_distinct_from(capture.final_url),
            captures.c.fetched_at == utc(capture.fetched_at),
            captures.c.sha256 == capture.sha256,
            captures.c.status == capture.status,
            captures.c.rendered == capture.rendered,
        )
        .order_by(captures.c.id)
    )
    return list(connection.execute(found).scalars())


def load(connection: Connection, number: int) -> Capture:
    """The capture as it was kept.

    Raises:
        ArchiveError: there is none of that number.
        CorruptCapture: its bytes are damaged.
    """
    found = row(connection, number)
    return Capture(
        url=found.url,
        final_url=found.final_url,
        status=found.status,
        headers=tuple((name, value) for name, value in found.headers),
        body=blobs.get(connection, found.sha256),
        fetched_at=found.fetched_at,
        rendered=found.rendered,
        portal=found.portal,
        wire_sha256=found.wire_sha256,
        wire_bytes=found.wire_bytes,
        imported_from=found.imported_from,
    )


def row(connection: Connection, number: int) -> Row[Any]:
    """The capture's row, without its bytes."""
    found = connection.execute(select(captures).where(captures.c.id == number)).one_or_none()
    if found is None:
        raise ArchiveError(f"no capture {number} in the archive; keep() it first")
    return found


def holding(connection: Connection, numbers: Sequence[int], sha256: str) -> int | None:
    """Which of some captures has a body of that hash; None when none has."""
    return connection.execute(select(captures.c.id).where(captures.c.id.in_(numbers), captures.c.sha256 == sha256).limit(1)).scalar_one_or_none()


def header(found: Row[Any], name: str) -> str | None:
    """The first header of that name of a capture's row, whatever its case."""
    return next((value for key, value in found.headers if key.lower() == name), None)
