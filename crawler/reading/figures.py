"""From grids to figures: every cell of an official table, found by its labels and never by counting.

Tools that count numbers shift whole rows without a word where a cell is blank or a row is added. Here a cell is a figure only when the labels
of its row and its column say which; what carries a number under a label we do not know is kept as an unknown figure and reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from crawler.reading import crosstable, flatcross, flattened, longtable, scopes, sheets
from crawler.reading.flattened import Flat
from crawler.reading.forms import Format, Table, all_formats, by_id, known, table_of
from crawler.reading.grid import row_lines
from crawler.reading.labels import core
from crawler.reading.printed import unknown
from crawler.reading.sheets import Placed
from crawler.reading.tokens import Kind, tokens
from storage.records import Cell, Figure, Grid

LEAST_ROWS = 0.25  # of a table with many rows that must be recognised before any of it is claimed
MANY_ROWS = 8
LEAST_LABELS = 3  # lines of a text that hold official labels, before a flattened table is looked for
MANY_COLUMNS, FEW_ROWS = 5, 3  # five headings in the form's own words leave little doubt


def read(
    tables: Sequence[Grid],
    *,
    lines: Sequence[str] = (),
    year: int | None = None,
    captures: Sequence[str] = (),
    owners: Sequence[str | None] = (),
) -> tuple[Figure, ...]:
    """Read the figures of a report's tables.

    Args:
        tables: its grids, in order.
        lines: its text, where the rows of the grids stand tab-joined among the other lines: titles above a table name its scope, and tables
            that were flattened into lines are read from here where no grid holds one.
        year: the reporting year where it is known: decides between formats whose labels fit equally well.
        captures: sha256 of the page and of its further parts, in order.
        owners: sha256 of the capture each line is from; the page where this is not given.

    Returns:
        Figures in the order of the page; none when no table has the labels of an official format.
    """
    found = of_tables(_placed(tables, lines, captures), year=year)
    if found:
        return found
    flat = _flattened(lines)
    owners = owners or [captures[0] if captures else None] * len(lines)
    placed = [Placed(one.grid, scope=scopes.above(lines[: one.start]), capture=owners[one.start]) for one in flat]
    found = of_tables(placed, year=year)
    return (*found, *_torn(flat, placed, found))


def of_tables(tables: Sequence[Placed], *, year: int | None = None) -> tuple[Figure, ...]:
    """Read placed grids, each kind of table in the format whose labels explain it best.

    An organ may fill one table in the old form and the rest in the new one; where two explain a table alike, the one that explains the whole
    report best goes, then the one prescribed for the year. Printed labels speak before the figures read under them: a span too long breaks rows
    that only the right form has, and must not hand the table to the form that lacks them.
    """
    if not tables:
        return ()
    printed = {core(cell.text) for placed in tables for cell in placed.grid.cells}
    readings: list[_Attempt] = []
    for form in all_formats():
        attempt = _attempt(form, _read(tables, form, year), printed)
        if attempt.score > 0:
            readings.append(attempt)
    if not readings:
        return ()
    readings.sort(key=lambda one: (one.labels.total(), one.score, one.form.fits(year), one.form.first), reverse=True)
    families = dict.fromkeys(family for one in readings for family in one.scores)
    chosen = {family: _best(readings, family) for family in families}
    order = {placed.name + (placed.capture or ""): n for n, placed in enumerate(tables)}
    out = [figure for family, one in chosen.items() for figure in one.figures if _family(figure) == family]
    return tuple(sorted(_honest(out), key=lambda figure: order.get(_table_of(figure) + (figure.capture or ""), 0)))


@dataclass(frozen=True, slots=True)
class _Attempt:
    """All tables read as those of one format.

    Attributes:
        scores: of each kind of table, known figures less unknown ones.
        labels: of each kind of table, how many labels of its rows and columns are printed.
    """

    form: Format
    figures: list[Figure]
    scores: Counter[str]
    labels: Counter[str]

    @property
    def score(self) -> int:
        return self.scores.total()


def _best(readings: Sequence[_Attempt], family: str) -> _Attempt:
    """The reading that explains one kind of table best; of equals the first, which is the better on the whole."""
    return max((one for one in readings if family in one.scores), key=lambda one: (one.labels[family], one.scores[family]))


def _attempt(form: Format, figures: list[Figure], printed: AbstractSet[str]) -> _Attempt:
    told = {_family(figure) for figure in figures if figure.row is not None}
    scores: Counter[str] = Counter(dict.fromkeys(map(_family, figures), 0))
    for figure in figures:
        if (family := _family(figure)) in told:  # a table without its headings speaks for no format and against none
            scores[family] += 1 if figure.row is not None else -1
    labels: Counter[str] = Counter()
    for table in form.tables:
        cores = {name for line in (*table.rows, *table.columns) for name in line.cores}  # 其他 is a row and a column: one label
        labels[table.family] += len(cores & printed)
    return _Attempt(form, figures, scores, labels)


def _read(tables: Sequence[Placed], form: Format, year: int | None) -> list[Figure]:
    if not any(sheets.hits(placed.grid, form.known, 1) for placed in tables):
        return []
    strips = sheets.strips(tables, form.known)
    out: list[Figure] = []
    for table in form.tables:
        if table.is_list:
            out += longtable.read(strips, form, table, year)
    out += crosstable.read(strips, form, year)
    return [figure for table in form.tables for figure in _enough(out, table)]


def _enough(figures: Iterable[Figure], table: Table) -> list[Figure]:
    """The figures of a table, if enough of it was recognised to be claimed; those of one without its headings are unknown anyway."""
    ours = [figure for figure in figures if figure.table == table.id]
    rows = {figure.row for figure in ours if figure.row is not None}
    if not rows or table.is_list or len(table.rows) <= MANY_ROWS:
        return ours
    return ours if len(rows) >= (FEW_ROWS if len(table.columns) >= MANY_COLUMNS else LEAST_ROWS * len(table.rows)) else []


def _honest(figures: list[Figure]) -> list[Figure]:
    """Where a row printed in the form's own words fills a cell, a misprint that was taken for the same row is an unknown one."""
    sure = {figure.key for figure in figures if figure.certain}
    return [
        replace(figure, row=None, column=None) if not figure.certain and figure.row is not None and figure.key in sure else figure
        for figure in figures
    ]


