"""Flattened tables with several columns: put together only where nothing needs to be guessed.

A row counts when it has exactly as many values as the table has columns. Where blank cells were lost nobody can say which they were: such a row
is torn, and its numbers stay unknown figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from crawler.reading.flattened import Flat, Row
from crawler.reading.forms import Table, all_formats
from crawler.reading.sheets import LABEL
from crawler.reading.tokens import Kind, Token
from storage.records import Cell, Grid


@dataclass(slots=True)
class _Cross:
    """One table being put together; its rows are a label and one value a column."""

    table: Table
    start: int  # line of its first heading
    rows: list[Row] = field(default_factory=list)
    torn: list[Row] = field(default_factory=list)

    @property
    def wide(self) -> int:
        return len(self.table.columns)


def crosses(found: Sequence[Token]) -> list[Flat]:
    """The tables with several columns among the tokens of a text, each from its headings on."""
    open_: list[_Cross] = []
    heads: list[Token] = []  # labels since the last row with values
    out: list[_Cross] = []
    row: Row | None = None
    for token in (*found, None):
        if token is not None and token.kind is Kind.VALUE:
            if row is not None:
                row.values.append(token)
            continue
        if token is not None and token.kind is Kind.UNIT and row is not None:
            row.values.clear()  # what stood between label and unit was a code
            row.unit = token
            continue
        if row is not None:
            if row.label.kind is Kind.LABEL:
                heads.append(row.label)
            if row.values:
                fresh = [_Cross(table, start) for table in _waiting() if (start := _headed(table, heads)) is not None]
                opened = [cross.table for cross in fresh]
                open_ = fresh + [cross for cross in open_ if cross.table not in opened]
                out += fresh
                _place(row, open_)
                heads.clear()
            elif row.label.kind is Kind.LABEL:
                for cross in open_:
                    if row.label.core in cross.table.known:
                        cross.rows.append(row)  # the label of a group
        row = Row(token) if token is not None and len(token.text) <= LABEL else None
    return [_flat(cross) for cross in out if any(row.values for row in cross.rows)]


@cache
def _waiting() -> tuple[Table, ...]:
    """One table of each set of columns."""
    return tuple({_keys(table): table for form in all_formats() for table in form.tables if not table.is_list}.values())


def _headed(table: Table, heads: Sequence[Token]) -> int | None:
    """The line of the first heading, where all headings of a table's columns are among the labels before its first row."""
    seen = Counter(token.core for token in heads)
    for column in table.columns:
        core = next((core for core in column.cores if seen[core]), None)
        if core is None:
            return None
        seen[core] -= 1
    words = table.headings | {core for column in table.columns for core in column.path}
    return min(token.first for token in heads if token.core in words)


def _place(row: Row, crosses: Sequence[_Cross]) -> None:
    """Give a row to the tables it is a row of; one whose values do not fit their columns is torn."""
    core = row.label.core
    ours = [cross for cross in crosses if _has(cross.table, core)]
    fitting = [cross for cross in ours if len(row.values) == cross.wide]
    for cross in fitting:
        cross.rows.append(row)
    for cross in ours if not fitting else ():
        cross.torn.append(row)
    if not ours and crosses and len(row.values) == crosses[0].wide and row.label.kind is Kind.WORDS:
        crosses[0].rows.append(row)


def _has(table: Table, core: str) -> bool:
    return core in table.headings if table.is_record else any(core in line.cores for same in _alike(table) for line in same.rows)


def _alike(table: Table) -> list[Table]:
    """The tables of all formats under the same columns."""
    return [other for form in all_formats() for other in form.tables if _keys(other) == _keys(table)]


def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.key for column in table.columns)


def _flat(cross: _Cross) -> Flat:
    table = cross.table
    cells = []
    depth = max(len(column.under) for column in table.columns)
    for x, column in enumerate(table.columns, 1):
        path = (*column.under, *[""] * (depth - len(column.under)), column.label or "")
        cells += [Cell(text, y, x) for y, text in enumerate(path)]
    for y, row in enumerate(cross.rows, depth + 1):
        texts = ["" if table.is_record else row.label.text, *(value.text for value in row.values)]
        cells += [Cell(text, y, x, path=row.path) for x, text in enumerate(texts)]
    grid = Grid(cells=tuple(cells), height=depth + 1 + len(cross.rows), width=cross.wide + 1)
    torn = tuple((row.label.text, tuple(value.text for value in row.values), row.path) for row in cross.torn)
    return Flat(cross.start, max(row.last for row in cross.rows), grid, torn)
