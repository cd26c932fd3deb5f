"""What a comparison between reports needs of the archive: which reports are due for it, texts and their fingerprints, and what lists showed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, or_, select, update

from storage import contents, shown
from storage.contents import Content
from storage.engine import insert_new, reading
from storage.patience import patient
from storage.schema import captures, crosschecks, listings, locations, readings
from storage.shown import Shown as Shown
from storage.standing import OFFICIAL, Standing, facts
from storage.types import utc

if TYPE_CHECKING:
    from storage.archive import Archive


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Of the text of a report: equal bits say equal words. `length` is that of what it was made from."""

    content_sha256: str
    bits: str
    length: int


@patient
def unchecked(archive: Archive, checker: str, portal: str | None = None) -> list[int]:
    """Official reports that say something else, or another date, than when they were compared last, or were compared by another version.

    Args:
        portal: reports of this one alone.
    """
    here = facts().subquery()
    same = and_(
        crosschecks.c.checker == checker,
        crosschecks.c.assessment.is_not_distinct_from(here.c.assessment),
        crosschecks.c.published.is_not_distinct_from(here.c.published),
    )
    query = select(here.c.id).outerjoin(crosschecks, crosschecks.c.report == here.c.id)
    query = query.where(
        here.c.same_as.is_(None), here.c.trust.in_(OFFICIAL), or_(crosschecks.c.report.is_(None), crosschecks.c.checker.is_(None), ~same)
    )
    if portal is not None:
        query = query.where(here.c.portal == portal)
    with reading(archive.engine) as connection:
        return list(connection.execute(query.order_by(here.c.id)).scalars())


def note(connection: Connection, report: Standing, checker: str) -> None:
    """A report was compared as it stands."""
    compared = {"assessment": report.assessment, "published": report.published, "checker": checker}
    if insert_new(connection, crosschecks, report=report.report, **compared) is None:
        connection.execute(update(crosschecks).where(crosschecks.c.report == report.report).values(**compared))


def compared_like(connection: Connection, report: int, checker: str) -> bool:
    """Whether a report was never compared, or last by this same version of the comparison."""
    known = connection.execute(select(crosschecks.c.checker).where(crosschecks.c.report == report)).scalar_one_or_none()
    return known in {None, checker}


def keep_fingerprint(connection: Connection, report: int, made: Fingerprint) -> None:
    """See Archive.fingerprinted."""
    known = {"content_sha256": made.content_sha256, "fingerprint": made.bits, "length": made.length}
    if insert_new(connection, crosschecks, report=report, **known) is None:
        connection.execute(update(crosschecks).where(crosschecks.c.report == report).values(**known))


@patient
def fingerprints(archive: Archive, reports: Collection[int]) -> dict[int, Fingerprint]:
    """The fingerprints that are kept, by report."""
    kept = select(crosschecks).where(crosschecks.c.report.in_(reports), crosschecks.c.fingerprint.is_not(None))
    with reading(archive.engine) as connection:
        return {
            row.report: Fingerprint(content_sha256=row.content_sha256, bits=row.fingerprint, length=row.length) for row in connection.execute(kept)
        }


@patient
def content(archive: Archive, sha256: str) -> Content:
    """The text and tables of that name.

    Raises:
        ArchiveError: they are missing.
    """
    with reading(archive.engine) as connection:
        return contents.get(connection, sha256)


@patient
def listed(archive: Archive, portal: str, after: datetime, until: datetime) -> list[Shown]:
    """A portal's listings read between two moments, oldest first."""
    between = (listings.c.portal == portal, listings.c.read_at >= utc(after), listings.c.read_at <= utc(until))
    with reading(archive.engine) as connection:
        return [shown.of(row) for row in connection.execute(shown.stored().where(*between).order_by(listings.c.read_at, listings.c.id))]


@patient
def addresses(archive: Archive, report: int) -> frozenset[str]:
    """Every URL a report was ever read from or asked for at."""
    stood = select(locations.c.url).where(locations.c.report == report)
    asked = select(captures.c.url).join(readings, readings.c.capture == captures.c.id).where(readings.c.report == report).distinct()
    with reading(archive.engine) as connection:
        return frozenset([*connection.execute(stood).scalars(), *connection.execute(asked).scalars()])
