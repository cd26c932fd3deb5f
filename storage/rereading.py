"""A better reader's reading of captures that were read before takes the place of the old one. It is no news: no Change comes of it.

Wherever the old reading stood (as the first sight of a version, as what a location said last) the new one stands afterwards, so that tomorrow's
capture, read by the same better reader, is compared with like. The old reading and its content stay in their tables; its figures and findings
give way to the new ones.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, select, update

from storage import assessments, identity, readings, reports
from storage.evidence import ledger
from storage.evidence.facts import Kind
from storage.records import Reading
from storage.schema import locations, versions
from storage.schema import reports as reports_table


def replace(connection: Connection, reading: Reading, old: Row[Any], *, url: str, at: datetime, run: int | None) -> set[int]:
    """Put a reading in the place of `old`, a reading of the same captures by another reader.

    Returns:
        The reports of which something else is said now.
    """
    number = readings.put(connection, reading, captures=old.captures, report=old.report, portal=old.portal, run=run, at=at)
    touched = {int(old.report)}
    for version in connection.execute(select(versions).where(versions.c.reading == old.id)).all():
        touched.add(version.report)
        _rekey(connection, version, reading, number)
    for place in connection.execute(select(locations).where(locations.c.reading == old.id)).all():
        touched |= {place.report, _restate(connection, place, reading, number, old, url)}
    assessments.drop_unused(connection, old)
    return touched


def _rekey(connection: Connection, version: Row[Any], reading: Reading, number: int) -> None:
    """The version has now the content the better reader sees; where that is another version's content, nothing differed after all."""
    twin = reports.of_content(connection, version.report, reading.content_sha256)
    facts: dict[str, Any] = {"reading": number}
    if twin is None:
        facts |= {"content_sha256": reading.content_sha256, "text_sha256": reading.text_sha256, "tables_sha256": reading.tables_sha256}
    elif twin.id != version.id:
        connection.execute(update(locations).where(locations.c.version == version.id).values(version=twin.id))
    connection.execute(update(versions).where(versions.c.id == version.id).values(**facts))
    ledger.append(connection, Kind.VERSION, version.id)


def _restate(connection: Connection, place: Row[Any], reading: Reading, number: int, old: Row[Any], url: str) -> int:
    """The location says now what the better reader sees there, under the identity it sees: the report of which it is now, and was
    since it showed this."""
    since = readings.stood_since(connection, place, lambda earlier: earlier.content_sha256, old.content_sha256)
    report = _report(connection, place, reading, old.portal, url, since)
    if report != place.report:
        readings.belongs_to(connection, number, report)
        for seen in (since, place.last_seen):
            reports.learn(connection, report, seen)
        reports.mark(connection, place.id, ended_at=place.last_seen)
        if all(other.ended_at is not None for other in reports.locations_of(connection, place.report)):
            connection.execute(update(reports_table).where(reports_table.c.id == place.report).values(same_as=report))
    if report != place.report:
        reports.version(connection, report, reading, number=number, capture=old.capture, seen=since)
    version, _ = reports.version(connection, report, reading, number=number, capture=old.capture, seen=place.last_seen)
    reports.stand(connection, report, place.url, portal=place.portal, version=version.id, reading=number, facts=reading, seen=place.last_seen)
    current = and_(locations.c.report == report, locations.c.url == place.url)
    connection.execute(  # `stand` erases nothing; a better reader may know that a title was none
        update(locations).where(current).values(title=reading.title, published=reading.published, gone_at=place.gone_at, ended_at=place.ended_at)
    )
    if report != place.report:
        connection.execute(update(locations).where(current, locations.c.first_seen > since).values(first_seen=since))
    reports.restate(connection, report, reading)
    return report


def _report(connection: Connection, place: Row[Any], reading: Reading, portal: str | None, url: str, since: datetime) -> int:
    standing = reports.row(connection, place.report)
    name = identity.of(reading, portal=portal, url=url)
    if standing.identity == name or (identity.unidentified(reading) and identity.same_server(standing.identity, reading, url)):
        return int(standing.id)
    if reports.find(connection, name) is None and len(reports.locations_of(connection, place.report)) == 1:
        connection.execute(update(reports_table).where(reports_table.c.id == standing.id).values(identity=name, trust=reading.trust))
        return int(standing.id)
    report, _ = reports.belongs_to(connection, reading, portal=portal, url=url, here=None, seen=since)
    return report
