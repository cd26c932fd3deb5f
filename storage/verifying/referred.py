"""Ids that refer to nothing: of every foreign key, and of the lists of captures that readings keep."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import exists, select

from storage.evidence import facts
from storage.schema import captures, metadata, readings
from storage.verifying import strictly
from storage.verifying.bad import Bad, Check, Verdict

_VOUCHED = {table.name: kind for kind, table in facts.TABLES.items()}


def check(check: Check) -> Iterator[Bad]:
    """Whatever the time: this costs little. Comes last; what is named already is not named again."""
    for table in metadata.sorted_tables:
        key = next(iter(table.primary_key.columns))
        for constraint in table.foreign_keys:
            column, parent = constraint.parent, constraint.column
            other = parent.table.alias("parent")
            lacking = ~exists().where(other.c[parent.name] == column)
            query = select(key.label("key"), column.label("refers")).where(column.is_not(None), lacking)
            for row in strictly.rows(check.connection, query, table):
                yield from _dangling(check, table.name, row.values.get("key", row.key), parent.table.name, column.name, row.values.get("refers"))
        check.looked_at("references", len(table.foreign_keys))
    yield from _captures_of_readings(check)


def _dangling(check: Check, table: str, key: Any, parent: str, column: str, value: Any) -> Iterator[Bad]:
    if (table, key) in check.named or (parent == "blobs" and value in check.alternatives["body"]):
        return
    if parent in {"contents", "assessments"} and any(name == parent for name, _ in check.named):  # its own name is what is damaged
        return
    if table == "ledger" or (table == "heads" and column == "seq"):  # the chain says so
        return
    vouched = table in _VOUCHED and facts.vouches(_VOUCHED[table], column)  # then the row is as it was, and what it refers to was taken away
    verdict = Verdict.TAMPERING if vouched else Verdict.ROT
    check.named.add((table, key))
    what = f"its {column} is {value}, and there is no such row in {parent}"
    yield Bad(kind=table, id=key, place=parent, verdict=verdict, what=what)


def _captures_of_readings(check: Check) -> Iterator[Bad]:
    query = select(readings.c.captures)
    found = strictly.rows(check.connection, query, readings)
    while batch := list(islice(found, 200)):
        check.looked_at("readings", len(batch))
        asked = {number for row in batch for number in _numbers(row.values.get("captures"))}
        there = set(check.connection.execute(select(captures.c.id).where(captures.c.id.in_(asked))).scalars())
        for row in batch:
            numbers = _numbers(row.values.get("captures"))
            lost = [number for number in numbers if number not in there]
            if (row.trouble is not None or lost or not numbers) and ("readings", row.key) not in check.named:
                what = f"cannot be read: {row.trouble}" if row.trouble else f"it is of captures {row.values['captures']}, and not all are there"
                yield Bad(kind="readings", id=row.key, place="captures", verdict=Verdict.ROT, what=what)


def _numbers(value: Any) -> list[int]:
    return [number for number in value if isinstance(number, int) and 0 < number < 2**31] if isinstance(value, list) else []
