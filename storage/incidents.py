"""Incidents: an expectation failed; seen again it is the same incident; recovery closes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, update

from storage import events
from storage.engine import insert_new
from storage.records import Event, What
from storage.schema import incidents


def note(connection: Connection, kind: str, portal: str | None, url: str | None, detail: str | None, at: datetime, run: int | None) -> bool:
    """Open an incident, or note that the open one was seen again.

    Returns:
        True when it was opened now.
    """
    key = f"{kind} {portal or '-'} {url or '-'}"
    facts = {"kind": kind, "portal": portal, "url": url, "detail": detail, "run": run}
    opened = insert_new(connection, incidents, key=key, opened=at, seen=at, count=1, **facts)
    if opened is not None:
        _tell(connection, opened, "opened", at, kind=kind, portal=portal, url=url, detail=detail, run=run, since=at)
        return True
    connection.execute(
        update(incidents)
        .where(incidents.c.key == key, incidents.c.closed.is_(None))
        .values(seen=at, count=incidents.c.count + 1, detail=detail, run=run)
    )
    return False


def acknowledge(connection: Connection, number: int, at: datetime, note: str | None) -> bool:
    """A person knows of an incident; False when there is none of that number. It stays open until recovery closes it."""
    values = {"acknowledged": at} | ({} if note is None else {"note": note})
    return connection.execute(update(incidents).where(incidents.c.id == number).values(**values)).rowcount == 1


def close(
    connection: Connection, portal: str | None, at: datetime, *, kinds: Collection[str] | None, urls: Collection[str] | None,
    sparing: Collection[str] = (),
) -> int:  # fmt: skip
    """Close a portal's open incidents of these kinds and at these URLs (None: whatever kind, wherever), but for the kinds to be spared.

    Returns:
        How many were closed.
    """
    closing = update(incidents).where(incidents.c.portal == portal, incidents.c.closed.is_(None))
    if kinds is not None:
        closing = closing.where(incidents.c.kind.in_(list(kinds)))
    if urls is not None:
        closing = closing.where(incidents.c.url.in_(list(urls)))
    if sparing:
        closing = closing.where(incidents.c.kind.not_in(list(sparing)))
    closed = connection.execute(closing.values(closed=at).returning(incidents)).all()
    for row in sorted(closed, key=lambda row: int(row.id)):
        _tell(connection, row.id, "closed", at, kind=row.kind, portal=row.portal, url=row.url, detail=row.detail, run=row.run, since=row.opened)
    return len(closed)


def _tell(
    connection: Connection, number: int, state: str, at: datetime, *, kind: str, portal: str | None, url: str | None, detail: str | None,
    run: int | None, since: datetime,
) -> None:  # fmt: skip
    """An incident is told twice: when it opens and when it closes; never once a night."""
    facts = {"incident": kind, "state": state, "detail": detail, "opened": since.isoformat()}
    events.note(connection, Event(key=f"incident {number} {state}", kind=What.INCIDENTS, time=at, portal=portal, url=url, run=run, facts=facts))
