"""The ledger's chain: each entry computed again from the one before it.

One broken entry between links that hold is rot, unless its row says that it is right and the link was cut. What is missing, doubled or out of
order is tampering: chance takes no row away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from storage.evidence import canonical, facts
from storage.evidence.facts import Kind
from storage.schema import ledger
from storage.verifying import repairs, strictly
from storage.verifying.bad import Bad, Check, Verdict
from storage.verifying.strictly import Row


@dataclass(slots=True)
class _Gap:
    first: int
    last: int
    before: str | None


def check(check: Check) -> Iterator[Bad]:
    """Every entry after `check.since`, in order."""
    yield from _Chain(check).walk()


class _Chain:
    def __init__(self, check: Check) -> None:
        self.check = check
        self.before: str | None = canonical.FIRST
        self.expected = check.since + 1
        self.gaps: list[_Gap] = []
        self.strays: list[Row] = []
        self.cut: tuple[int, int] | None = None  # a run of entries that do not hang together
        if check.since:
            self.before = check.connection.execute(select(ledger.c.chain).where(ledger.c.seq == check.since)).scalar_one_or_none()

    def walk(self) -> Iterator[Bad]:
        query = select(ledger)
        if self.check.since:
            query = query.where(ledger.c.seq > self.check.since)
        here: Row | None = None
        for following in strictly.rows(self.check.connection, query, ledger):
            if here is not None:
                yield from self._entry(here, following)
            here = following
        if here is not None:
            yield from self._entry(here, None)
        yield from self._end_of_cut()
        yield from self._missing()

    def _entry(self, row: Row, following: Row | None) -> Iterator[Bad]:
        self.check.looked_at("entries")
        seq = row.key
        if seq < self.expected:  # below 1: nothing else can be out of order here
            self.strays.append(row)
            return
        if seq > self.expected:
            if (bad := self._displaced(row)) is not None:
                yield bad
                return
            self.gaps.append(_Gap(self.expected, seq - 1, self.before))
            self.before = None
        self.expected = seq + 1
        if row.trouble is not None:
            self._damaged(row)
            yield self._bad(seq, Verdict.ROT, f"cannot be read: {row.trouble}")
            chain = row.values.get("chain")
            self.before = chain if isinstance(chain, str) and _hangs(chain, following) else None
            return
        if self.before is None or _link(self.before, row) == row.values["chain"]:
            yield from self._end_of_cut()
            self.before = row.values["chain"]
            return
        yield from self._broken(row, following, self.before)

    def _broken(self, row: Row, following: Row | None, before: str) -> Iterator[Bad]:
        seq, stored, wanted = row.key, row.values["chain"], _link(before, row)
        holds = _hangs(stored, following)
        if not holds and (_hangs(wanted, following) or repairs.one_bit_apart(stored, wanted)):
            self._damaged(row)
            yield self._bad(seq, Verdict.ROT, f"its chain is {stored}, and what is before and after it makes {wanted}")
            self.before = wanted
            return
        self.before = stored
        said = {name: row.values[name] for name in ("kind", "ref", "sha256")}
        if repairs.explains(said, lambda other: canonical.link(before, seq, other["kind"], other["ref"], other["sha256"]) == stored) or (
            holds and not self._is_of_its_row(row)
        ):
            self._damaged(row)
            yield self._bad(seq, Verdict.ROT, "it does not fit its chain, and those before and after it do")
            return
        self.cut = (self.cut[0], seq) if self.cut is not None and self.cut[1] == seq - 1 else self.cut
        if self.cut is None or self.cut[1] != seq:
            yield from self._end_of_cut()
            self.cut = (seq, seq)

    def _end_of_cut(self) -> Iterator[Bad]:
        if self.cut is not None:
            (first, last), self.cut = self.cut, None
            many = "it does" if first == last else f"entries {first} to {last} do"
            yield self._bad(first, Verdict.TAMPERING, f"{many} not follow from what is before: the ledger was written anew from here, or cut")

    def _displaced(self, row: Row) -> Bad | None:
        """An entry with another number than it was given, where it fits a gap left before."""
        for gap in self.gaps:
            if gap.first == gap.last and gap.before is not None and row.trouble is None and _link(gap.before, row, gap.first) == row.values["chain"]:
                self.gaps.remove(gap)
                self.check.damaged[gap.first] = row.values
                self._damaged(row)
                return self._bad(row.key, Verdict.ROT, f"numbered {row.key}, and is entry {gap.first}")
        return None

    def _missing(self) -> Iterator[Bad]:
        for row in self.strays:
            yield self._displaced(row) or self._bad(row.key, Verdict.TAMPERING, "there can be no entry of this number")
        for gap in self.gaps:
            what = "it is missing" if gap.first == gap.last else f"entries {gap.first} to {gap.last} are missing"
            yield self._bad(gap.first, Verdict.TAMPERING, what)

    def _is_of_its_row(self, row: Row) -> bool:
        """Whether the row an entry is of says what the entry says."""
        kind, ref = row.values["kind"], row.values["ref"]
        if kind not in set(Kind) or not 0 < ref < 2**31:
            return False
        table = facts.TABLES[Kind(kind)]
        found = next(strictly.rows(self.check.connection, facts.query(Kind(kind)).where(table.c.id == ref), table), None)
        return found is not None and found.trouble is None and facts.digest(Kind(kind), found.values) == row.values["sha256"]

    def _damaged(self, row: Row) -> None:
        self.check.damaged[row.key] = row.values

    def _bad(self, seq: int, verdict: Verdict, what: str) -> Bad:
        return Bad(kind="entry", id=seq, place="ledger", verdict=verdict, what=what)


def _link(before: str, row: Row, seq: int | None = None) -> str:
    values: dict[str, Any] = row.values
    return canonical.link(before, row.key if seq is None else seq, values["kind"], values["ref"], values["sha256"])


def _hangs(chain: str, following: Row | None) -> bool:
    """Whether the entry after this one hangs on this chain."""
    return following is not None and following.trouble is None and _link(chain, following) == following.values["chain"]
