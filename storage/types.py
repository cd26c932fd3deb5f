"""Column types that mean the same on SQLite and on PostgreSQL: times, words, exact numbers, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Date, DateTime, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL refuses NUL in text; neither database can encode half a surrogate pair


T = TypeVar("T")


class Unfit(ValueError):
    """A stored value is none of its column's kind. Whoever opened the connection tells it as CorruptValue (storage/engine.py)."""


class _Kept(TypeDecorator[T]):
    """A type whose stored values may be damaged, which is no mistake of the program's: they raise Unfit."""

    __abstract__ = True
    noun = "value"

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], T | None] | None:
        process = super().result_processor(dialect, coltype)
        if process is None:
            return None

        def processed(raw: Any) -> T | None:
            try:
                return process(raw)
            except (ValueError, TypeError, ArithmeticError, AttributeError) as error:
                said = repr(raw)
                raise Unfit(f"{said if len(said) <= 80 else said[:80] + '…'} is no {self.noun}") from error

        return processed


def utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises:
        ValueError: the time names no zone. A guessed zone is an invented fact: eight hours lie between UTC and China.
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"{moment!r} has no time zone; the archive takes aware times only")
    return moment.astimezone(UTC)


class Moment(_Kept[datetime]):
    """An aware UTC time. SQLite has no such type: there it is ISO text of constant width, which sorts as time does."""

    impl = DateTime(timezone=True)
    cache_ok = True
    noun = "time"

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        value = utc(value)
        return value.isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else utc(value)


class Day(_Kept[date]):
    """A date. A type of ours only so that a damaged one is told as such."""

    impl = Date
    cache_ok = True
    noun = "date"


class Words(_Kept[str]):
    """Text as a portal wrote it, less the characters no database keeps (NUL, lone surrogates).

    Hashes of text leave these out as well (records.normalised), so a stored text still hashes to its name.
    """

    impl = Text
    cache_ok = True
    noun = "text"

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _UNSTORABLE.sub("", str(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        if value is not None and not isinstance(value, str):  # SQLite keeps with each value whether it is text: that bit may flip as well
            raise TypeError(value)
        return value


class OneOf(_Kept[StrEnum]):
    """A word of ours, of which there are few.

    Parameters:
        kind: the words.
    """

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind
        self.noun = kind.__name__

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.kind(value)


class Exact(_Kept[Decimal]):
    """A decimal number, digit for digit, as text. `CAST(value AS NUMERIC)` sorts it.

    SQLite has no decimals: its NUMERIC is a float, and 0.1 + 0.2 of a float is no organ's error.
    """

    impl = Text
    cache_ok = True
    noun = "number"

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Json(_Kept[Any]):
    """JSON written by us into a text column: the same bytes in both databases, nothing lost.

    PostgreSQL's own jsonb refuses NUL and reorders keys; a header is evidence and is kept with both.
    """

    impl = Text
    cache_ok = True
    noun = "JSON"

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def dumps(value: Any) -> str:
    """Compact JSON with sorted keys; Chinese stays readable, only what cannot be encoded is escaped."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
