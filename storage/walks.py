"""Runs as evidence: what each one's lists showed, and whether all of the portal's columns were read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from storage import shown
from storage.records import Outcome
from storage.schema import listings, runs
from storage.shown import Shown

_AT_ONCE = 500
_SOME = 20  # runs of one portal: the newest ones mostly decide


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One finished run of a portal with its listings.

    Attributes:
        unread: columns that could not be read, or showed less than expected. That the newest year is missing counts for nothing here: that is
            what a list looks like when a report is overdue.
    """

    run: int
    portal: str
    started: datetime
    finished: datetime
    outcome: str
    unread: int
    detail: str | None
    lists: tuple[Shown, ...]

    @property
    def troubled(self) -> bool:
        """Whether the portal, or we, failed: its lists prove nothing of what they lack."""
        return self.outcome not in {Outcome.OK, Outcome.DEGRADED} or self.unread > 0 or not self.lists

    @cached_property
    def columns(self) -> dict[str, list[Shown]]:
        """The pages of each column."""
        found: dict[str, list[Shown]] = defaultdict(list)
        for one in self.lists:
            found[one.column].append(one)
        return dict(found)

    @cached_property
    def addresses(self) -> dict[str, Shown]:
        """Every address its lists show, with the first list that shows it."""
        found: dict[str, Shown] = {}
        for one in self.lists:
            for url, _, _ in one.rows:
                found.setdefault(url, one)
        return found

    def left_early(self, day: date) -> list[str]:
        """Columns of which not enough was read to know that no row of that day or later is missing from them."""
        return [column for column, pages in self.columns.items() if not shown.read_well(pages, day)]


def newest(connection: Connection, portals: Collection[str], until: datetime) -> dict[str, Walk]:
    """The newest run of each portal that had ended by then; portals without one are left out."""
    found: dict[str, Walk] = {}
    for part in _portions(sorted(portals)):
        last = (
            select(func.max(runs.c.id)).where(runs.c.portal.in_(part), runs.c.finished.is_not(None), runs.c.finished <= until).group_by(runs.c.portal)
        )
        rows = list(connection.execute(select(runs).where(runs.c.id.in_(last))))
        read = _read(connection, [row.id for row in rows])
        found |= {row.portal: _walk(row, read[row.id]) for row in rows}
    return found


def first(connection: Connection, portals: Collection[str], until: datetime) -> dict[str, datetime]:
    """When the first run of each portal ended; portals without one are left out."""
    found: dict[str, datetime] = {}
    for part in _portions(sorted(portals)):
        asked = select(runs.c.portal, func.min(runs.c.id)).where(runs.c.portal.in_(part), runs.c.finished <= until).group_by(runs.c.portal)
        numbers = [number for _, number in connection.execute(asked)]
        found |= {row.portal: row.finished for row in connection.execute(select(runs.c.portal, runs.c.finished).where(runs.c.id.in_(numbers)))}
    return found


def since(connection: Connection, portal: str, after: datetime, until: datetime) -> Iterator[Walk]:
    """A portal's runs that began at `after` or later and had ended by `until`, newest first."""
    rows = connection.execute(_runs(portal, until).where(runs.c.started >= after).order_by(runs.c.id.desc())).all()
    for start in range(0, len(rows), _SOME):
        part = rows[start : start + _SOME]
        read = _read(connection, [row.id for row in part])
        yield from (_walk(row, read[row.id]) for row in part)


def _read(connection: Connection, numbers: list[int]) -> dict[int, list[Shown]]:
    """What some runs read, in its order."""
    read: dict[int, list[Shown]] = defaultdict(list)
    for row in connection.execute(shown.stored().where(listings.c.run.in_(numbers)).order_by(listings.c.id)):
        read[row.run].append(shown.of(row))
    return read


def _runs(portal: str, until: datetime) -> Select[Any]:
    return select(runs).where(runs.c.portal == portal, runs.c.finished.is_not(None), runs.c.finished <= until)


def _walk(row: Row[Any], lists: Iterable[Shown]) -> Walk:
    counts: dict[str, int] = row.counts
    return Walk(
        run=row.id, portal=row.portal, started=row.started, finished=row.finished, outcome=row.outcome, detail=row.detail, lists=tuple(lists),
        unread=max(0, counts.get("columns_unread", 1) - counts.get("newest_year_missing", 0)),
    )  # fmt: skip


def _portions(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _AT_ONCE):
        yield keys[start : start + _AT_ONCE]
