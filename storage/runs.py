"""Runs, and the portals they crawled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.engine import insert_new
from storage.errors import ArchiveError
from storage.records import Origin, Outcome
from storage.schema import portals, runs


def start(connection: Connection, origin: Origin, at: datetime) -> int:
    """Open a run. One still `running` for this portal was killed: it is closed as failed, with that detail."""
    facts = {"name": origin.name, "adcode": origin.adcode, "hosts": list(origin.hosts), "family": origin.family, "last_seen": at}
    if insert_new(connection, portals, key=origin.key, first_seen=at, **facts) is None:
        connection.execute(update(portals).where(portals.c.key == origin.key).values(**facts))
    connection.execute(
        update(runs)
        .where(runs.c.portal == origin.key, runs.c.outcome == Outcome.RUNNING)
        .values(outcome=Outcome.FAILED, finished=at, detail="killed")
    )
    opened = connection.execute(insert(runs).values(portal=origin.key, started=at, outcome=Outcome.RUNNING, counts={}).returning(runs.c.id))
    return int(opened.scalar_one())


def known(connection: Connection, origin: Origin, at: datetime) -> None:
    """Note a portal's facts where it was never crawled: its captures came from elsewhere."""
    facts = {"name": origin.name, "adcode": origin.adcode, "hosts": list(origin.hosts), "family": origin.family}
    insert_new(connection, portals, key=origin.key, first_seen=at, last_seen=at, **facts)


def brought(
    connection: Connection, portal: str, started: datetime, finished: datetime, outcome: Outcome, counts: Mapping[str, Any], detail: str | None
) -> int:
    """A run of another archive, closed as it was there; the run of that portal and start, where it is in the archive already."""
    found = connection.execute(select(runs.c.id).where(runs.c.portal == portal, runs.c.started == started)).scalars().first()
    if found is not None:
        return int(found)
    facts = {"portal": portal, "started": started, "finished": finished, "outcome": outcome, "counts": dict(counts), "detail": detail}
    return int(connection.execute(insert(runs).values(**facts).returning(runs.c.id)).scalar_one())


def newer(connection: Connection, portal: str, started: datetime) -> bool:
    """Whether a portal was crawled after that time."""
    found = select(runs.c.id).where(runs.c.portal == portal, runs.c.started > started)
    return connection.execute(found.limit(1)).first() is not None


def finish(connection: Connection, run: int, at: datetime, outcome: Outcome, counts: Mapping[str, Any], detail: str | None) -> None:
    """Close a run.

    Raises:
        ArchiveError: there is no such run.
    """
    closing = update(runs).where(runs.c.id == run).values(finished=at, outcome=outcome, counts=dict(counts), detail=detail)
    if connection.execute(closing).rowcount != 1:
        raise ArchiveError(f"no run {run} in the archive")


def origin(connection: Connection, portal: str) -> Origin | None:
    """What was known of a portal when it was last crawled; None when it never was."""
    row = connection.execute(select(portals).where(portals.c.key == portal)).one_or_none()
    if row is None:
        return None
    return Origin(key=row.key, name=row.name, adcode=row.adcode, hosts=tuple(row.hosts), family=row.family)
