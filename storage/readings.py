"""Readings: rows that say what which reader understood from which captures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from storage import assessments, attachments
from storage.records import Reading
from storage.schema import captures, locations, readings, versions

_FIELDS = (
    "reader", "url", "encoding", "type", "issuer", "level", "adcode", "city", "year", "title", "published", "signed", "source", "trust", "container",
    "agreement", "content_sha256",
)  # fmt: skip


def put(connection: Connection, reading: Reading, *, captures: Sequence[int], report: int, portal: str | None, run: int | None, at: datetime) -> int:
    """Store a reading whose content is stored already; returns its id."""
    stored = connection.execute(
        insert(readings)
        .values(
            captures=list(captures), capture=captures[0], report=report, portal=portal, run=run, filed_at=at, evidence=dict(reading.evidence),
            attachments=attachments.plain(reading.attachments), figures_sha256=reading.figures_sha256,
            findings_sha256=assessments.findings_sha256(reading.findings),
            **{field: getattr(reading, field) for field in _FIELDS},
        )
        .returning(readings.c.id)
    )  # fmt: skip
    return int(stored.scalar_one())


def belongs_to(connection: Connection, number: int, report: int) -> None:
    """A reading is of another report than the one it was stored for."""
    connection.execute(update(readings).where(readings.c.id == number).values(report=report))


def captures_of(connection: Connection, number: int) -> list[int]:
    """The captures a reading was made of."""
    return list(connection.execute(select(readings.c.captures).where(readings.c.id == number)).scalar_one())


def filed(connection: Connection, captures: Sequence[int], reader: str) -> bool:
    """Whether these captures, as read by this reader, are filed."""
    same = select(readings.c.id).where(readings.c.captures == list(captures), readings.c.reader == reader)
    return connection.execute(same).first() is not None


def latest(connection: Connection, captures: Sequence[int]) -> Row[Any] | None:
    """The last reading of these captures, by whatever reader."""
    found = select(readings).where(readings.c.captures == list(captures)).order_by(readings.c.id.desc()).limit(1)
    return connection.execute(found).one_or_none()


def row(connection: Connection, number: int) -> Row[Any]:
    return connection.execute(select(readings).where(readings.c.id == number)).one()


def of_capture(connection: Connection, capture: int) -> Row[Any]:
    """The last reading that was made of a capture; a better reader may have filed its page to another report since."""
    found = select(readings).where(readings.c.capture == capture).order_by(readings.c.id.desc()).limit(1)
    return connection.execute(found).one()


def last_at(connection: Connection, report: int, url: str, until: datetime) -> Row[Any] | None:
    """What a report said at an address when it was seen there last until then."""
    return next(iter(looks_at(connection, report, (url,), until)), None)


def by_reader(connection: Connection, report: int, content_sha256: str, reader: str) -> Row[Any] | None:
    """The last reading of a report's content by this reader, if it read figures."""
    same = select(readings).where(
        readings.c.report == report, readings.c.content_sha256 == content_sha256, readings.c.reader == reader, readings.c.figures_sha256.is_not(None)
    )
    return connection.execute(same.order_by(readings.c.id.desc()).limit(1)).one_or_none()


def looks_at(connection: Connection, report: int, urls: Sequence[str], until: datetime) -> Iterable[Row[Any]]:
    """What a report said at some addresses, newest look first, and when (`fetched_at`); of one look the last reader first."""
    there = select(readings, captures.c.fetched_at).join(captures, captures.c.id == readings.c.capture)
    there = there.where(readings.c.report == report, readings.c.url.in_(urls), captures.c.fetched_at <= until)
    return connection.execute(there.order_by(captures.c.fetched_at.desc(), captures.c.id.desc(), readings.c.id.desc()))


def stood_since(connection: Connection, place: Row[Any], said: Callable[[Row[Any]], Any], what: Any) -> datetime:
    """Since when a place shows what it showed last, without a look that saw something else.

    Only what something rests on is read anew, so earlier looks have the words of an older reader; what it said of a capture that both read
    is the same thing in those words.

    Args:
        said: what a reading says of it; None where it says nothing.
        what: what it says now.
    """
    rows = looks_at(connection, place.report, (place.url,), place.last_seen)
    since: datetime = place.last_seen
    known = {what}
    for _, looks in groupby(rows, key=lambda row: row.capture):
        last, *older = looks
        if said(last) not in known | {None}:
            break
        if said(last) is not None:
            known |= {said(reading) for reading in older} - {None}
        since = last.fetched_at
    return since


def standing() -> ColumnElement[bool]:
    """Readings on which a version or a location rests. The location that a report had before a better reader filed its page to another one
    keeps the reading that put it there, which that reader's has replaced."""
    later = readings.alias()
    replaced = select(later.c.id).where(later.c.captures == readings.c.captures, later.c.id > readings.c.id).exists()
    rest = or_(readings.c.id.in_(select(versions.c.reading)), readings.c.id.in_(select(locations.c.reading)))
    return and_(rest, ~replaced)


def outdated(connection: Connection, reader: str, portal: str | None) -> list[tuple[int, ...]]:
    """Captures of readings that versions and locations rest on and that another reader made, oldest first."""
    found = select(readings.c.captures).where(readings.c.reader != reader, standing()).order_by(readings.c.id)
    if portal is not None:
        found = found.where(readings.c.portal == portal)
    return [tuple(captures) for captures in connection.execute(found).scalars()]
