"""What the archive knows of one night's work, as rows: runs, changes, incidents, listings, the times of answers, slots, the head, messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, func, or_, select

from storage.archive import Archive
from storage.engine import reading
from storage.nights import span_of
from storage.patience import patient
from storage.schema import captures, changes, heads, incidents, listings, outbox, portals, reports, runs, slots

_AT_ONCE = 500  # names in one statement
_BUCKET = 600  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Rows of one night.

    Attributes:
        runs: those begun in the night, with the portal's name and division.
        changes: with the report's year and title.
        incidents: opened, closed or seen in the night, or still open.
        lists: pages of report columns that were read, by run.
        answers: how many answers were kept in each ten minutes, by the beginning of these (Unix time).
        slots: how many of the night's slots are in each state; empty where no service makes any.
        head: the newest head of the ledger that the night wrote, if it did: id, night, seq, chain, at.
        messages: of the alerts' outbox: `sent` in the night; `waiting` and `dead` now.
    """

    runs: Sequence[Row[Any]]
    changes: Sequence[Row[Any]]
    incidents: Sequence[Row[Any]]
    lists: dict[int, int]
    answers: dict[int, int]
    slots: dict[str, int]
    head: Any
    messages: dict[str, int]


@patient
def of_night(archive: Archive, night: date) -> Work:
    """All that the archive holds of a night (storage.nights)."""
    since, until = span_of(night)
    begun = (runs.c.started >= since, runs.c.started < until)
    with reading(archive.engine) as connection:
        crawls = connection.execute(
            select(runs, portals.c.name, portals.c.adcode).join(portals, portals.c.key == runs.c.portal).where(*begun).order_by(runs.c.id)
        ).all()
        keys = sorted({row.portal for row in crawls})
        answers: Counter[int] = Counter()
        lists: dict[int, int] = {}
        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            times = select(captures.c.fetched_at).where(captures.c.portal.in_(some), captures.c.fetched_at >= since, captures.c.fetched_at < until)
            answers.update(int(moment.timestamp()) // _BUCKET * _BUCKET for moment in connection.execute(times).scalars())
            read = (listings.c.portal.in_(some), listings.c.read_at >= since, listings.c.read_at < until, listings.c.run.is_not(None))
            counted = select(listings.c.run, func.count()).where(*read).group_by(listings.c.run)
            lists |= {int(run): int(number) for run, number in connection.execute(counted)}
        learned = connection.execute(
            select(changes, reports.c.year, reports.c.title)
            .join(reports, reports.c.id == changes.c.report)
            .where(changes.c.time >= since, changes.c.time < until)
            .order_by(changes.c.id)
        ).all()
        failed = connection.execute(
            select(incidents)
            .where(incidents.c.opened < until, or_(incidents.c.closed.is_(None), incidents.c.closed >= since))
            .order_by(incidents.c.id)
        ).all()
        made = select(slots.c.state, func.count()).where(slots.c.made_at >= since, slots.c.made_at < until, ~slots.c.portal.startswith("("))
        sealed = select(heads.c.id, heads.c.night, heads.c.seq, heads.c.chain, heads.c.at).where(heads.c.at >= since, heads.c.at < until)
        sent = select(func.count()).where(outbox.c.sent >= since, outbox.c.sent < until)
        left = select(outbox.c.state, func.count()).where(outbox.c.state != "sent").group_by(outbox.c.state)
        return Work(
            runs=crawls,
            changes=learned,
            incidents=failed,
            lists=lists,
            answers=dict(sorted(answers.items())),
            slots={state: int(number) for state, number in connection.execute(made.group_by(slots.c.state))},
            head=connection.execute(sealed.order_by(heads.c.id.desc()).limit(1)).one_or_none(),
            messages={"sent": int(connection.execute(sent).scalar_one()), **{state: int(number) for state, number in connection.execute(left)}},
        )


@patient
def newest(archive: Archive) -> datetime | None:
    """When the newest run began; None when there was none."""
    with reading(archive.engine) as connection:
        found: datetime | None = connection.execute(select(func.max(runs.c.started))).scalar_one()
    return found
