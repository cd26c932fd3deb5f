"""What can be measured of an archive, by statements that stay cheap however old it is: sums over history are taken up where they were left."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from storage.archive import Archive
from storage.engine import reading
from storage.patience import patient
from storage.records import Outcome
from storage.schema import changes, heads, incidents, ledger, outbox, runs, slots
from storage.slots import AFTERWARDS, TAKEN, WAITING

SUMMED = ("requests", "not_modified", "bytes", "captures", "listings")
_GOOD = (Outcome.OK, Outcome.DEGRADED)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How an archive stands now.

    Attributes:
        incidents: open ones by kind. own: our own failures, as kind and detail: open ones that concern no portal and that no
            person has acknowledged.
        outbox, slots: messages and portals' slots by state, without those that are done.
        waiting_since: when the oldest message that is not sent yet was due first.
        entries, sealed: the ledger's length, and how much of it the last head covers. head: when that was written.
        running: runs that go on: portal and beginning.
        begun: when the first slot was made or the first run began; None for an archive nobody crawled for.
    """

    incidents: Mapping[str, int]
    own: tuple[tuple[str, str | None], ...]
    outbox: Mapping[str, int]
    waiting_since: datetime | None
    slots: Mapping[str, int]
    entries: int
    sealed: int
    head: datetime | None
    running: tuple[tuple[str, datetime], ...]
    begun: datetime | None


@patient
def state(archive: Archive) -> State:
    """How the archive stands now."""
    with reading(archive.engine) as connection:
        open_ = connection.execute(select(incidents.c.kind, func.count()).where(incidents.c.closed.is_(None)).group_by(incidents.c.kind))
        kinds = _numbers(open_)
        unknown = (incidents.c.closed.is_(None), incidents.c.portal.is_(None), incidents.c.acknowledged.is_(None))
        own = connection.execute(select(incidents.c.kind, incidents.c.detail).where(*unknown))
        left = outbox.c.state != "sent"
        open_slots = (slots.c.state.in_([WAITING, TAKEN]), slots.c.portal != AFTERWARDS)
        entries = connection.execute(select(func.max(ledger.c.seq))).scalar_one() or 0
        head = connection.execute(select(heads.c.seq, heads.c.at).order_by(heads.c.id.desc()).limit(1)).one_or_none()
        firsts = [connection.execute(select(func.min(column))).scalar_one() for column in (slots.c.made_at, runs.c.started)]
        return State(
            incidents=kinds,
            own=tuple((row.kind, row.detail) for row in own),
            outbox=_numbers(connection.execute(select(outbox.c.state, func.count()).where(left).group_by(outbox.c.state))),
            waiting_since=connection.execute(select(func.min(outbox.c.waits_since)).where(outbox.c.state == "waiting")).scalar_one(),
            slots=_numbers(connection.execute(select(slots.c.state, func.count()).where(*open_slots).group_by(slots.c.state))),
            entries=int(entries),
            sealed=0 if head is None else int(head.seq),
            head=None if head is None else head.at,
            running=tuple(tuple(row) for row in connection.execute(select(runs.c.portal, runs.c.started).where(runs.c.outcome == Outcome.RUNNING))),
            begun=min((first for first in firsts if first is not None), default=None),
        )


@dataclass
class History:
    """Sums over all runs and changes, kept by who asks for them again and again.

    Attributes:
        runs: by portal and outcome. sums: SUMMED by portal. seconds: by portal. stages: seconds by stage.
        last: the outcome of each portal's newest run. good: when a run of the portal that read a list ended last.
        changes: by kind.
    """

    runs: Counter[tuple[str, str]] = field(default_factory=Counter)
    sums: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    stages: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    last: dict[str, str] = field(default_factory=dict)
    good: dict[str, datetime] = field(default_factory=dict)
    changes: Counter[str] = field(default_factory=Counter)
    _newest: int = 0
    _open: set[int] = field(default_factory=set)
    _change: int = 0

    def update(self, archive: Archive) -> None:
        """Add what happened since the last call."""
        self._update(archive)

    @patient
    def _update(self, archive: Archive) -> None:
        with reading(archive.engine) as connection:
            ended = self._ended(connection)
            last, going, newest = dict(self.last), set(self._open), self._newest
            for row in ended:
                newest = max(newest, row.id)
                last[row.portal] = row.outcome
                going = going | {row.id} if row.outcome == Outcome.RUNNING else going - {row.id}
            kinds = select(changes.c.kind, func.count(), func.max(changes.c.id)).where(changes.c.id > self._change).group_by(changes.c.kind)
            learned = connection.execute(kinds).all()
        for row in ended:  # nothing is added before all of it was read: a connection may be lost in between
            if row.outcome != Outcome.RUNNING:
                self._add(row)
        self.last, self._open, self._newest = last, going, newest
        for kind, number, highest in learned:
            self.changes[kind] += number
            self._change = max(self._change, highest)

    def _ended(self, connection: Connection) -> list[Any]:
        columns = (runs.c.id, runs.c.portal, runs.c.outcome, runs.c.finished, runs.c.counts)
        wanted = or_(runs.c.id > self._newest, runs.c.id.in_(sorted(self._open)))
        return list(connection.execute(select(*columns).where(wanted).order_by(runs.c.id)))

    def _add(self, row: Any) -> None:
        self.runs[row.portal, row.outcome] += 1
        for name in SUMMED:
            if isinstance(number := row.counts.get(name), int):
                self.sums[row.portal][name] += max(number, 0)
        if isinstance(milliseconds := row.counts.get("milliseconds"), int):
            self.seconds[row.portal] += max(milliseconds, 0) / 1000
        stages = row.counts.get("stages")
        for stage, spent in stages.items() if isinstance(stages, Mapping) else ():
            if isinstance(spent, (int, float)) and spent >= 0:
                self.stages[stage] += spent
        if row.outcome in _GOOD and row.finished is not None:
            self.good[row.portal] = max(row.finished, self.good.get(row.portal, row.finished))


@patient
def last_good(archive: Archive) -> datetime | None:
    """When a run that read a list ended last; None when none ever did."""
    with reading(archive.engine) as connection:
        found: datetime | None = connection.execute(select(func.max(runs.c.finished)).where(runs.c.outcome.in_(_GOOD))).scalar_one()
    return found


@patient
def last_ended(archive: Archive, before: datetime) -> datetime | None:
    """When the last run before a time ended, however; None when none did."""
    with reading(archive.engine) as connection:
        found: datetime | None = connection.execute(select(func.max(runs.c.finished)).where(runs.c.finished <= before)).scalar_one()
    return found


def _numbers(rows: Iterable[Any]) -> dict[str, int]:
    return {str(name): int(number) for name, number in rows}