def _family(figure: Figure) -> str:
    assert figure.format is not None
    assert figure.table is not None
    return table_of(figure.format, figure.table).family


def _table_of(figure: Figure) -> str:
    words = figure.place.split(" ")
    return " ".join(words[:2]) if words[0] == "table" else ""


def _flattened(lines: Sequence[str]) -> list[Flat]:
    """Tables put together from lines, in their order; a list that is part of a table with more columns is left out: they share labels."""
    found = list(tokens(lines))
    if sum(token.kind is Kind.LABEL for token in found) < LEAST_LABELS:
        return []
    crosses = flatcross.crosses(found)
    lists = [one for one in flattened.lists(found) if not any(_within(one, other) for other in crosses)]
    return sorted([*lists, *crosses], key=lambda flat: flat.start)


def _within(one: Flat, other: Flat) -> bool:
    return other.start <= one.stop and one.start <= other.stop and other.grid.height >= one.grid.height


def _torn(flat: Sequence[Flat], placed: Sequence[Placed], found: Sequence[Figure]) -> list[Figure]:
    """Numbers of flattened rows whose blank cells were lost, as unknown figures of the format the rest was read in."""
    forms = dict.fromkeys(by_id(figure.format) for figure in found if figure.format is not None)
    out = []
    for one, where in zip(flat, placed, strict=True):
        for label, raws, path in one.torn:
            owner = next(((form, table) for form in forms for table in form.tables if core(label) in table.known), None)
            for raw in raws if owner is not None else ():
                assert owner is not None
                if (figure := unknown(where, *owner, [label], Cell(raw, 0, 0, path=path))) is not None:
                    out.append(figure)
    return out


def _placed(tables: Sequence[Grid], lines: Sequence[str], captures: Sequence[str]) -> list[Placed]:
    """The grids worth reading, with the scope their caption or the lines above them give."""
    out: list[Placed] = []
    at = 0
    for n in sheets.candidates(tables, known()):
        grid = tables[n]
        rows = row_lines(grid)
        start = next((y for y in range(at, len(lines)) if rows and lines[y] == rows[0]), None)
        scope = scopes.of_title(grid.caption) if grid.caption else None
        if start is not None:
            scope = scope or scopes.above(lines[:start])
            at = start + 1
        out.append(Placed(grid, f"table {n + 1}", scope, _capture(grid, captures)))
    return out


def _capture(grid: Grid, captures: Sequence[str]) -> str | None:
    """The capture a grid stands in: cells of the n-th part begin with `part[n]`."""
    path = grid.cells[0].path if grid.cells else ""
    number = int(path[5 : path.index("]")]) if path.startswith("part[") else 1
    return captures[number - 1] if number <= len(captures) else None
