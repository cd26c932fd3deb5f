"""A WACZ of a whole archive into an empty one: every table as it was, ids and all, in one transaction, held against the hashes it came with."""

from __future__ import annotations

import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, ProgrammingError, StatementError

from app.importing.members import Damaged
from storage import blobs as bodies
from storage import migrations, search, tables
from storage.archive import Archive
from storage.engine import reading as reads
from storage.engine import writing as writes
from storage.errors import CorruptCapture, CorruptValue
from storage.evidence.wacz import MANIFEST, MANIFEST_FORMAT, TABLES
from storage.schema import blobs

LINE_LIMIT = 2**28  # characters of one row; a body of 64 MB in base64 has a third of it
MANIFEST_LIMIT = 2**20
UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError, RuntimeError)  # of a ZIP file
_REFUSED = (IntegrityError, DataError, InterfaceError, ProgrammingError)  # by a database because of a value, not of its disk or its server


def carries_archive(path: Path) -> bool:
    """Whether a file is a WACZ that carries the tables of a whole archive."""
    try:
        with zipfile.ZipFile(path) as package:
            return MANIFEST in package.namelist()
    except (*UNREADABLE, ValueError):
        return False


def is_empty(archive: Archive) -> bool:
    """Whether an archive holds nothing yet."""
    with reads(archive.engine) as connection:
        return tables.is_empty(connection)


def restore(archive: Archive, path: Path, passed: Callable[[str], None]) -> dict[str, int]:
    """Put all tables into an empty archive: all of them, or none where anything is not as it was.

    Args:
        passed: called with the name of each table.

    Returns:
        The number of rows by table.

    Raises:
        Damaged: the file is not whole, or what came in hashes to something else than what went out.
    """
    try:
        with zipfile.ZipFile(path) as package, writes(archive.engine) as connection:
            manifest = _manifest(package)
            if manifest["schema"] != migrations.HEAD:
                raise Damaged("schema", f"tables of schema {manifest['schema']}, this program's is {migrations.HEAD}")
            if not tables.is_empty(connection):
                raise Damaged("not_empty", "another program wrote into the archive")
            for table in tables.ordered():
                _fill(connection, package, table)
                passed(table.name)
            with _holding("a row"):
                tables.set_counters(connection)
                rows = _check(connection, manifest["tables"])
                search.rebuild(connection)
            return rows
    except UNREADABLE as error:
        raise Damaged("unreadable", str(getattr(error, "strerror", None) or error)) from error


def _manifest(package: zipfile.ZipFile) -> dict[str, Any]:
    try:
        with package.open(MANIFEST) as file:
            told = json.loads(file.read(MANIFEST_LIMIT))
        if told["format"] != MANIFEST_FORMAT:
            raise ValueError(f"format {told['format']!r}")
        return {"schema": told["schema"], "tables": {name: tables.Sum(int(rows), str(sha256)) for name, (rows, sha256) in told["tables"].items()}}
    except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise Damaged("manifest", f"{MANIFEST} is not as an export writes it: {error}") from error


def _fill(connection: Connection, package: zipfile.ZipFile, table: Table) -> None:
    name = _member(table)
    if name not in package.namelist():
        raise Damaged("table", f"{name} is missing")
    with _holding(name):
        tables.put(connection, table, _rows(package, name))


def _member(table: Table) -> str:
    return f"{TABLES}/{table.name}.jsonl"


@contextmanager
def _holding(name: str) -> Iterator[None]:
    """What rows that somebody made up lead to is told as such. What the disk or the server refuses is no fault of theirs.

    Raises:
        Damaged: `name` is not as it should be.
    """
    try:
        yield
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, ArithmeticError, StatementError, CorruptValue) as error:
        if isinstance(error, DBAPIError) and (error.connection_invalidated or not isinstance(error, _REFUSED)):
            raise
        cause = error.orig if isinstance(error, StatementError) else error.__cause__ if isinstance(error, CorruptValue) else None
        cause = cause or error  # without the statement and its values, and without the advice for an archive that is there
        raise Damaged("table", f"{name} is not as an export writes it: {type(cause).__name__}: {str(cause)[:200]}") from error


def _rows(package: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    with package.open(name) as file:
        while line := file.readline(LINE_LIMIT):
            if not line.endswith(b"\n"):
                raise Damaged("table", f"{name}: a row does not end")
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ValueError("a line that is no row")
            yield row


def _check(connection: Connection, told: dict[str, tables.Sum]) -> dict[str, int]:
    """Hold what was put in against the manifest, and every body against its name.

    Raises:
        Damaged: names the tables that differ, or the body.
    """
    sums: dict[str, tables.Sum] = {}
    for table in tables.ordered():
        with _holding(_member(table)):
            sums[table.name] = tables.sum_of(connection, table)
    if wrong := sorted(name for name in sums.keys() | told.keys() if sums.get(name) != told.get(name)):
        raise Damaged("hash", f"what the file holds is not what was exported: {', '.join(wrong)}")
    for sha256 in connection.execute(select(blobs.c.sha256).order_by(blobs.c.sha256)).scalars().all():
        try:
            bodies.get(connection, sha256)
        except CorruptCapture as error:
            raise Damaged("hash", f"a body is damaged: {error}") from error
    return {name: one.rows for name, one in sums.items()}
