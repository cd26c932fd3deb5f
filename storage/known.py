"""Events as they are told: with what the archive knows of their reports and portals, and whether they came with a first fill."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from storage.records import INTERRUPTED, ChangeKind, Event, Known, Outcome
from storage.schema import events, locations, portals, reports, runs
from storage.standing import here
from storage.types import utc

_CHANGES = frozenset(ChangeKind)
_WORK_AFTER = timedelta(hours=12)  # comparisons and boards of a night are made when its crawls are over


def after(connection: Connection, position: int, limit: int) -> list[Known]:
    """The next events after a number, in order."""
    return list(_known(connection, _select().where(events.c.id > position).order_by(events.c.id).limit(limit)))


def numbered(connection: Connection, numbers: Collection[int]) -> list[Known]:
    """Events by their numbers, in order."""
    return list(_known(connection, _select().where(events.c.id.in_(list(numbers))).order_by(events.c.id)))


def since(connection: Connection, moment: datetime) -> list[Known]:
    """Events learned at a time or later, in order."""
    return list(_known(connection, _select().where(events.c.at >= utc(moment)).order_by(events.c.id)))


def newest(
    connection: Connection, limit: int, *, portal: str | None = None, adcodes: Collection[str] | None = None, kind: str | None = None
) -> list[Known]:
    """The newest events, newest first: of a portal, of divisions, of a kind; all that are given must hold."""
    wanted: list[ColumnElement[bool]] = []
    if portal is not None:
        wanted.append(events.c.portal == portal)
    if adcodes is not None:
        wanted.append(func.coalesce(events.c.adcode, reports.c.adcode, portals.c.adcode).in_(list(adcodes)))
    if kind is not None:
        wanted.append(events.c.kind == kind)
    return list(_known(connection, _select().where(*wanted).order_by(events.c.id.desc()).limit(limit)))


def last(connection: Connection) -> int:
    """The number of the newest event; 0 when there is none."""
    return int(connection.execute(select(func.max(events.c.id))).scalar_one() or 0)


def before(connection: Connection, moment: datetime) -> int:
    """The number of the newest event learned before a time; 0 when there is none."""
    return int(connection.execute(select(func.max(events.c.id)).where(events.c.at < utc(moment))).scalar_one() or 0)


def places(connection: Connection, position: int) -> list[tuple[str, str | None, str | None]]:
    """Kind, portal and division of the events after a number, each combination once."""
    adcode = func.coalesce(events.c.adcode, reports.c.adcode, portals.c.adcode)
    found = select(events.c.kind, events.c.portal, adcode).where(events.c.id > position).distinct()
    joined = found.outerjoin(reports, reports.c.id == events.c.report).outerjoin(portals, portals.c.key == events.c.portal)
    return sorted((tuple(row) for row in connection.execute(joined)), key=repr)


def running(connection: Connection) -> bool:
    """Whether a crawl is under way."""
    return connection.execute(select(runs.c.id).where(runs.c.outcome == Outcome.RUNNING).limit(1)).first() is not None


def _select() -> Select[Any]:
    told = (reports.c.identity, reports.c.city, reports.c.trust, reports.c.state, reports.c.published, reports.c.first_seen, reports.c.last_seen)
    theirs = [reports.c[name].label(f"of_{name}") for name in ("adcode", "year", "issuer", "title")]
    whose = (portals.c.name, portals.c.adcode.label("there"))
    joined = select(events, *told, *theirs, *whose, locations.c.url.label("stands")).outerjoin(reports, reports.c.id == events.c.report)
    return joined.outerjoin(portals, portals.c.key == events.c.portal).outerjoin(locations, locations.c.id == here())


def _known(connection: Connection, query: Select[Any]) -> Iterator[Known]:
    filling = _Filling(connection)
    for row in connection.execute(query).all():
        event = Event(
            key=row.key, kind=row.kind, time=row.at, portal=row.portal, adcode=row.adcode or row.of_adcode or row.there,
            year=row.of_year if row.year is None else row.year, report=row.report, issuer=row.issuer or row.of_issuer,
            title=row.title or row.of_title, url=row.url or row.stands, run=row.run, facts=row.facts,
        )  # fmt: skip
        published = None if row.published is None else row.published.isoformat()
        yield Known(
            number=row.id, event=event, identity=row.identity, name=row.name, city=row.city, trust=row.trust, state=row.state,
            published=published, first_seen=row.first_seen, last_seen=row.last_seen, filling=filling.of(row),
        )  # fmt: skip


class _Filling:
    """Whether events came with a first fill: of a portal none of whose runs had come to a good end before, or of an import."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._first: dict[str, int | None] = {}
        self._begun: dict[tuple[str, datetime], int | None] = {}

    def of(self, row: Row[Any]) -> bool:
        if row.portal is None or (row.run is None and row.kind in _CHANGES):
            return row.kind in _CHANGES or row.report is not None
        run = row.run if row.run is not None else self._last(row.portal, row.at)
        first = self._first_good(row.portal)
        return run is not None and (first is None or run <= first)

    def _first_good(self, portal: str) -> int | None:
        if portal not in self._first:
            good = (runs.c.outcome.in_([Outcome.OK, Outcome.DEGRADED]), or_(runs.c.detail.is_(None), runs.c.detail != INTERRUPTED))
            self._first[portal] = self._connection.execute(select(func.min(runs.c.id)).where(runs.c.portal == portal, *good)).scalar_one()
        return self._first[portal]

    def _last(self, portal: str, at: datetime) -> int | None:
        if (portal, at) not in self._begun:
            under_way = or_(runs.c.finished.is_(None), runs.c.finished >= at - _WORK_AFTER)
            begun = select(func.max(runs.c.id)).where(runs.c.portal == portal, runs.c.started <= at, under_way)
            self._begun[portal, at] = self._connection.execute(begun).scalar_one()
        return self._begun[portal, at]
