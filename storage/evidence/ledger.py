"""The ledger: one entry for each capture, listing, version, change, absence and head, in the transaction of its row; each hangs on the one before.

Writers stand in one queue (storage/engine.py), so nobody appends between the look at the end and the new entry.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Connection, exists, insert, select

from storage.evidence import canonical, facts
from storage.evidence.facts import Kind
from storage.schema import ledger

_AT_ONCE = 500


class End(NamedTuple):
    """The newest entry's number and chain."""

    seq: int
    chain: str


def end(connection: Connection) -> End:
    """The ledger's end; 0 and the first link when it is empty."""
    found = connection.execute(select(ledger.c.seq, ledger.c.chain).order_by(ledger.c.seq.desc()).limit(1)).one_or_none()
    return End(0, canonical.FIRST) if found is None else End(found.seq, found.chain)


def append(connection: Connection, kind: Kind, ref: int) -> None:
    """Enter a row just written, as it is stored. A row whose facts became others gets a further one."""
    table = facts.TABLES[kind]
    row = connection.execute(facts.query(kind).where(table.c.id == ref)).mappings().one()
    _enter(connection, end(connection), kind, [(ref, facts.digest(kind, row))])


def append_all(connection: Connection, kind: Kind, *, without: Collection[str] = ()) -> None:
    """Enter every row of a kind that has no entry, by its number: for an archive that was begun before the ledger knew that kind.

    Args:
        without: as in facts.query.
    """
    table, last = facts.TABLES[kind], 0
    new = facts.query(kind, without=without).where(~exists().where(ledger.c.kind == kind, ledger.c.ref == table.c.id))
    while rows := connection.execute(new.where(table.c.id > last).order_by(table.c.id).limit(_AT_ONCE)).mappings().all():
        _enter(connection, end(connection), kind, [(row["ref"], facts.digest(kind, row)) for row in rows])
        last = rows[-1]["ref"]


def _enter(connection: Connection, last: End, kind: Kind, digests: list[tuple[int, str]]) -> None:
    entries = []
    seq, chain = last
    for ref, sha256 in digests:
        seq += 1
        chain = canonical.link(chain, seq, kind, ref, sha256)
        entries.append({"seq": seq, "kind": kind, "ref": ref, "sha256": sha256, "chain": chain})
    connection.execute(insert(ledger), entries)
