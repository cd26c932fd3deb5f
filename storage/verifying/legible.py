"""Times, dates, JSON, numbers, text and words of ours in columns that no other step reads: each can be read, or is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, String, Table, select

from storage import schema
from storage.types import Day, Exact, Json, Moment, OneOf, Words
from storage.verifying import strictly
from storage.verifying.bad import Bad, Check, Verdict

_KINDS = (Moment, Day, Json, Exact, OneOf, Words, String, Integer, Float, Boolean)
_WHOLE = {  # whose columns are all read by the steps before
    "absences", "assessments", "blobs", "captures", "changes", "contents", "dictionaries", "figures", "findings", "heads", "ledger", "listings",
}  # fmt: skip
_ELSEWHERE: Mapping[str, set[str]] = {"readings": {"captures"}}  # with what they refer to


def check(check: Check) -> Iterator[Bad]:
    """Whatever the time, as references are. Nothing vouches for these values: a readable one that is another is not found."""
    for table in [*schema.metadata.sorted_tables, schema.documents]:
        columns = _columns(table)
        if not columns:
            continue
        for row in strictly.rows(check.connection, select(*columns), table):
            if row.trouble is not None and (table.name, row.key) not in check.named:
                check.named.add((table.name, row.key))
                what = f"cannot be read: {row.trouble}" + ("; nianbao db reindex makes it anew" if table is schema.documents else "")
                yield Bad(kind=table.name, id=row.key, place=None, verdict=Verdict.ROT, what=what)


def _columns(table: Table) -> list[Column[Any]]:
    if table.name in _WHOLE:
        return []
    read = _ELSEWHERE.get(table.name, set())
    return [column for column in table.columns if isinstance(column.type, _KINDS) and column.name not in read]
