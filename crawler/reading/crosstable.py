"""Tables with rows under several columns: those of 第二十条, of applications and of 行政复议、行政诉讼, often several in one grid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from crawler.reading import headings, labels, scopes, values
from crawler.reading.forms import Format, Line, Table
from crawler.reading.headings import Column, Heading
from crawler.reading.printed import figure, unknown
from crawler.reading.sheets import Placed, Row, Strip, title, words
from storage.records import Cell, Figure, FigureKind

_WHOSE = re.compile(
    r"数|量|计|件|本年|今年|当年|情况|20[0-9]{2}年?"
)  # what stands beside the one row of a table that is the organ's own of this year
MANY_COLUMNS = 5  # and as many rows: a table that cannot be mistaken even without its headings


@dataclass(frozen=True, slots=True)
class _Hit:
    """The official row a printed row is."""

    heading: Heading
    line: Line
    exact: bool


@dataclass(slots=True)
class _State:
    """What is known on the way down: the headings in force, the scope, the group label of rows printed on a row of its own."""

    year: int | None = None  # the reporting year
    heads: list[Heading] = field(default_factory=list)
    scope: str | None = None
    group: str | None = None
    own: bool = False  # the headings were printed in this very grid
    used: Heading | None = None  # of the last row that was recognised
    seen: set[tuple[str, str, str | None]] = field(default_factory=set)  # rows read: table, row, scope
    blank: Row | None = None  # a blank row under a one-row table, in case none with numbers follows


def read(strips: Sequence[Strip], form: Format, year: int | None = None) -> list[Figure]:
    """The figures of all tables of a format that have several columns.

    A grid without a heading of its own goes on where the one before it was cut: by a page break, or at the end of a part of a split article.

    Args:
        strips: grids that may hold them, in order.
        form: the format.
        year: the reporting year: columns and rows of another are not the report's own.
    """
    if all(table.is_list for table in form.tables):
        return []
    out: list[Figure] = []
    state = _State(year=year)
    for strip in strips:
        state.heads = [moved for head in state.heads if (moved := head.shifted(strip.width)) is not None]
        state.own = False
        if strip.placed.scope is not None:
            state.scope = strip.placed.scope
        out += _strip(strip, form, state)
    return out


def _strip(strip: Strip, form: Format, state: _State) -> list[Figure]:
    out: list[Figure] = []
    known = False  # numbers of unknown rows are claimed only where the grid holds known ones as well
    pending: list[Row] = []
    for row in strip.rows:
        hit = _recognise(row, state)
        if hit is not None:
            placed = _scoped(strip.placed, state, hit.heading.table, hit.line)
            out += _known(placed, form, hit, row)
            known = True
            if hit.heading.table.is_record:
                state.heads = [head for head in state.heads if head is not hit.heading]
            state.used = hit.heading
            pending = []
            continue
        if (text := title(row)) is not None:
            if (scope := scopes.of_title(text)) is not None:
                state.scope, state.group = scope, None
            elif any(labels.core(text) in head.table.known for head in state.heads):
                state.group = labels.core(text)
        pending.append(row)
        if found := headings.find(pending, form, state.year):
            blank = _left_blank(strip.placed, form, state)
            out, known = out + blank, known or bool(blank)
            state.heads, state.own, state.group, state.used = found, True, None, None
        elif state.heads:
            out += _unknown(strip.placed, form, state, row)
    rest = _left_blank(strip.placed, form, state)
    if known or rest or (state.own and any(head.table.is_record and head.complete for head in state.heads)):
        return out + rest
    return [] if state.own else _headless(strip, form, state)


def _headless(strip: Strip, form: Format, state: _State) -> list[Figure]:
    """Rows of a table whose headings are lost: nobody can say which number is whose, so all are unknown figures."""
    placed = replace(strip.placed, scope=state.scope)
    for table in form.tables:
        if table.is_list or len(table.columns) < MANY_COLUMNS:
            continue
        names = {core for line in table.rows for core in line.cores}
        ours = [(path, row) for row in strip.rows if (path := words(row, len(row))) and labels.core(path[-1]) in names]
        if len(ours) >= MANY_COLUMNS:
            cells = [(path, cell) for path, row in ours for x, cell in enumerate(row) if cell is not None and cell.column == x]
            return [found for path, cell in cells if (found := unknown(placed, form, table, path, cell)) is not None]
    return []


def _scoped(placed: Placed, state: _State, table: Table, line: Line) -> Placed:
    """The place with the scope in force. A scope holds for the tables that follow, until a row comes again without a scope of its own."""
    if placed.scope is None and (table.id, line.key, state.scope) in state.seen:
        state.scope = None
    state.seen.add((table.id, line.key, state.scope))
    return replace(placed, scope=state.scope)


def _recognise(row: Row, state: _State) -> _Hit | None:
    near: tuple[float, _Hit] | None = None
    for heading in state.heads:
        if heading.table.is_record:
            if (hit := _record(row, heading, state)) is not None:
                return hit
            continue
        path = words(row, heading.first)
        if not path:
            continue
        here = labels.core(path[-1])
        above = [labels.core(text) for text in path[:-1]]
        for line in heading.table.rows:
            if here in line.cores and _fits(line, above, state.group, heading.table):
                return _Hit(heading, line, _straight(row, heading) and (state.own or _plain(row, heading)))
        if len(here) < labels.LONG or not any(_number(row, column) for column in heading.columns):
            continue
        for line in heading.table.rows:
            if not _fits(line, above, state.group, heading.table):
                continue
            like = max((labels.likeness(here, core) for core in line.cores), default=0.0)
            if like and (near is None or like > near[0]):
                near = like, _Hit(heading, line, False)
    return near[1] if near is not None else None


def _fits(line: Line, above: Sequence[str], group: str | None, table: Table) -> bool:
    return _agrees(above, line, table) and _follows(group, line, table)


def _agrees(above: Sequence[str], line: Line, table: Table) -> bool:
    """Whether the groups printed beside a row are those of the form: 其他 under 不予公开 is not the 其他 under 其他处理."""
    return all(core not in table.grouped or core in line.path for core in above)


def _follows(group: str | None, line: Line, table: Table) -> bool:
    """Whether a row may stand below a group's label that has a row of its own: in the group, or after it on a higher level."""
    depth = next((row.path.index(group) for row in table.rows if group in row.path), None) if group is not None else None
    return depth is None or len(line.path) <= depth or line.path[depth] == group


