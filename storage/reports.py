"""Reports, their versions, and the locations where they stand: rows found, made and kept up to date."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, case, func, insert, or_, select, update

from storage import identity
from storage.engine import insert_new
from storage.errors import ArchiveError
from storage.evidence import ledger
from storage.evidence.facts import Kind
from storage.nights import night_of
from storage.records import Reading, State, normalised
from storage.schema import frontier, locations, readings, reports, versions

_WHOSE = ("issuer", "level", "adcode", "city", "year", "type")  # what the identity rests on
_TOLD = ("title", "published", "signed")  # what a page claims and may correct
_TELLING = 100  # characters; shorter texts ("see the attachment") do not show that two pages are one document


def belongs_to(connection: Connection, reading: Reading, *, portal: str | None, url: str, here: Row[Any] | None, seen: datetime) -> tuple[int, bool]:
    """The report a reading belongs to, made if there is none.

    Args:
        here: the current location at this URL, if a report stands there.

    Returns:
        The report's id, and whether it is new.
    """
    name = identity.of(reading, portal=portal, url=url)
    if here is not None:
        standing = row(connection, here.report)
        if standing.identity == name or (identity.unidentified(reading) and identity.same_server(standing.identity, reading, url)):
            return standing.id, False
        if identity.by_page(standing.identity) and identity.same_server(standing.identity, reading, url) and find(connection, name) is None:
            connection.execute(update(reports).where(reports.c.id == standing.id).values(identity=name, **_known(reading, _WHOSE + _TOLD)))
            return standing.id, False
    found = find(connection, name)
    if found is None and here is None and identity.by_page(name):
        found = _same_document(connection, reading, portal=portal, prefix=identity.served_by(reading.trust, url))
    if found is not None:
        return found, False
    made = insert_new(
        connection, reports, identity=name, portal=portal, state=State.ALIVE, trust=reading.trust, first_seen=seen, last_seen=seen,
        **{fact: getattr(reading, fact) for fact in (*_WHOSE, *_TOLD)},
    )  # fmt: skip
    if made is None:
        raise ArchiveError(f"{name}: this report was made by another writer in the middle of a transaction; file the reading again")
    return made, True


def row(connection: Connection, report: int) -> Row[Any]:
    return connection.execute(select(reports).where(reports.c.id == report)).one()


def learn(connection: Connection, report: int, seen: datetime, reading: Reading | Row[Any] | None = None, *, corrected: bool = False) -> None:
    """Note that a report was seen, and what is known of it; what a reading does not know erases nothing.

    Args:
        corrected: the reading says something new: its title and dates replace the known ones. Otherwise they only fill gaps, or two URLs with
            two titles would take turns.
    """
    standing = row(connection, report)
    facts = {} if reading is None else _known(reading, _WHOSE + _TOLD)
    replaceable = (_WHOSE + _TOLD if identity.by_page(standing.identity) else _TOLD) if corrected else ()
    facts = {fact: value for fact, value in facts.items() if fact in replaceable or getattr(standing, fact) is None}
    span = {"first_seen": min(standing.first_seen, seen), "last_seen": max(standing.last_seen, seen)}
    connection.execute(update(reports).where(reports.c.id == report).values(**span, **facts))


def restate(connection: Connection, report: int, reading: Reading) -> None:
    """A better reader's facts replace the known ones, even where it knows less: a title that was none is taken back."""
    certain = _TOLD if identity.unidentified(reading) else _WHOSE + _TOLD
    connection.execute(update(reports).where(reports.c.id == report).values(**{fact: getattr(reading, fact) for fact in certain}))


def set_state(connection: Connection, report: int, state: State) -> None:
    connection.execute(update(reports).where(reports.c.id == report).values(state=state))


def version(connection: Connection, report: int, reading: Reading, *, number: int, capture: int, seen: datetime) -> tuple[Row[Any], bool]:
    """The version of a report with the reading's content, made if there is none; and whether it is new.

    Args:
        number: the reading's id.
    """
    found = of_content(connection, report, reading.content_sha256)
    if found is not None:
        span = {"first_seen": min(found.first_seen, seen), "last_seen": max(found.last_seen, seen)}
        connection.execute(update(versions).where(versions.c.id == found.id).values(**span))
        return found, False
    newest = connection.execute(select(func.max(versions.c.number)).where(versions.c.report == report)).scalar_one()
    made = connection.execute(
        insert(versions)
        .values(
            report=report, number=(newest or 0) + 1, content_sha256=reading.content_sha256, text_sha256=reading.text_sha256,
            tables_sha256=reading.tables_sha256, capture=capture, reading=number, first_seen=seen, last_seen=seen,
        )
        .returning(versions)
    ).one()  # fmt: skip
    ledger.append(connection, Kind.VERSION, made.id)
    return made, True


def version_row(connection: Connection, number: int) -> Row[Any]:
    return connection.execute(select(versions).where(versions.c.id == number)).one()


def numbered(connection: Connection, report: int, number: int) -> Row[Any]:
    """A report's version of that number."""
    return connection.execute(select(versions).where(versions.c.report == report, versions.c.number == number)).one()


