"""Which columns of a printed table are which of an official one: told by their headings, never by counting."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.reading import labels, values
from crawler.reading.forms import Format, Line, Table
from crawler.reading.sheets import Row
from storage.records import Cell

ROWS = 5  # a heading has at most so many rows
LEAST_SHARE = 0.5  # of a table's columns that must be recognised where not all are
LEAST = 3
_EARLIER = re.compile(r"上年(?!结转)|上一年(?!项目)|去年|前年|同期|同比")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?=年|$)")


@dataclass(frozen=True, slots=True)
class Column:
    """A recognised column: the positions its heading spans, and the unit the heading names."""

    line: Line
    start: int
    stop: int
    unit: str | None
    path: tuple[str, ...]  # headings as printed, outermost first


@dataclass(frozen=True, slots=True)
class Heading:
    """A table whose columns were recognised.

    Attributes:
        extra: columns among or behind the recognised ones whose heading the form does not know (a 小计), by position.
        width: of the grid it was printed in.
        named: positions with any heading at all.
    """

    table: Table
    columns: tuple[Column, ...]
    extra: dict[int, tuple[str, ...]]
    width: int
    named: frozenset[int]

    @property
    def first(self) -> int:
        return self.columns[0].start

    @property
    def complete(self) -> bool:
        return len(self.columns) == len(self.table.columns)

    def shifted(self, width: int) -> Heading | None:
        """The same columns in a grid of another width that goes on with this table: its label columns may have merged, its values end alike."""
        by = width - self.width
        if not by:
            return self
        if self.first + by < 1 or max(column.stop for column in self.columns) < self.width:
            return None
        columns = tuple(replace(column, start=column.start + by, stop=column.stop + by) for column in self.columns)
        return Heading(self.table, columns, {x + by: path for x, path in self.extra.items()}, width, frozenset(x + by for x in self.named))


def of_another_year(core: str, year: int | None) -> bool:
    """Whether words name a year that is not the report's: 上年, 同比, 2019年 in a report of 2020; any year where the report's is not known."""
    years = {int(found) for found in _YEAR.findall(core)}
    return _EARLIER.search(core) is not None or (bool(years) and year not in years)


def find(rows: Sequence[Row], form: Format, year: int | None = None) -> list[Heading]:
    """The tables whose columns the last of these rows completes.

    Args:
        rows: those since the last row of data.
        form: the format.
        year: the reporting year: headings of another year are none of the form's.

    Returns:
        Every table of the format that fits; only those with all their columns where there are such.
    """
    last = {labels.core(cell.text) for cell in rows[-1] if cell is not None and cell.text.strip()}
    found = []
    stacks: list[list[Cell]] | None = None
    for table in form.tables:
        if table.is_list or not last & table.headings:
            continue
        if stacks is None:
            stacks = _stacks(rows[-ROWS:])
        heading = _match(stacks, table, year)
        known = len(heading.columns) if heading is not None else 0
        if heading is not None and (heading.complete or (known >= LEAST and known >= LEAST_SHARE * _printed(stacks, table))):
            found.append(heading)
    return [heading for heading in found if heading.complete] or found


def _printed(stacks: Sequence[Sequence[Cell]], table: Table) -> int:
    """How many columns of the table can be expected: those under the groups that are printed, else all."""
    above = {labels.core(cell.text) for stack in stacks for cell in stack}
    expected = sum(1 for column in table.columns if not column.path or column.path[0] in above)
    return expected or len(table.columns)


def _stacks(rows: Sequence[Row]) -> list[list[Cell]]:
    """For each column its heading cells, outermost first; spanning cells and blank ones once or not at all."""
    out: list[list[Cell]] = []
    for x in range(len(rows[0])):
        cells: list[Cell] = []
        for row in rows:
            cell = row[x]
            if cell is not None and cell.text.strip() and cell not in cells:
                cells.append(cell)
        out.append(cells)
    return out


def _match(stacks: Sequence[Sequence[Cell]], table: Table, year: int | None) -> Heading | None:
    cores = [[labels.core(cell.text) for cell in stack] for stack in stacks]
    groups = {core for column in table.columns for core in column.path}
    printed = {core for stack in cores for core in stack[:-1]} & groups
    columns: list[Column] = []
    after = 0
    for line in table.columns:
        fits = [x for x in range(after, len(stacks)) if cores[x] and cores[x][-1] in line.cores and _under(cores[x][:-1], line, printed, groups)]
        if not fits:
            continue
        strange = {x: [core for core in cores[x][:-1] if core not in table.known] for x in fits}
        fits = [x for x in fits if not any(of_another_year(core, year) for core in strange[x])] or fits
        # 合计 below a group with a name of its own (法人和其他组织) is that group's; of 合计 and 总计 beside each other the form's word is meant.
        start = min(fits, key=lambda x: (len(strange[x]), cores[x][-1] != line.cores[0]))
        innermost = stacks[start][-1]
        stop = start + 1
        while stop < len(stacks) and stacks[stop] and stacks[stop][-1] is innermost:
            stop += 1
        unit = values.unit_note(innermost.text)
        columns.append(Column(line, start, stop, unit, tuple(cell.text for cell in stacks[start])))
        after = stop
    if not columns:
        return None
    taken = {x for column in columns for x in range(column.start, column.stop)}
    extra = {
        x: tuple(cell.text for cell in stacks[x])
        for x in range(columns[0].start, len(stacks))
        if x not in taken and stacks[x] and cores[x][-1] not in {"备注", "说明", "单位"}
    }
    return Heading(table, tuple(columns), extra, len(stacks), frozenset(x for x, stack in enumerate(stacks) if stack))


def _under(above: Sequence[str], line: Line, printed: set[str], groups: set[str]) -> bool:
    """Whether the headings above a column agree with the form's: its innermost printed group must stand there, no other group may."""
    if any(core in groups and core not in line.path for core in above):
        return False
    needed = next((core for core in reversed(line.path) if core in printed), None)
    return needed is None or needed in above
