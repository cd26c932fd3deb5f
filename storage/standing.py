"""What each report says now: the reading at the place where it stands (or stood last), with its figures.

Only official reports, unless another is named: a mirror's figures never mix with the organ's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, exists, select

from storage import figures
from storage.assessments import IS_OF_READING
from storage.engine import reading
from storage.records import Figure, State, Trust
from storage.schema import assessments, captures, frontier, locations, readings, versions
from storage.schema import reports as reports_table

if TYPE_CHECKING:
    from storage.archive import Archive

OFFICIAL = (Trust.OFFICIAL_HOST, Trust.OFFICIAL_IP)
ORDER = (reports_table.c.adcode.nulls_last(), reports_table.c.year.nulls_last(), reports_table.c.id)
_AT_ONCE = 200  # reports; with their figures some 40,000 rows in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A report and what it says now.

    Attributes:
        report: its number. version: the number of the version shown.
        first_seen: when it was fetched first. capture: sha256 of the bytes it was read from.
        assessment: which set of figures and findings; None when its captures were last read by a reader that read no figures.
    """

    report: int
    portal: str | None
    issuer: str | None
    level: str | None
    adcode: str | None
    city: str | None
    year: int | None
    type: str | None
    title: str | None
    published: date | None
    trust: str
    first_seen: datetime
    url: str
    version: int
    content_sha256: str
    capture: str
    reader: str
    assessment: int | None
    figures: tuple[Figure, ...] = field(default=(), repr=False)


def standing(
    archive: Archive,
    *,
    reports: Collection[int] | None = None,
    adcodes: Sequence[str] | None = None,
    year: int | None = None,
    years: Collection[int] | None = None,
    type: str | None = None,
    figured: bool = True,
) -> Iterator[Standing]:
    """Official reports with their figures, by division, year and number; read in portions, so that a whole country fits.

    Args:
        reports: these alone, official or not.
        adcodes: of divisions; the caller adds those below a province or prefecture.
        figured: False for the facts alone.
    """
    with reading(archive.engine) as connection:
        wanted = chosen(reports=reports, adcodes=adcodes, year=year, type=type)
        if years is not None:
            wanted.append(reports_table.c.year.in_(years))
        rows = connection.execute(facts().where(*wanted).order_by(*ORDER)).all()
        for start in range(0, len(rows), _AT_ONCE):
            portion = rows[start : start + _AT_ONCE]
            read = figures.of(connection, [row.assessment for row in portion if figured and row.assessment is not None])
            yield from (_standing(row, read.get(row.assessment, ())) for row in portion)


def here() -> ScalarSelect[int]:
    """The location where a report of the enclosing query stands, one that its list shows before one that it shows no longer; or where it was seen
    last, when it stands nowhere: of a place that nobody asks for, nobody hears that it is gone."""
    itself = reports_table.alias()  # SQLite lets no ORDER BY see the query around
    alive = exists().where(itself.c.id == locations.c.report, itself.c.state == State.ALIVE).correlate(locations)
    unlisted = exists().where(frontier.c.portal == locations.c.portal, frontier.c.url == locations.c.url, frontier.c.absent_since.is_not(None))
    return (
        select(locations.c.id)
        .where(locations.c.report == reports_table.c.id)
        .order_by(
            locations.c.ended_at.is_not(None), and_(alive, locations.c.gone_at.is_not(None)), and_(alive, unlisted.correlate(locations)),
            locations.c.last_seen.desc(), locations.c.id,
        )
        .limit(1)
        .correlate(reports_table)
        .scalar_subquery()
    )  # fmt: skip


def facts() -> Select[Any]:
    """Reports with the reading where they stand and its assessment."""
    return (
        select(
            reports_table, locations.c.url, versions.c.number.label("version"), readings.c.content_sha256, readings.c.reader,
            captures.c.sha256.label("capture"), assessments.c.id.label("assessment"),
        )
        .select_from(reports_table)
        .join(locations, locations.c.id == here())
        .join(versions, versions.c.id == locations.c.version)
        .join(readings, readings.c.id == locations.c.reading)
        .join(captures, captures.c.id == readings.c.capture)
        .outerjoin(assessments, IS_OF_READING)
    )  # fmt: skip


def chosen(
    *, reports: Collection[int] | None = None, adcodes: Sequence[str] | None = None, year: int | None = None, type: str | None = None
) -> list[ColumnElement[bool]]:  # fmt: skip
    """The conditions of a question about reports; official ones alone, where none is named."""
    wanted: list[ColumnElement[bool]] = [reports_table.c.same_as.is_(None)]
    wanted.append(reports_table.c.trust.in_(OFFICIAL) if reports is None else reports_table.c.id.in_(reports))
    if adcodes is not None:
        wanted.append(reports_table.c.adcode.in_(list(adcodes)))
    if year is not None:
        wanted.append(reports_table.c.year == year)
    if type is not None:
        wanted.append(reports_table.c.type == type)
    return wanted


def _standing(row: Row[Any], read: tuple[Figure, ...]) -> Standing:
    return Standing(
        report=row.id,
        portal=row.portal,
        issuer=row.issuer,
        level=row.level,
        adcode=row.adcode,
        city=row.city,
        year=row.year,
        type=row.type,
        title=row.title,
        published=row.published,
        trust=row.trust,
        first_seen=row.first_seen,
        url=row.url,
        version=row.version,
        content_sha256=row.content_sha256,
        capture=row.capture,
        reader=row.reader,
        assessment=row.assessment,
        figures=read,
    )
