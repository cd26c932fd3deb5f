"""Copying an archive into another database, SQLite or PostgreSQL, in either direction: all of it, or nothing.

Everything the target gets, its schema included, is one transaction. It ends when every table hashes there to what it hashes to here; whatever kills
the program before leaves an empty database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table

from storage import migrations, opening, search, tables
from storage.engine import connect, path_of, reading, shown, writing
from storage.errors import ArchiveUnavailable, CopyDiffers

Told = Callable[[str, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A table that is the same on both sides."""

    table: str
    rows: int
    sha256: str


def sizes(source: str) -> dict[str, int]:
    """Rows of each table of an archive.

    Raises:
        ArchiveUnavailable, SchemaOutdated: as `Archive.open`.
    """
    engine = opening.open_engine(source, create=False)
    try:
        with reading(engine) as connection:
            return {table.name: tables.count(connection, table) for table in tables.ordered()}
    finally:
        engine.dispose()


def copy(source: str, target: str, told: Told | None = None) -> list[Copied]:
    """Copy an archive; the source may be written to meanwhile, and is copied as it was at the start.

    Args:
        source, target: SQLAlchemy URLs. The target is made where it is not there; a database on a server must be there.
        told: called with a table's name and the rows that were copied or compared since.

    Raises:
        ArchiveUnavailable: one of them cannot be opened, or the target is not empty.
        SchemaOutdated: the source is of another time than this program.
        CopyDiffers: a table hashes otherwise on the other side; nothing was kept.
    """
    old_engine = opening.open_engine(source, create=False)
    new_engine = connect(target)
    try:
        _make_folder(path_of(new_engine.url))
        with reading(old_engine) as old, writing(new_engine) as new:
            _make_ready(new, shown(new_engine.url))
            for table in tables.ordered():
                tables.put(new, table, _counted(tables.rows(old, table), table, told))
            tables.set_counters(new)
            search.rebuild(new)  # its index is another on each kind of database
            return [_compared(old, new, table, told) for table in tables.ordered()]
    finally:
        old_engine.dispose()
        new_engine.dispose()


def _make_folder(path: Path | None) -> None:
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArchiveUnavailable(f"{path}: its folder cannot be made: {error}") from error


def _make_ready(connection: Connection, where: str) -> None:
    """The schema of today in an empty database.

    Raises:
        ArchiveUnavailable: it holds something, ours or somebody else's.
    """
    if migrations.is_archive(connection) and not (migrations.revision(connection) == migrations.HEAD and tables.is_empty(connection)):
        raise ArchiveUnavailable(f"{where}: there is an archive already; a copy needs an empty database")
    migrations.migrate(connection)


def _counted(rows: Iterator[tables.Row], table: Table, told: Told | None) -> Iterator[tables.Row]:
    for row in rows:
        yield row
        if told is not None:
            told(table.name, 1)


def _compared(old: Connection, new: Connection, table: Table, told: Told | None) -> Copied:
    here, there = (tables.total(map(tables.line, _counted(tables.rows(side, table), table, told))) for side in (old, new))
    if here != there:
        raise CopyDiffers(
            f"{table.name}: {here.rows} rows that hash to {here.sha256} became {there.rows} that hash to {there.sha256}; nothing was kept"
        )
    return Copied(table=table.name, rows=there.rows, sha256=there.sha256)
