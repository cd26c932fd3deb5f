"""Heads: the ledger's end after a night's work. Whoever keeps a head elsewhere can tell later that nothing before it was altered.

A night that grows after its head gets a further head; none is ever replaced. A head is a row like others and has an entry of its own, so a head
that is taken away is missed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, insert, select, update

from storage.engine import path_of
from storage.evidence import ledger
from storage.evidence.canonical import plain
from storage.evidence.facts import Kind
from storage.nights import night_of
from storage.schema import heads
from storage.schema import ledger as ledger_table
from storage.types import utc

_COLUMNS = (heads.c.id, heads.c.night, heads.c.seq, heads.c.chain, heads.c.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One head.

    Attributes:
        night: the night it closes. seq, chain: the ledger's newest entry then.
        at: when it was written.
    """

    id: int
    night: date
    seq: int
    chain: str
    at: datetime

    @property
    def line(self) -> str:
        """As it stands in files, and as it is stamped."""
        return f"{self.night.isoformat()} {self.seq} {self.chain} {plain(self.at)}"


def seal(connection: Connection, at: datetime) -> Head | None:
    """Write a head when the ledger has grown since the last one.

    Returns:
        The new head; None when nothing was entered since.
    """
    newest = connection.execute(select(ledger_table).order_by(ledger_table.c.seq.desc()).limit(1)).one_or_none()
    if newest is None or newest.kind == Kind.HEAD:
        return None
    made = insert(heads).values(night=night_of(at), seq=newest.seq, chain=newest.chain, at=utc(at)).returning(*_COLUMNS)
    head = _head(connection.execute(made).one())
    ledger.append(connection, Kind.HEAD, head.id)
    return head


def all_of(connection: Connection) -> list[Head]:
    """Every head, oldest first: one or a few a night."""
    return [_head(row) for row in connection.execute(select(*_COLUMNS).order_by(heads.c.seq))]


def unstamped(connection: Connection, limit: int) -> list[Head]:
    """Heads without a time stamp, newest first: the newest vouches for all before it."""
    found = select(*_COLUMNS).where(heads.c.token.is_(None)).order_by(heads.c.seq.desc()).limit(limit)
    return [_head(row) for row in connection.execute(found)]


def stamp(connection: Connection, head: int, token: bytes) -> None:
    """Keep the time stamp of a head that has none: an authority's whole answer (TimeStampResp of RFC 3161, in DER)."""
    connection.execute(
        update(heads).where(heads.c.id == head, heads.c.token.is_(None)).values(token=token, token_sha256=hashlib.sha256(token).hexdigest())
    )


def as_text(connection: Connection) -> str:
    """`heads.txt` as exports hold it: one line a head, oldest first."""
    return "".join(f"{head.line}\n" for head in all_of(connection))


def file_of(url: URL, folder: Path) -> Path:
    """The plain file of heads of an archive: beside its file and named after it; for an archive on a server in `folder`."""
    file = path_of(url)
    return folder / f"{url.database}.heads.txt" if file is None else file.with_suffix(".heads.txt")


def _head(row: Any) -> Head:
    return Head(**row._mapping)
