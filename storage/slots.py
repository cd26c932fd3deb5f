"""Slots: which portal is crawled in which night. A slot is made once, taken by one scheduler at a time, and ends once.

waiting   made, to be crawled
taken     by a scheduler that renews its lease; from one that is dead or silent it is taken over
done      crawled: a list was read
failed    crawled, and no list could be read, or the process died
missed    its night went by, and another one came
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from storage.archive import Archive
from storage.engine import insert_new, reading, writing
from storage.holders import is_dead, me
from storage.records import Outcome
from storage.schema import incidents, runs, slots
from storage.types import utc

WAITING, TAKEN, DONE, FAILED, MISSED = "waiting", "taken", "done", "failed", "missed"
AFTERWARDS = "(afterwards)"  # no portal has such a key: the slot of what follows when all of a night is crawled
PORTAL_WIDE = frozenset({"blocked", "challenge", "unreachable", "tls", "layout_changed", "column_moved"})  # kinds of incidents


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A slot that was taken."""

    id: int
    portal: str
    night: date
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A slot that has not ended.

    Attributes:
        held: by a scheduler or worker that gives signs of life.
    """

    portal: str
    night: date
    tries: int
    held: bool


def enqueue(archive: Archive, wanted: Collection[tuple[str, date]], at: datetime) -> int:
    """Make slots that are not there yet. What still waits of a portal's earlier nights is missed: a portal is crawled once, not once a night missed.

    Returns:
        How many portals' were made.
    """
    made = 0
    with writing(archive.engine) as connection:
        for portal, night in sorted(wanted):
            if insert_new(connection, slots, portal=portal, night=night, state=WAITING, tries=0, made_at=utc(at)) is not None:
                made += portal != AFTERWARDS
                older = (slots.c.portal == portal, slots.c.night < night, slots.c.state == WAITING)
                connection.execute(update(slots).where(*older).values(state=MISSED, ended_at=utc(at)))
    return made


def take(archive: Archive, portals: Collection[str], wall: datetime, lease: timedelta) -> list[Slot]:
    """Take those of the portals' slots that wait, or whose holder is dead or silent; all at once, or another scheduler has them.

    Parameters:
        wall: the machine's time; leases count by it.
    """
    open_ = (slots.c.portal.in_(list(portals)), or_(slots.c.state == WAITING, slots.c.state == TAKEN))
    taken = []
    with writing(archive.engine) as connection:
        rows = connection.execute(select(slots).where(*open_).order_by(slots.c.portal, slots.c.night)).all()
        crawled = {row.portal for row in rows if row.state == TAKEN and not _is_free(row, wall, lease)}
        for row in rows:
            if row.portal in crawled:
                continue
            connection.execute(
                update(slots).where(slots.c.id == row.id).values(state=TAKEN, holder=me(), lease_until=wall + lease, tries=row.tries + 1)
            )
            taken.append(Slot(id=row.id, portal=row.portal, night=row.night, tries=row.tries + 1))
    return taken


def renew(archive: Archive, taken: Sequence[Slot], wall: datetime, lease: timedelta) -> None:
    """The holder of these slots lives."""
    with writing(archive.engine) as connection:
        _ours(connection, taken, lease_until=wall + lease)


def end(archive: Archive, slot: Slot, state: str, at: datetime, detail: str | None = None) -> None:
    """A slot was crawled (DONE, FAILED), or is to be taken again (WAITING)."""
    ended = None if state == WAITING else utc(at)
    with writing(archive.engine) as connection:
        _ours(connection, [slot], state=state, holder=None, lease_until=None, ended_at=ended, detail=detail)


def waiting(archive: Archive, wall: datetime, lease: timedelta) -> dict[str, int]:
    """Portals whose slots can be taken, with how often the newest one was taken before."""
    query = select(slots).where(slots.c.state.in_([WAITING, TAKEN]), slots.c.portal != AFTERWARDS).order_by(slots.c.night)
    with reading(archive.engine) as connection:
        rows = list(connection.execute(query))
    crawled = {row.portal for row in rows if row.state == TAKEN and not _is_free(row, wall, lease)}
    return {row.portal: row.tries for row in rows if row.portal not in crawled}


def pending(archive: Archive, wall: datetime, lease: timedelta, portal: str | None = None) -> list[Pending]:
    """Of each portal, or of one, the newest slot that has not ended, by portal."""
    query = select(slots).where(slots.c.state.in_([WAITING, TAKEN]), slots.c.portal != AFTERWARDS).order_by(slots.c.portal, slots.c.night)
    with reading(archive.engine) as connection:
        rows = list(connection.execute(query if portal is None else query.where(slots.c.portal == portal)))
    held = {row.portal for row in rows if row.state == TAKEN and not _is_free(row, wall, lease)}
    newest = {row.portal: row for row in rows}
    return [Pending(portal=row.portal, night=row.night, tries=row.tries, held=row.portal in held) for row in newest.values()]


def is_behind(archive: Archive, night: date) -> bool:
    """Whether a portal was crawled since what follows the night was begun last."""
    steps = select(slots.c.ended_at).where(slots.c.portal == AFTERWARDS, slots.c.night == night, slots.c.ended_at.is_not(None))
    newest = select(func.max(slots.c.ended_at)).where(slots.c.portal != AFTERWARDS, slots.c.state.in_([DONE, FAILED]))
    with reading(archive.engine) as connection:
        taken, ended = connection.execute(steps).scalar_one_or_none(), connection.execute(newest).scalar_one_or_none()
    return taken is not None and ended is not None and ended > taken


def reopen(archive: Archive, portal: str, night: date, at: datetime) -> None:
    """Have an ended slot wait again, or make it: there is more to do."""
    enqueue(archive, [(portal, night)], at)
    ended = (slots.c.portal == portal, slots.c.night == night, slots.c.state.in_([DONE, FAILED, MISSED]))
    with writing(archive.engine) as connection:
        connection.execute(update(slots).where(*ended).values(state=WAITING, ended_at=None, detail=None))


def is_open(archive: Archive, portal: str) -> bool:
    """Whether a slot of a portal has not ended."""
    query = select(slots.c.id).where(slots.c.portal == portal, slots.c.state.in_([WAITING, TAKEN])).limit(1)
    with reading(archive.engine) as connection:
        return connection.execute(query).first() is not None


def is_crawled(archive: Archive, night: date, wall: datetime, lease: timedelta) -> bool:
    """Whether portals of a night are being crawled. What a scheduler or worker left that is dead or silent is not."""
    taken = (slots.c.night == night, slots.c.portal != AFTERWARDS, slots.c.state == TAKEN)
    with reading(archive.engine) as connection:
        rows = connection.execute(select(slots).where(*taken)).all()
    return not all(_is_free(row, wall, lease) for row in rows)


def counts(archive: Archive, night: date) -> dict[str, int]:
    """How many slots of a night are in each state."""
    query = select(slots.c.state, func.count().label("number")).where(slots.c.night == night, slots.c.portal != AFTERWARDS).group_by(slots.c.state)
    with reading(archive.engine) as connection:
        return {row.state: int(row.number) for row in connection.execute(query)}


def of_night(archive: Archive, night: date) -> dict[str, str]:
    """The state of each portal's slot of a night."""
    query = select(slots.c.portal, slots.c.state).where(slots.c.night == night, slots.c.portal != AFTERWARDS)
    with reading(archive.engine) as connection:
        return {row.portal: row.state for row in connection.execute(query)}


