"""The check of a whole archive, step by step, inside one reading transaction. Memory stays flat; nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from cryptography.x509 import Certificate
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DatabaseError, OperationalError

from storage.archive import Archive
from storage.engine import reading
from storage.evidence import headsfile
from storage.schema import blobs, contents, heads, ledger
from storage.verifying import bodies, chain, counted, headed, legible, referred, searched, texts, vouched
from storage.verifying.bad import Bad, Check, Verdict


def verify(
    archive: Archive,
    *,
    since: datetime | None = None,
    heads_file: Path | None = None,
    certificates: Sequence[Certificate] = (),
    checked: Counter[str] | None = None,
    progress: Callable[[str, int], None] | None = None,
) -> Iterator[Bad]:
    """Compute everything again and name what is bad.

    Args:
        since: only what was entered after the last head written before this time, and readings and findings from then on.
        heads_file: the plain file of heads; None, or one that is not there, is not checked.
        certificates: see headed.check.
        checked: is filled with how many things of each kind were looked at.
        progress: told of each kind how many more were looked at.

    Yields:
        Each bad thing, once, as it is found. An archive without any is whole, as far as docs/ledger.md says.

    Raises:
        ArchiveUnavailable: the archive, or the file of heads, cannot be read.
    """
    written = None if heads_file is None else headsfile.read(heads_file)
    with reading(archive.engine) as connection:
        check = Check(connection=connection, checked=Counter() if checked is None else checked)
        if progress is not None:
            check.progress = progress
        if since is not None:
            check.since, check.since_time = _head_before(connection, since), since
        if not check.since:
            check.since_time = None
        steps = (
            _database, chain.check, bodies.check, texts.check, counted.check, vouched.check,
            lambda check: headed.check(check, heads_file, written, certificates), legible.check, referred.check,
            searched.check,
        )  # fmt: skip
        damaged = False
        for step in steps:
            try:
                yield from step(check)
            except DatabaseError as error:  # a page of the database itself: what stands on it cannot be named, what stands elsewhere can
                if connection.dialect.name != "sqlite" or isinstance(error, OperationalError):
                    raise  # the machine refuses: that says nothing of the archive
                if not damaged:
                    what = f"{' '.join(str(error.orig).split())}: a page of the file is damaged; what stands on it was not looked at"
                    yield Bad(kind="database", id="sqlite", place=connection.engine.url.database, verdict=Verdict.ROT, what=what)
                damaged = True
        if (transaction := connection.get_transaction()) is not None:
            transaction.rollback()  # SQLite commits nothing in a damaged file, not even what was only read, also where each bad row was read around


def size(archive: Archive) -> int:
    """About how many steps `progress` will be told of bodies, contents and entries, for a bar."""
    with reading(archive.engine) as connection:
        try:
            return sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (blobs, contents, ledger))
        except DatabaseError:  # damaged, which verify will name
            return 0


def _head_before(connection: Connection, since: datetime) -> int:
    return connection.execute(select(func.max(heads.c.seq)).where(heads.c.at < since)).scalar_one() or 0


def _database(check: Check) -> Iterator[Bad]:
    """SQLite's own check of its pages and indexes. PostgreSQL has none to call; there are checksums of its pages for that."""
    if check.connection.dialect.name != "sqlite":
        return
    for said in check.connection.exec_driver_sql("PRAGMA integrity_check(100)").scalars():
        if said != "ok":
            yield Bad(kind="database", id="sqlite", place=check.connection.engine.url.database, verdict=Verdict.ROT, what=" ".join(said.split()))
    check.looked_at("database")
