"""Tables: which of them hold data, and where each of their cells stands."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from lxml.etree import _Element

from crawler.reading.lines import BREAKS, lines, squeeze
from storage.records import Cell, Grid

MAX_COLUMNS = 256  # spans do not reach beyond; real tables of these reports have ten columns, a page that says 10^9 means nothing by it
LAYOUT_CELL = 300  # characters in one cell that make a small table a frame around text
LAYOUT_SHARE = 0.7  # share of the table's text in that cell
LAYOUT_ROWS = 4
DIGITS = re.compile(r"\s*([0-9]{1,9})")


class Printed(NamedTuple):
    """A cell as the page writes it, not yet placed."""

    text: str
    rowspan: int
    colspan: int
    header: bool
    path: str


def read(table: _Element) -> Grid | None:
    """Read a table.

    Columns are those in which some cell starts: a span over more than the table holds is cut down to it, whatever it says.

    Args:
        table: a `<table>`.

    Returns:
        Its grid; None when it only lays out the page (holds another table, has one column, is a frame around text) or is blank.
    """
    if table.find(".//table") is not None:
        return None
    rows = list(_rows(table))
    filled = [[cell for cell in row if cell.text] for row in rows]
    if not any(len(row) >= 2 for row in filled) or _is_frame([row for row in filled if row]):
        return None
    cells, width = _place(rows)
    if width < 2:
        return None
    caption = table.find("caption")
    title = squeeze("".join(caption.itertext())) if caption is not None else ""
    return Grid(cells=cells, height=len(rows), width=width, caption=title or None)


def row_lines(grid: Grid) -> list[str]:
    """One tab-joined line for each row that holds words; blank positions stay, so that columns can be told apart."""
    out = [grid.caption] if grid.caption else []
    for row in grid.rows():
        line = "\t".join(squeeze(text) for text in row).rstrip("\t")
        if line:
            out.append(line)
    return out


def _rows(table: _Element) -> Iterator[list[Printed]]:
    """Printed cells row by row. Each one's path is counted here: asking the tree for it takes time by the square."""
    tree = table.getroottree()
    parents: dict[_Element, str] = {}
    counts: dict[_Element, int] = {}
    for tr in table.iter("tr"):
        parent = tr.getparent()
        assert parent is not None
        if parent not in parents:
            parents[parent] = tree.getpath(parent)
            counts[parent] = 0
        counts[parent] += 1
        path = f"{parents[parent]}/tr[{counts[parent]}]"
        seen = {"td": 0, "th": 0}
        row = []
        for node in tr.iterchildren("td", "th"):
            tag = str(node.tag)
            seen[tag] += 1
            row.append(Printed(_text(node), _span(node, "rowspan"), _span(node, "colspan"), tag == "th", f"{path}/{tag}[{seen[tag]}]"))
        yield row


def _text(node: _Element) -> str:
    if not len(node):
        return squeeze(node.text or "")
    if any(child.tag in BREAKS for child in node.iterdescendants()):
        return "\n".join(line.text for line in lines(node))
    return squeeze("".join(node.itertext()))


def _span(node: _Element, name: str) -> int:
    """A span as browsers read it: leading digits, 1 where there are none; `rowspan=0` reaches to the end of the table."""
    value = node.get(name)
    if value is None:
        return 1
    digits = DIGITS.match(value)
    number = int(digits[1]) if digits else 1
    return 65534 if number == 0 and name == "rowspan" else max(1, number)


def _is_frame(rows: list[list[Printed]]) -> bool:
    """A table of few rows, one cell of which holds nearly all the text, or a single row with a paragraph in it."""
    lengths = [len(cell.text) for row in rows for cell in row]
    longest = max(lengths)
    if len(rows) == 1:
        return longest > LAYOUT_CELL / 2
    return len(rows) <= LAYOUT_ROWS and longest >= LAYOUT_CELL and longest >= LAYOUT_SHARE * sum(lengths)


def _place(rows: list[list[Printed]]) -> tuple[tuple[Cell, ...], int]:
    """Spread spans as HTML says: each cell goes to the first position of its row that no cell from above covers."""
    placed: list[tuple[Printed, int, int, int, int]] = []
    below: dict[int, int] = {}  # column -> rows for which a cell from above still covers it
    for y, row in enumerate(rows):
        column = 0
        covered: dict[int, int] = {}
        for cell in row:
            while column in below:
                column += 1
            fits = column < MAX_COLUMNS
            wide = min(cell.colspan, MAX_COLUMNS - column) if fits else 1
            high = min(cell.rowspan, len(rows) - y) if fits else 1
            placed.append((cell, y, column, high, wide))
            if high > 1:
                covered.update((x, high) for x in range(column, column + wide))
            column += wide
        if below or covered:
            below = {x: left - 1 for x, left in (below | covered).items() if left > 1}
    columns = sorted({column for _, _, column, _, _ in placed})
    index = {x: n for n, x in enumerate(columns)}
    cells = []
    for cell, y, column, high, wide in placed:
        first = index[column]
        span = 1 if wide == 1 else bisect_left(columns, column + wide) - first
        cells.append(Cell(cell.text, y, first, high, span, cell.header, cell.path))
    return tuple(cells), len(columns)
