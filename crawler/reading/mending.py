"""Spans that reach a row too far, as editors write them when a row was taken out: the cell pushes the row below it to the right.

A browser shows such a table with one row sticking out. What the writer meant is certain where shortening one cell, and no other, makes the rows
end at one edge again and every number stand where the other rows have theirs; everywhere else the grid stays as it is printed, and its rows are for
the reader to doubt: a row may stick out because it has a cell too many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from crawler.reading import values
from storage.records import Cell, FigureKind, Grid

MOST = 6  # rows that stick out; more is a table of another shape
MOST_CELLS = 4_000
_WORDS = frozenset({FigureKind.TEXT, FigureKind.BLANK})


def mended(grid: Grid) -> Grid:
    """The grid with such spans shortened; the same grid where there are none, or where two cells could be meant."""
    edges = _edges(grid.cells, grid.height)
    regular = _regular(edges)
    if regular is None or len(grid.cells) > MOST_CELLS:
        return grid
    cells: tuple[Cell, ...] = grid.cells
    for _ in range(MOST):
        y = next((y for y, edge in enumerate(edges) if edge > regular), None)
        if y is None:
            return replace(grid, cells=cells, width=regular)
        found = [shorter for cell in _covering(cells, y, edges[y] - regular) if (shorter := _shortened(cells, cell, y, grid.height, regular, edges))]
        if len(found) != 1:
            return grid
        cells = found[0]
        edges = _edges(cells, grid.height)
    return grid


def _regular(edges: Sequence[int]) -> int | None:
    """Where most rows end; None when no row sticks out, or too many do."""
    counted = Counter(edges)
    regular, often = counted.most_common(1)[0] if counted else (0, 0)
    beyond = sum(edge > regular for edge in edges)
    return regular if 0 < beyond <= MOST and 2 * often > len(edges) else None


def _covering(cells: Sequence[Cell], y: int, wide: int) -> list[Cell]:
    """Cells from above, as wide as the row sticks out, that cover it."""
    return [cell for cell in cells if cell.row < y < cell.row + cell.rowspan and cell.colspan == wide]


def _shortened(cells: Sequence[Cell], cell: Cell, y: int, height: int, regular: int, edges: Sequence[int]) -> tuple[Cell, ...] | None:
    """The cells placed anew with one of them ending above row `y`; None unless that row ends where it should, and no row is worse off."""
    out = _placed([replace(cell, rowspan=y - cell.row) if one is cell else one for one in cells])
    after = _edges(out, height)
    numbers = _numbers(out)
    if any(cell.row == y and cell.column < numbers and values.parse(cell.text).kind not in _WORDS for cell in out):
        return None
    if after[y] != regular or any(edge != before and edge != regular for edge, before in zip(after, edges, strict=True)):
        return None
    return out


def _numbers(cells: Sequence[Cell]) -> int:
    """The first column that mostly holds numbers; beyond all columns where none does."""
    counted: Counter[int] = Counter()
    filled: Counter[int] = Counter()
    for cell in cells:
        if cell.text.strip():
            filled[cell.column] += 1
            counted[cell.column] += values.parse(cell.text).number is not None
    return min((x for x in filled if 2 * counted[x] > filled[x]), default=max(filled, default=0) + 1)


def _placed(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """Each cell at the first position of its row that no cell from above covers, in the order of the row."""
    out: list[Cell] = []
    covered: dict[int, int] = {}  # column -> first row that is free again
    row, column = -1, 0
    for cell in sorted(cells, key=lambda cell: (cell.row, cell.column)):
        if cell.row != row:
            row, column = cell.row, 0
        while covered.get(column, 0) > row:
            column += 1
        out.append(replace(cell, column=column))
        for x in range(column, column + cell.colspan):
            covered[x] = row + cell.rowspan
        column += cell.colspan
    return tuple(out)


def _edges(cells: Sequence[Cell], height: int) -> list[int]:
    """Where each row ends, cells from above counted."""
    edges = [0] * height
    for cell in cells:
        for y in range(cell.row, min(cell.row + cell.rowspan, height)):
            edges[y] = max(edges[y], cell.column + cell.colspan)
    return edges
