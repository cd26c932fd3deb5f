"""The whole board, some divisions at a time, so that a country fits into memory. Nothing of it is stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from scheduler.deadlines import Deadlines
from scheduler.overdue import organs
from scheduler.overdue.cases import Case, Organ
from scheduler.overdue.evidence import Portals
from scheduler.overdue.judging import judge
from storage import appearing, dues
from storage.archive import Archive
from storage.engine import reading
from storage.records import Level, Origin

SORTS = ("government", "department", "township")
EARLIER = 6  # years before the first one asked for; what an organ published longer ago proves nothing of where it publishes now
_GOVERNMENTS = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)
_AT_ONCE = 200  # divisions


def board(
    archive: Archive,
    deadlines: Deadlines,
    portals: Mapping[str, Origin],
    years: Collection[int],
    at: datetime,
    *,
    adcodes: Collection[str] | None = None,
    sorts: Sequence[str] = SORTS,
    seen_within: int = 2,
) -> Iterator[Case]:
    """Every organ and year, by division, organ (governments first) and year.

    Args:
        portals: those that there is a file for; those that were ever crawled are known to the archive.
        at: as of when; what the archive learned later counts for nothing.
        adcodes: of divisions; None for all that have a portal.
        sorts: of organs: government, department, township.
        seen_within: years after which a department that was not seen may be no more.
    """
    with reading(archive.engine) as connection:
        origins = {**dues.origins(connection, at), **portals}
        of_division: dict[str, list[Origin]] = defaultdict(list)
        for key in sorted(origins):
            of_division[origins[key].adcode].append(origins[key])
        wanted = sorted(of_division if adcodes is None else adcodes)
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            levels = _GOVERNMENTS if tuple(sorts) == ("government",) else None
            known = dues.reports(connection, part, range(min(years) - EARLIER, max(years) + 1), at, levels)
            found = organs.organs(part, known, of_division, sorts)
            yield from _judged(connection, found, deadlines, origins, sorted(years), at, seen_within)


def _judged(
    connection: Connection, found: Sequence[Organ], deadlines: Deadlines, origins: dict[str, Origin], years: Sequence[int], at: datetime, seen: int
) -> Iterator[Case]:  # fmt: skip
    last = {one.id for organ in found for year in years if year not in organ.official for one in organ.official.get(organ.before(year) or 0, ())}
    places = dues.places(connection, last)
    appeared = appearing.of_reports(connection, {one.id for organ in found for year in years for one in organ.official.get(year, ())})
    keys = {key for organ in found for key in organ.home} | {key for stood in places.values() for key in stood}
    keys |= {one.portal for organ in found for reports in organ.official.values() for one in reports if one.portal is not None}
    evidence = Portals(connection, keys, origins, at)
    for organ in found:
        for year in years:
            case = judge(organ, year, deadlines, at=at, seen_within=seen, evidence=evidence, appeared=appeared, places=places)
            if case is not None:
                yield case
