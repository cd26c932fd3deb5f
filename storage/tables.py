"""Every row of every table as plain JSON and back: what a whole archive is carried in, from a database to a file or to another database.

A row says the same on SQLite and on PostgreSQL: times are ISO text in UTC, bytes are base64, exact numbers are text. So two archives are the
same archive where the hashes of their tables are.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Float, Integer, LargeBinary, String, Table, bindparam, exists, func, insert, select, text, update

from storage.engine import plainly
from storage.schema import confirmations, metadata
from storage.types import Day, Exact, Moment, OneOf, Unfit, Words, dumps

ROWS_AT_ONCE = 500
BODIES_AT_ONCE = 8  # of a table with bytes: one body may have 64 MB
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sum:
    """What a table holds, in short: the number of its rows, and the SHA-256 of their lines in the order of the primary key."""

    rows: int
    sha256: str


def ordered() -> list[Table]:
    """All tables, each behind those its rows point to. `confirmations` is a server's note to itself and no part of the archive."""
    return [table for table in metadata.sorted_tables if table is not confirmations]


def rows(connection: Connection, table: Table) -> Iterator[Row]:
    """The rows of a table, by primary key, as JSON has them."""
    plain = {column.name: _plainly(column.type) for column in table.columns}
    # byte by byte, as SQLite orders text; PostgreSQL's own order is that of a language
    key = [column.collate("C") if _is_text(column) and connection.dialect.name == "postgresql" else column for column in table.primary_key.columns]
    query = select(table).order_by(*key).execution_options(yield_per=_at_once(table))
    with plainly(connection.engine):  # of two databases that are open, this is the one that cannot be read
        for row in connection.execute(query).mappings():
            yield {name: None if row[name] is None else as_plain(row[name]) for name, as_plain in plain.items()}


def line(row: Row) -> str:
    """A row as a line of JSON, always the same for the same row."""
    return dumps(dict(row))


def put(connection: Connection, table: Table, given: Iterable[Row]) -> int:
    """Insert rows as `rows` gives them, ids and all; returns how many.

    Columns that point into the same table are filled in afterwards: a row may point to one that comes later. Call `set_counters` when all tables
    are filled.

    Raises:
        KeyError: a column is missing. ValueError: a value is not of its column's type.
    """
    within = [key.parent for key in table.foreign_keys if key.column.table is table]
    stored = {column.name: _stored(column.type) for column in table.columns}
    waiting, count = iter(given), 0
    pointing: list[dict[str, Any]] = []
    key = next(iter(table.primary_key.columns))
    while batch := list(islice(waiting, _at_once(table))):
        made = [{name: None if row[name] is None else as_stored(row[name]) for name, as_stored in stored.items()} for row in batch]
        for row in made:
            if any(row[column.name] is not None for column in within):
                pointing.append({"_key": row[key.name], **{f"_{column.name}": row[column.name] for column in within}})
                row.update((column.name, None) for column in within)
        connection.execute(insert(table), made)
        count += len(made)
    if pointing:
        told = update(table).where(key == bindparam("_key")).values({column.name: bindparam(f"_{column.name}") for column in within})
        connection.execute(told, pointing)
    return count


def set_counters(connection: Connection) -> None:
    """Let PostgreSQL give the next row of each table a number behind those that were put in. SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in ordered():
        key = list(table.primary_key.columns)
        if len(key) != 1 or not isinstance(key[0].type, Integer) or key[0].autoincrement is False or key[0].foreign_keys:
            continue
        sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, :key)"), {"table": table.name, "key": key[0].name}).scalar_one()
        last = connection.execute(select(func.max(key[0]))).scalar_one()
        if sequence is not None and last is not None:
            connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def sums(connection: Connection) -> dict[str, Sum]:
    """Of every table the number of rows and their hash."""
    return {table.name: sum_of(connection, table) for table in ordered()}


def sum_of(connection: Connection, table: Table) -> Sum:
    """Of one table."""
    return total(line(row) for row in rows(connection, table))


def total(lines: Iterable[str]) -> Sum:
    """The sum of lines."""
    digest, count = hashlib.sha256(), 0
    for one in lines:
        digest.update(one.encode() + b"\n")
        count += 1
    return Sum(count, digest.hexdigest())


def count(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def is_empty(connection: Connection) -> bool:
    """Whether no table holds a row."""
    return not any(connection.execute(select(exists(select(table)))).scalar_one() for table in ordered())


def _at_once(table: Table) -> int:
    return BODIES_AT_ONCE if any(isinstance(column.type, LargeBinary) for column in table.columns) else ROWS_AT_ONCE


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, Words | OneOf)


def _plainly(kind: Any) -> Callable[[Any], Any]:
    """From a value of a row to JSON."""
    if isinstance(kind, Moment):
        return lambda value: value.isoformat(timespec="microseconds")
    if isinstance(kind, Day):
        return lambda value: value.isoformat()
    if isinstance(kind, LargeBinary):
        return lambda value: base64.b64encode(value).decode("ascii")
    if isinstance(kind, Exact):
        return lambda value: format(value, "f")
    for sort, noun, *fit in ((Integer, "number", int), (Float, "number", float, int), ((String, Words, OneOf), "text", str)):
        if isinstance(kind, sort):
            return partial(_checked, noun, tuple(fit))
    return lambda value: value


def _checked(noun: str, fit: tuple[type, ...], value: Any) -> Any:
    """SQLite keeps whatever it is given in a column of any type."""
    if not isinstance(value, fit):
        raise Unfit(f"{value!r} is no {noun}")
    return value


def _stored(kind: Any) -> Callable[[Any], Any]:
    """From JSON to a value of a row."""
    if isinstance(kind, Moment):
        return datetime.fromisoformat
    if isinstance(kind, Day):
        return date.fromisoformat
    if isinstance(kind, LargeBinary):
        return lambda value: base64.b64decode(value, validate=True)
    if isinstance(kind, Exact):
        return Decimal
    return lambda value: value
