"""Rows read so that no flipped bit is read over.

A database's own types forgive: SQLite takes any character for the T of a time, JSON takes \\u00E9 for \\u00e9. Here a value counts only when the
archive would write the very same again. A row that cannot be read does not end the check: it is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    Dialect,
    Float,
    Integer,
    LargeBinary,
    Select,
    Table,
    literal_column,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError, NoResultFound
from sqlalchemy.types import NullType, TypeDecorator

from storage.types import Day

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its key, and its values or why it cannot be read."""

    key: Any
    values: dict[str, Any]
    trouble: str | None = None


class Unreadable(Exception):
    """A stored value is not as the archive writes it."""


def _key(connection: Connection, table: Table) -> ColumnElement[Any]:
    """What rows of a table are walked along by. SQLite's own row number where the key is text, which may be what is damaged."""
    key: ColumnElement[Any] = next(iter(table.primary_key.columns))
    if isinstance(key.type, Integer) or connection.dialect.name != "sqlite":
        return key
    return literal_column(f"{table.name}.rowid", Integer)


def rows(connection: Connection, query: Select[Any], table: Table, *, at_once: int = _AT_ONCE, only: Any = None) -> Iterator[Row]:
    """Rows of a query, one for each row of `table`, in the order of its key, a few at a time, whatever their number.

    Args:
        query: selects named columns; their names become the keys of `Row.values`.
        only: the key of the one row that is wanted; None for all.
    """
    key, query = _key(connection, table), query.select_from(table)
    query = query if only is None else query.where(key == only)
    types = {column.name: (column.type, _is_required(column, table)) for column in query.selected_columns}
    raw = [type_coerce(column, NullType()).label(column.name) for column in query.selected_columns]
    asked: Any = query.with_only_columns(type_coerce(key, NullType()).label("_key"), *raw)
    keys: Any = query.with_only_columns(type_coerce(key, NullType()).label("_key"))
    keys = keys.order_by(key).limit(at_once)
    last: Any = None
    while True:
        after = [] if last is None else [key > last]
        try:
            with connection.begin_nested():
                found = connection.execute(asked.where(*after).order_by(key).limit(at_once)).all()
            read = [_typed(row, types, connection.dialect) for row in found]
        except DBAPIError:
            wanted = list(connection.execute(keys.where(*after)).scalars())
            read = [_alone(connection, asked.where(key == one), one, types) for one in wanted]
        yield from read
        if len(read) < at_once:
            return
        last = read[-1].key


def _is_required(column: Any, table: Table) -> bool:
    return isinstance(column, Column) and column.table is table and not column.nullable


def one(connection: Connection, query: Select[Any]) -> Any:
    """The first value of a query, to name a thing by; None when there is none or it cannot be read."""
    try:
        with connection.begin_nested():
            return connection.execute(query.limit(1)).scalar()
    except (DBAPIError, ValueError):
        return None


def typed(kind: Any, raw: Any, dialect: Dialect) -> Any:
    """A value as the program has it.

    Raises:
        Unreadable: it is not what the archive writes for any value.
    """
    if raw is None:
        return None
    if isinstance(kind, Day):
        kind = kind.impl_instance
    try:
        if isinstance(kind, TypeDecorator):
            made = type(kind).process_result_value is not TypeDecorator.process_result_value
            value = kind.process_result_value(raw, dialect) if made else raw
            if kind.process_bind_param(value, dialect) != raw:
                raise Unreadable(f"{_shown(raw)} is not as the archive writes it")
            return value
        if isinstance(kind, Boolean):
            if raw not in (0, 1):
                raise Unreadable(f"{raw!r} is neither true nor false")
            return bool(raw)
        if isinstance(kind, Date):
            value = raw if isinstance(raw, date) else date.fromisoformat(raw)
            if not isinstance(raw, date) and value.isoformat() != raw:
                raise Unreadable(f"{_shown(raw)} is no date")
            return value
    except Unreadable:
        raise
    except (ValueError, TypeError, ArithmeticError, AttributeError) as error:
        raise Unreadable(f"{_shown(raw)} cannot be read: {error}") from error
    wanted: type = int if isinstance(kind, Integer) else float if isinstance(kind, Float) else bytes if isinstance(kind, LargeBinary) else str
    if not isinstance(raw, wanted):
        raise Unreadable(f"{_shown(raw)} is no {wanted.__name__}")
    return raw


def _value(kind: tuple[Any, bool], raw: Any, dialect: Dialect) -> Any:
    if raw is None and kind[1]:
        raise Unreadable("nothing stands where there is always something")
    return typed(kind[0], raw, dialect)


def _typed(row: Any, types: dict[str, tuple[Any, bool]], dialect: Dialect) -> Row:
    values: dict[str, Any] = {}
    trouble = None
    for name, kind in types.items():
        try:
            values[name] = _value(kind, row._mapping[name], dialect)
        except Unreadable as error:
            trouble = trouble or f"{name}: {error}"
    return Row(row._mapping["_key"], values, trouble)


def _alone(connection: Connection, asked: Select[Any], key: Any, types: dict[str, tuple[Any, bool]]) -> Row:
    """A row by itself, and where it cannot be read as a whole, column by column."""
    try:
        with connection.begin_nested():
            return _typed(connection.execute(asked).one(), types, connection.dialect)
    except NoResultFound:
        return Row(key, {}, "an index has it, and the table does not")
    except DBAPIError as error:
        trouble = " ".join(str(error.orig).split())
    values: dict[str, Any] = {}
    for column in asked.selected_columns:
        if column.name == "_key":
            continue
        try:
            with connection.begin_nested():
                raw = connection.execute(asked.with_only_columns(column)).scalar_one()
            values[column.name] = _value(types[column.name], raw, connection.dialect)
        except (DBAPIError, NoResultFound, Unreadable):
            continue
    return Row(key, values, trouble)


def _shown(raw: Any) -> str:
    said = repr(raw)
    return said if len(said) <= 80 else f"{said[:80]}…"
