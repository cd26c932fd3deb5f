"""Incidents: an expectation failed; seen again it is the same incident; recovery closes it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, update

from storage.engine import insert_new
from storage.schema import incidents


def note(connection: Connection, kind: str, portal: str | None, url: str | None, detail: str | None, at: datetime, run: int | None) -> bool:
    """Open an incident, or note that the open one was seen again.

    Returns:
        True when it was opened now.
    """
    key = f"{kind} {portal or '-'} {url or '-'}"
    facts = {"kind": kind, "portal": portal, "url": url, "detail": detail, "run": run}
    if insert_new(connection, incidents, key=key, opened=at, seen=at, count=1, **facts) is not None:
        return True
    connection.execute(
        update(incidents)
        .where(incidents.c.key == key, incidents.c.closed.is_(None))
        .values(seen=at, count=incidents.c.count + 1, detail=detail, run=run)
    )
    return False


def close(connection: Connection, portal: str | None, at: datetime, *, kinds: Collection[str] | None, urls: Collection[str] | None) -> int:
    """Close a portal's open incidents of these kinds and at these URLs (None: whatever kind, wherever).

    Returns:
        How many were closed.
    """
    closing = update(incidents).where(incidents.c.portal == portal, incidents.c.closed.is_(None))
    if kinds is not None:
        closing = closing.where(incidents.c.kind.in_(list(kinds)))
    if urls is not None:
        closing = closing.where(incidents.c.url.in_(list(urls)))
    return connection.execute(closing.values(closed=at)).rowcount