def outcomes(archive: Archive, since: datetime, places: Mapping[str, Collection[str]] | None = None) -> dict[str, list[tuple[datetime, str]]]:
    """When each portal's runs since then began and how they ended, oldest first; not those that go on.

    Parameters:
        places: by portal, the addresses that stand for all of it. A run that was degraded by an incident of PORTAL_WIDE there, or at no address,
            counts as failed.
    """
    ended = (runs.c.started >= utc(since), runs.c.outcome != Outcome.RUNNING)
    query = select(runs.c.portal, runs.c.started, runs.c.finished, runs.c.outcome).where(*ended).order_by(runs.c.id)
    wide = select(incidents).where(incidents.c.kind.in_(sorted(PORTAL_WIDE)), incidents.c.seen >= utc(since))
    spans: dict[str, list[tuple[datetime, datetime]]] = {}
    found: dict[str, list[tuple[datetime, str]]] = {}
    with reading(archive.engine) as connection:
        for row in connection.execute(wide) if places else ():
            if row.portal is not None and (row.url is None or row.url in (places or {}).get(row.portal, ())):
                spans.setdefault(row.portal, []).append((row.opened, row.seen))
        for portal, started, finished, outcome in connection.execute(query):
            troubled = outcome == Outcome.DEGRADED and any(opened <= finished and started <= seen for opened, seen in spans.get(portal, ()))
            found.setdefault(portal, []).append((started, Outcome.FAILED if troubled else outcome))
    return found


def _is_free(row: Any, wall: datetime, lease: timedelta) -> bool:
    """Whether a taken slot may be taken over. A lease that ends later than any can was given before a clock was set back."""
    return row.holder is None or row.lease_until is None or is_dead(row.holder) or not wall < row.lease_until <= wall + 2 * lease


def _ours(connection: Connection, taken: Sequence[Slot], **values: Any) -> None:
    ids = [slot.id for slot in taken]
    connection.execute(update(slots).where(slots.c.id.in_(ids), slots.c.holder == me(), slots.c.state == TAKEN).values(**values))