def _record(row: Row, heading: Heading, state: _State) -> _Hit | None:
    cells = [_cell(row, column) for column in heading.columns]
    kinds = [values.parse(cell.text).kind for cell in cells if cell is not None]
    if not kinds or 2 * kinds.count(FigureKind.TEXT) >= len(kinds):
        return None
    beside = "".join(labels.core(text) for text in words(row, heading.first))
    if headings.of_another_year(beside, state.year):
        return None
    if all(kind is FigureKind.BLANK for kind in kinds):
        if state.own and state.blank is None and len(kinds) == len(heading.columns):
            state.blank = row
        return None
    state.blank = None
    exact = _straight(row, heading) and (state.own or _plain(row, heading)) and (not beside or _WHOSE.search(beside) is not None)
    return _Hit(heading, heading.table.rows[0], exact)


def _left_blank(placed: Placed, form: Format, state: _State) -> list[Figure]:
    """The blank cells of a one-row table that nobody filled in."""
    row, state.blank = state.blank, None
    heading = next((head for head in state.heads if head.table.is_record), None)
    if row is None or heading is None:
        return []
    state.heads = [head for head in state.heads if head is not heading]
    hit = _Hit(heading, heading.table.rows[0], True)
    return list(_known(_scoped(placed, state, heading.table, hit.line), form, hit, row))


def _plain(row: Row, heading: Heading) -> bool:
    """Whether every column of a carried-on heading meets a cell of its own."""
    return all((cell := row[column.start]) is not None and cell.column == column.start for column in heading.columns)


def _straight(row: Row, heading: Heading) -> bool:
    """Whether a row's cells stand under their headings beyond doubt.

    A cell left out, a cell too many or a group that spans a row too few moves all that follow into the neighbour's column: then the last column
    meets no cell, or a number stands behind the last heading. Numbers under two headings at once are nobody's.
    """
    last = heading.columns[-1].stop
    covered = row[last - 1] if last <= len(row) else None
    if covered is None or covered.column < heading.columns[-1].start:
        return False
    if any(cell is not None and cell.column == x and x not in heading.named and cell.text.strip() for x, cell in enumerate(row) if x >= last):
        return False
    return all(
        (cell := _cell(row, column)) is None or cell.column + cell.colspan <= column.stop or not cell.text.strip() for column in heading.columns
    )


def _cell(row: Row, column: Column) -> Cell | None:
    """The cell under a column: the first that begins within its heading, or covers it from the left under the same heading."""
    for x in range(column.start, min(column.stop, len(row))):
        cell = row[x]
        if cell is not None and cell.column >= column.start:
            return cell
    return None


def _number(row: Row, column: Column) -> bool:
    cell = _cell(row, column)
    return cell is not None and values.parse(cell.text).number is not None


def _known(placed: Placed, form: Format, hit: _Hit, row: Row) -> Iterator[Figure]:
    """The figures of a row: under known columns, and numbers under headings the form does not know (a 小计)."""
    heading = hit.heading
    path = words(row, heading.first)
    beside = next((cell.text for cell in row[: heading.first] if cell is not None and values.is_unit(cell.text)), None)
    used: list[Cell] = []
    for column in heading.columns:
        cell = _cell(row, column)
        if cell is None or any(cell is other for other in used):
            continue
        used.append(cell)
        unit = column.unit or ("".join(beside.split()).strip("()（）") if beside is not None else None)
        where = path or column.path
        yield figure(placed, form, heading.table, hit.line, column.line, where, cell, unit=unit, certain=hit.exact)
    for x, above in heading.extra.items():
        cell = row[x] if x < len(row) else None
        if cell is None or cell.column != x or any(cell is other for other in used):
            continue
        if (found := unknown(placed, form, heading.table, [*path, *above[-1:]], cell)) is not None:
            yield found


def _unknown(placed: Placed, form: Format, state: _State, row: Row) -> Iterator[Figure]:
    """Numbers under known columns in a row that is not of the form."""
    heading = state.used if state.used is not None and state.used in state.heads else state.heads[0]
    path = words(row, heading.first)
    if not path:
        return
    for column in heading.columns:
        cell = _cell(row, column)
        if (
            cell is not None
            and (found := unknown(replace(placed, scope=state.scope), form, heading.table, path, cell, column=column.line)) is not None
        ):
            yield found
