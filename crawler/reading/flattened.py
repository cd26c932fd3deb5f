"""Tables that an extractor or an editor flattened: each cell on a line of its own, or a row on a line, and no table any more.

The long table of 2014 has one number a row, so nothing needs to be counted. A row of a table with more columns is put together only when it has
exactly as many values as the table has columns: where blank cells were lost nobody can say which, and its numbers stay unknown figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.reading.forms import Table, all_formats
from crawler.reading.tokens import Kind, Token, tokens
from storage.records import Cell, Grid

LEAST_ROWS = 10  # of the long table, with a value
PROSE = 60  # characters from which a line is a sentence
SILENT = 3  # labels without a value in a row, after which no table goes on


@dataclass(frozen=True, slots=True)
class Flat:
    """A table put together again.

    Attributes:
        start, stop: its first and last line, from 0.
        torn: rows of several columns whose blank cells were lost: label, values as printed, and where they stand.
    """

    start: int
    stop: int
    grid: Grid
    torn: tuple[tuple[str, tuple[str, ...], str], ...] = ()


def tables(lines: Sequence[str]) -> list[Flat]:
    """Tables rebuilt from lines, in their order. Paths of cells are `lines a-b`, from 1."""
    found = list(tokens(lines))
    if sum(token.kind is Kind.LABEL for token in found) < 3:
        return []
    crosses = _crosses(found)
    lists = [one for one in _lists(found) if not any(_within(one, other) for other in crosses)]
    return sorted([*lists, *crosses], key=lambda flat: flat.start)


def _within(one: Flat, other: Flat) -> bool:
    """Whether a list's lines are those of a table with several columns: local tables share labels with the long one."""
    return other.start <= one.stop and one.start <= other.stop and other.grid.height >= one.grid.height


# --- the long table: label, unit, value -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Row:
    label: Token
    unit: Token | None = None
    values: list[Token] = field(default_factory=list)

    @property
    def last(self) -> int:
        return max(token.last for token in (self.label, self.unit, *self.values) if token is not None)

    @property
    def path(self) -> str:
        return f"lines {self.label.first + 1}-{self.last + 1}"


def _lists(found: Sequence[Token]) -> list[Flat]:
    own = frozenset(core for form in all_formats() for table in form.tables if table.is_list for core in table.known)
    out: list[Flat] = []
    rows: list[_Row] = []
    silent = 0

    def close() -> None:
        nonlocal silent
        while rows and rows[-1].label.kind is Kind.WORDS and not rows[-1].values:
            rows.pop()
        if sum(bool(row.values) for row in rows) >= LEAST_ROWS:
            out.append(Flat(rows[0].label.first, rows[-1].last, _long(rows)))
        rows.clear()
        silent = 0

    for token in found:
        if token.kind is Kind.LABEL and token.core in {"统计指标", "统计数"}:
            close()
        elif token.kind is Kind.LABEL and token.core in own:
            rows.append(_Row(token))
            silent = 0
        elif not rows:
            continue
        elif token.kind is Kind.UNIT:
            rows[-1].unit = rows[-1].unit or token
        elif token.kind is Kind.VALUE:
            if not rows[-1].values:
                rows[-1].values.append(token)
                silent = 0
        elif token.text.startswith(("(注", "（注")) or len(token.text) > PROSE or "。" in token.text or silent >= SILENT:
            close()
        elif rows[-1].values or rows[-1].unit is not None:
            rows.append(_Row(token))  # a row of the organ's own
            silent += 1
        else:
            silent += 1  # a note below its label
    close()
    return out


def _long(rows: Sequence[_Row]) -> Grid:
    cells = []
    kept = [row for row in rows if row.label.kind is Kind.LABEL or row.values]
    for y, row in enumerate(kept):
        unit, value = row.unit.text if row.unit is not None else "", row.values[0].text if row.values else ""
        cells += [Cell(text, y, x, path=row.path) for x, text in enumerate((row.label.text, unit, value))]
    return Grid(cells=tuple(cells), height=len(kept), width=3)


# --- tables with several columns ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Cross:
    """One table being put together; its rows are a label and one value a column."""

    table: Table
    rows: list[_Row] = field(default_factory=list)
    torn: list[_Row] = field(default_factory=list)

    @property
    def wide(self) -> int:
        return len(self.table.columns)

    def headed(self, seen: Counter[str]) -> bool:
        """Whether all its column headings were seen."""
        needed = Counter(column.cores[0] for column in self.table.columns)
        return all(sum(seen[core] for core in self._words(first)) >= count for first, count in needed.items())

    def _words(self, first: str) -> set[str]:
        return {core for column in self.table.columns if column.cores[0] == first for core in column.cores}


def _crosses(found: Sequence[Token]) -> list[Flat]:
    open_: list[_Cross] = []
    waiting = {_keys(table): table for form in all_formats() for table in form.tables if not table.is_list}.values()
    seen: Counter[str] = Counter()
    out: list[_Cross] = []
    row: _Row | None = None
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
                seen[row.label.core] += 1
            if row.values and (fresh := [table for table in waiting if _Cross(table).headed(seen)]):
                open_ = [_Cross(table) for table in fresh] + [cross for cross in open_ if cross.table not in fresh]
                out += open_[: len(fresh)]
            if row.values:
                _place(row, open_)
                seen.clear()
            elif row.label.kind is Kind.LABEL:
                for cross in open_:
                    if row.label.core in cross.table.known:
                        cross.rows.append(row)
        row = _Row(token) if token is not None and len(token.text) <= PROSE + 30 else None
    return [_flat(cross) for cross in out if any(row.values for row in cross.rows)]


def _place(row: _Row, crosses: Sequence[_Cross]) -> None:
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
    return Flat(min(row.label.first for row in cross.rows), max(row.last for row in cross.rows), grid, torn)
