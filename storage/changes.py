"""Changes: what the archive learned, each piece of news once.

What happens again is news again: a figure corrected, set back and corrected once more has changed three times. But a server that serves an old and a
new copy in turn changes nothing: the same change is told again only when what it replaces had stood, or when it stands itself (storage/turns.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from storage import events
from storage.engine import insert_new
from storage.evidence import ledger
from storage.evidence.facts import Kind
from storage.records import Change, ChangeKind, Event
from storage.schema import changes


def record(
    connection: Connection,
    kind: ChangeKind,
    *,
    key: str,
    report: int,
    at: datetime,
    portal: str | None,
    url: str | None,
    run: int | None,
    version: int | None = None,
    before: int | None = None,
    after: int | None = None,
    detail: str | None = None,
    capture_before: int | None = None,
    capture_after: int | None = None,
    listing: int | None = None,
    again: bool = False,
) -> Change | None:
    """Append a change, and the event that tells of it.

    Args:
        key: what makes this the same news: the second change with a report's key is not written, unless it is told `again`.
        version, before, after: version numbers.
        again: this is news however often it was told before.

    Returns:
        The change; None when it was told before.
    """
    key = f"{report} {_short(key)}"
    if again and (told := _times(connection, report, key)):
        key = f"{key} again {told}"
    number = insert_new(
        connection, changes, key=key, time=at, kind=kind, report=report, portal=portal, version=version, before=before,
        after=after, url=url, detail=detail, capture_before=capture_before, capture_after=capture_after, listing=listing, run=run,
    )  # fmt: skip
    if number is None:
        return None
    ledger.append(connection, Kind.CHANGE, number)
    said = {"version": version, "before": before, "after": after, "detail": detail}
    events.note(connection, Event(key=f"change {number}", kind=kind, time=at, portal=portal, report=report, url=url, run=run, facts=said))
    return Change(id=number, time=at, kind=kind, report=report, portal=portal, version=version, before=before, after=after, url=url, detail=detail)


def _times(connection: Connection, report: int, key: str) -> int:
    """How often this was told. Not by LIKE: SQLite's takes "a" for "A", and titles and addresses differ in that."""
    keys = connection.execute(select(changes.c.key).where(changes.c.report == report)).scalars()
    return sum(told == key or told.startswith(f"{key} again ") for told in keys)


def _short(key: str) -> str:
    """Long keys (two titles, two addresses) by their hash: PostgreSQL indexes no text above 2,700 bytes."""
    return key if len(key) <= 200 else f"{key.split(maxsplit=1)[0]} {hashlib.sha256(key.encode()).hexdigest()}"


def is_same(change: Row[Any], key: str) -> bool:
    """Whether a change is that piece of news, the first time or again."""
    key = f"{change.report} {_short(key)}"
    return change.key == key or str(change.key).startswith(f"{key} again ")


def of_report(connection: Connection, report: int, kind: ChangeKind) -> list[Row[Any]]:
    """A report's changes of one kind, oldest first."""
    return of_kinds(connection, report, (kind,))


def of_kinds(connection: Connection, report: int, kinds: Collection[ChangeKind]) -> list[Row[Any]]:
    """A report's changes of some kinds, oldest first."""
    return list(connection.execute(select(changes).where(changes.c.report == report, changes.c.kind.in_(kinds)).order_by(changes.c.id)))
