"""What the board of overdue reports asks the archive: which reports were known at a time, and where they stood.

Everything is asked as of a time: a report first seen later is not there yet, whatever the archive knows by now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from storage.records import ChangeKind, DocumentType, Origin, State, Trust, What
from storage.schema import captures, changes, events, locations, portals, readings
from storage.schema import reports as reports_table

_AT_ONCE = 500
_OFFICIAL = (Trust.OFFICIAL_HOST, Trust.OFFICIAL_IP)
_STATES = {ChangeKind.MISSING: State.MISSING, ChangeKind.WITHDRAWN: State.WITHDRAWN, ChangeKind.RESTORED: State.ALIVE, ChangeKind.MOVED: State.ALIVE}
_STATUTORY = DocumentType.STATUTORY_ANNUAL_REPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A report as it was known at a time.

    Attributes:
        claimed: the publication date its page claims.
        state: alive, missing or withdrawn at that time.
    """

    id: int
    portal: str | None
    issuer: str | None
    level: str | None
    adcode: str | None
    city: str | None
    year: int | None
    type: str | None
    title: str | None
    claimed: date | None
    official: bool
    first_seen: datetime
    state: str


def reports(connection: Connection, adcodes: Collection[str], years: Collection[int], until: datetime, levels: Collection[str] | None) -> list[Known]:
    """Statutory annual reports of divisions, whoever serves them, by number.

    Args:
        levels: of the issuers; None for all.
    """
    wanted = [reports_table.c.type == _STATUTORY, reports_table.c.issuer.is_not(None), reports_table.c.year.in_(sorted(years))]
    if levels is not None:
        wanted.append(reports_table.c.level.in_(sorted(levels)))
    return _known(connection, [reports_table.c.adcode.in_(sorted(adcodes)), *wanted], until)


def unclear(connection: Connection, keys: Collection[str], until: datetime) -> list[Known]:
    """Official documents of portals that may be, or may hold, an organ's report: collections, and reports whose organ or year nobody could read."""
    unread = and_(
        or_(reports_table.c.type == _STATUTORY, reports_table.c.type.is_(None)), or_(reports_table.c.issuer.is_(None), reports_table.c.year.is_(None))
    )
    may_be = or_(reports_table.c.type == DocumentType.COLLECTION_PAGE, unread)
    found: list[Known] = []
    for part in _portions(sorted(keys)):
        found += _known(connection, [reports_table.c.portal.in_(part), reports_table.c.trust.in_(_OFFICIAL), may_be], until)
    return found


def filed(connection: Connection, keys: Collection[str], until: datetime) -> dict[str, dict[str, set[int]]]:
    """Of each portal, every address that was read by then, with the reports it was read as: the address asked for, and the one that answered."""
    found: dict[str, dict[str, set[int]]] = {key: defaultdict(set) for key in keys}
    for part in _portions(sorted(keys)):
        asked = select(captures.c.portal, captures.c.url, readings.c.report).join(captures, captures.c.id == readings.c.capture)
        stands = select(locations.c.portal, locations.c.url, locations.c.report).where(locations.c.portal.in_(part), locations.c.first_seen <= until)
        for query in (asked.where(captures.c.portal.in_(part), captures.c.fetched_at <= until).distinct(), stands):
            for portal, url, report in connection.execute(query):
                found[portal][url] |= set() if report is None else {report}
    return found


def places(connection: Connection, numbers: Collection[int]) -> dict[int, set[str]]:
    """The portals on which reports stand; those on which they stood, where they stand on none."""
    now: dict[int, set[str]] = defaultdict(set)
    ever: dict[int, set[str]] = defaultdict(set)
    for part in _portions(sorted(numbers)):
        asked = select(locations.c.report, locations.c.portal, locations.c.ended_at, locations.c.gone_at)
        for row in connection.execute(asked.where(locations.c.report.in_(part), locations.c.portal.is_not(None))):
            ever[row.report].add(row.portal)
            if row.ended_at is None and row.gone_at is None:
                now[row.report].add(row.portal)
    return {number: now.get(number) or found for number, found in ever.items()}


def origins(connection: Connection, until: datetime) -> dict[str, Origin]:
    """Every portal that was crawled by then."""
    return {
        row.key: Origin(key=row.key, name=row.name, adcode=row.adcode, hosts=tuple(row.hosts), family=row.family)
        for row in connection.execute(select(portals).where(portals.c.first_seen <= until).order_by(portals.c.key))
    }


def told(connection: Connection, kind: What, years: Collection[int]) -> set[str]:
    """The keys of the events of a kind about reports of these years."""
    asked = select(events.c.key).where(events.c.kind == kind, events.c.year.in_(sorted(years)))
    return set(connection.execute(asked).scalars())


def _known(connection: Connection, wanted: list[ColumnElement[bool]], until: datetime) -> list[Known]:
    r = reports_table.c
    asked = select(
        r.id, r.portal, r.issuer, r.level, r.adcode, r.city, r.year, r.type, r.title, r.published, r.trust, r.first_seen
    ).where(r.same_as.is_(None), r.first_seen <= until, *wanted).order_by(r.id)  # fmt: skip
    rows = connection.execute(asked).all()
    states = _states(connection, wanted, until)
    return [
        Known(
            id=row.id, portal=row.portal, issuer=row.issuer, level=row.level, adcode=row.adcode, city=row.city, year=row.year, type=row.type,
            title=row.title, claimed=row.published, official=row.trust in _OFFICIAL, first_seen=row.first_seen, state=states.get(row.id, State.ALIVE),
        )
        for row in rows
    ]  # fmt: skip


def _states(connection: Connection, wanted: list[ColumnElement[bool]], until: datetime) -> dict[int, State]:
    """What the changes by then add up to, of reports that were not alive throughout."""
    last: Any = (
        select(func.max(changes.c.id))
        .join(reports_table, reports_table.c.id == changes.c.report)
        .where(changes.c.kind.in_(list(_STATES)), changes.c.time <= until, *wanted)
        .group_by(changes.c.report)
    )
    rows = connection.execute(select(changes.c.report, changes.c.kind).where(changes.c.id.in_(last)))
    return {row.report: _STATES[row.kind] for row in rows}


def _portions(keys: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
