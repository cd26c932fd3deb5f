"""Where else a report is known to stand.

A place is asked for when its own address is in the frontier, or one that leads to it. Of any other (a page that came by an import, one that an
address led to for a while) nobody hears that it is gone: it counts only while nothing newer is known of the report.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Exists, FromClause, Row, or_, select

from storage.schema import captures, frontier, locations, readings


def stands_elsewhere(place: FromClause) -> Exists:
    """Whether the report of a place in the enclosing query is known to stand at another."""
    other = locations.alias()
    return select(other.c.id).where(*_known(other, place.c)).exists()


def elsewhere(connection: Connection, place: Row[Any]) -> list[Row[Any]]:
    """The other places at which its report is known to stand, oldest first."""
    other = locations.alias()
    return list(connection.execute(select(other).where(*_known(other, place)).order_by(other.c.id)))


def asked(connection: Connection, report: int) -> set[int]:
    """Those of a report's places that are asked for."""
    return set(connection.execute(select(locations.c.id).where(locations.c.report == report, _asked(locations))).scalars())


def led_to(connection: Connection, report: int, url: str) -> list[Row[Any]]:
    """A report's places that were read last by asking for another address, `url`, and for which nothing else asks."""
    led = select(locations).join(readings, readings.c.id == locations.c.reading).join(captures, captures.c.id == readings.c.capture)
    led = led.where(locations.c.report == report, locations.c.ended_at.is_(None), locations.c.url != url, captures.c.url == url)
    return list(connection.execute(led.where(~_asked(locations, but=url)).order_by(locations.c.id)))


def _known(other: FromClause, place: Any) -> list[ColumnElement[bool]]:
    """Conditions of a place at which the report of `place` (a row, or columns) is known to stand."""
    heard_of = or_(other.c.last_seen >= place.last_seen, _asked(other))
    return [other.c.report == place.report, other.c.id != place.id, other.c.ended_at.is_(None), other.c.gone_at.is_(None), heard_of]


def _asked(place: FromClause, *, but: str | None = None) -> Exists:
    """Whether a place is asked for, by another address than `but`."""
    filed = select(readings.c.capture).where(readings.c.report == place.c.report, readings.c.url == place.c.url).correlate(place)
    here = or_(frontier.c.url == place.c.url, frontier.c.capture.in_(filed))
    others = [] if but is None else [frontier.c.url != but]
    return select(frontier.c.url).where(frontier.c.portal == place.c.portal, here, *others).exists()