def of_content(connection: Connection, report: int, content_sha256: str) -> Row[Any] | None:
    """A report's version of that content."""
    return connection.execute(select(versions).where(versions.c.report == report, versions.c.content_sha256 == content_sha256)).one_or_none()


def newest_version(connection: Connection, report: int) -> Row[Any]:
    """What a report said last: the version its most recently seen location shows."""
    found = select(versions).where(versions.c.report == report).order_by(versions.c.last_seen.desc(), versions.c.number.desc()).limit(1)
    return connection.execute(found).one()


def location(connection: Connection, url: str) -> Row[Any] | None:
    """Where a report stands now at this URL."""
    return connection.execute(select(locations).where(locations.c.url == url, locations.c.ended_at.is_(None))).one_or_none()


def place(connection: Connection, number: int) -> Row[Any]:
    """A location's row."""
    return connection.execute(select(locations).where(locations.c.id == number)).one()


def answering(connection: Connection, url: str, portal: str) -> Row[Any] | None:
    """Where the report stands that answers for a listed URL: there, or where the URL led when it was filed last."""
    there = (
        select(locations)
        .join(readings, and_(readings.c.report == locations.c.report, readings.c.url == locations.c.url))
        .join(frontier, frontier.c.capture == readings.c.capture)
        .where(frontier.c.portal == portal, frontier.c.url == url, locations.c.ended_at.is_(None))
        .order_by(readings.c.id.desc())
        .limit(1)
    )
    return location(connection, url) or connection.execute(there).one_or_none()


def locations_of(connection: Connection, report: int) -> list[Row[Any]]:
    """All places of a report, past and present, oldest first."""
    return list(connection.execute(select(locations).where(locations.c.report == report).order_by(locations.c.id)))


def shown_by(connection: Connection, place: Row[Any]) -> int:
    """The capture in which a place showed last what it says: the evidence of what stood there before."""
    return int(connection.execute(select(readings.c.capture).where(readings.c.id == place.reading)).scalar_one())


def left(connection: Connection, place: Row[Any]) -> bool:
    """Whether a report is known to have left a place: ended, gone, or no longer on its list, and not seen there on a later night all the same."""
    if place.ended_at is not None or place.gone_at is not None:
        return True
    filed = select(readings.c.capture).where(readings.c.id == place.reading)  # the list may show an address that leads to this one
    here = or_(frontier.c.url == place.url, frontier.c.capture.in_(filed))
    unlisted = connection.execute(select(frontier.c.absent_since).where(here, frontier.c.absent_since.is_not(None))).scalars()
    return any(night_of(since) >= night_of(place.last_seen) for since in unlisted)


def stand(
    connection: Connection, report: int, url: str, *, portal: str | None, version: int, reading: int, facts: Reading, seen: datetime,
    ended: datetime | None = None,
) -> None:  # fmt: skip
    """A report stands (or, `ended`, stood) at this URL and says this: the location's row, made or brought up to date."""
    new: dict[str, Any] = {"version": version, "reading": reading, "last_seen": seen, "ended_at": ended}
    new["gone_at"] = case((locations.c.gone_at > seen, locations.c.gone_at), else_=None)  # history that comes in late brings nothing back
    told = {name: value for name, value in (("title", facts.title), ("published", facts.published)) if value is not None}
    if insert_new(connection, locations, report=report, url=url, portal=portal, first_seen=seen, **new | {"gone_at": None}, **told) is None:
        connection.execute(update(locations).where(locations.c.report == report, locations.c.url == url).values(**new, **told))
    if ended is None:  # a reader that took its page for another report's was wrong
        connection.execute(update(reports).where(reports.c.id == report, reports.c.same_as.is_not(None)).values(same_as=None))


def mark(connection: Connection, location: int, **times: datetime | None) -> None:
    """Set `gone_at` or `ended_at` of a location."""
    connection.execute(update(locations).where(locations.c.id == location).values(**times))


def find(connection: Connection, name: str) -> int | None:
    """The report of that identity."""
    return connection.execute(select(reports.c.id).where(reports.c.identity == name)).scalar_one_or_none()


def _same_document(connection: Connection, reading: Reading, *, portal: str | None, prefix: str) -> int | None:
    """A document that is known by its page only, found at another page of the same portal with the same content and facts."""
    if len(normalised(reading.text)) < _TELLING:
        return None
    same = [getattr(reports.c, fact).is_not_distinct_from(getattr(reading, fact)) for fact in ("type", "issuer", "year", "title")]
    found = (
        select(reports.c.id)
        .join(versions, versions.c.report == reports.c.id)
        .where(
            versions.c.content_sha256 == reading.content_sha256,
            reports.c.portal.is_not_distinct_from(portal),
            reports.c.identity.startswith(f"{prefix}page:", autoescape=True),
            *same,
        )
        .order_by(reports.c.id)
        .limit(1)
    )
    return connection.execute(found).scalar_one_or_none()


def _known(reading: Reading | Row[Any], facts: tuple[str, ...]) -> dict[str, Any]:
    return {fact: getattr(reading, fact) for fact in facts if getattr(reading, fact) is not None}
