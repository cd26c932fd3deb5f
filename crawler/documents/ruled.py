"""Tables drawn with lines on a page of a PDF."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pdfplumber.page import Page
from pdfplumber.table import Table

from crawler.documents import layout
from crawler.documents.layout import Glyph
from crawler.reading.grid import LAYOUT_CELL, LAYOUT_ROWS, LAYOUT_SHARE
from storage.records import Cell, Grid

MARK = re.compile(r"[（(]?[一二三四五六七八九十\d]{1,3}[）).．、]")
WORDS = re.compile(r"[\u3400-\u9fff](?![、.．）)])")  # no mark of its own
SPILL = 14.0  # points below the end of the rules within which the last line of a cell may stand that goes on on the next page
NEAR = 2.5  # points within which two edges are one


@dataclass(frozen=True, slots=True)
class Ruled:
    """A table of one page.

    Attributes:
        edges: x of its columns' left edges, and the right edge of the last.
        cells: rows and columns counted within this page.
        begun, open: cells of its first row that no rule begins, and of its last that none ends. A browser draws the rule between two rows on one
            of the two pages; a cell that goes on has one on neither.
    """

    page: int
    top: float
    edges: tuple[float, ...]
    height: int
    cells: tuple[Cell, ...]
    begun: frozenset[Cell]
    open: frozenset[Cell]

    def goes_on(self, before: Ruled) -> bool:
        """Whether this is the rest of a table of the page before: nothing stands between, and the edges of the one are edges of the other."""
        fewer, more = sorted((self.edges, before.edges), key=len)
        if self.page != before.page + 1 or abs(fewer[-1] - more[-1]) > 2 * NEAR or abs(fewer[0] - more[0]) > 2 * NEAR:
            return False
        return len(fewer) > 2 and all(any(abs(edge - other) <= 2 * NEAR for other in more) for edge in fewer)


class Rules:
    """The ruled lines of a page.

    Attributes:
        closing: lines that browsers leave out where a table goes over a page break, as pdfplumber takes them: there its upright rules end in the
            open, and its outermost cells have no edge. One at each height where two rules or more end and one of them meets nothing.
    """

    def __init__(self, page: Page) -> None:
        # a rule drawn as a thin box has ends of its own, which are no edges of a cell
        level = [edge for edge in page.edges if edge["orientation"] == "h" and edge["x1"] - edge["x0"] > NEAR]
        self._level = sorted((edge["top"], edge["x0"], edge["x1"]) for edge in level)
        self._heights = [top for top, _, _ in self._level]
        upright = _whole([(edge["x0"], edge["top"], edge["bottom"]) for edge in page.edges if edge["orientation"] == "v"])
        self.closing: list[dict[str, Any]] = []
        for group in _grouped(sorted((end, x) for x, *both in upright for end in both)):
            y, xs = group[0][0], [x for _, x in group]
            if max(xs) - min(xs) > NEAR and not all(any(x0 - NEAR <= x <= x1 + NEAR for _, x0, x1 in self._at(y)) for x in xs):
                line = {"object_type": "line", "x0": min(xs), "x1": max(xs), "top": y, "bottom": y}
                self.closing.append({**line, "width": max(xs) - min(xs), "height": 0.0})

    def drawn(self, y: float, x0: float, x1: float) -> bool:
        """Whether there is a level rule at that height, over most of that width."""
        covered, end = 0.0, x0
        for _, begins, ends in sorted(self._at(y), key=lambda rule: rule[1]):
            covered += max(0.0, min(ends, x1) - max(begins, end))
            end = max(end, ends)
        return covered >= 0.8 * (x1 - x0)

    def is_closed(self, y: float) -> bool:
        """Whether the level rule at that height is one of ours: the table goes on on the next page."""
        return any(abs(line["top"] - y) <= NEAR for line in self.closing)

    def _at(self, y: float) -> list[tuple[float, float, float]]:
        return self._level[bisect_left(self._heights, y - 2 * NEAR) : bisect_left(self._heights, y + 2 * NEAR)]


def _whole(pieces: Iterable[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Vertical rules (x, top, bottom) from the pieces they are drawn in, row by row; what is shorter than a row is none."""
    columns: list[list[tuple[float, float, float]]] = []
    for piece in sorted(pieces):
        if columns and piece[0] - columns[-1][-1][0] <= NEAR / 2:
            columns[-1].append(piece)
        else:
            columns.append([piece])
    out = []
    for column in columns:
        x, top, bottom = column[0][0], *min((piece[1], piece[2]) for piece in column)
        for _, begins, ends in sorted(column, key=lambda piece: piece[1]):
            if begins - bottom > NEAR:
                out.append((x, top, bottom))
                top = begins
            bottom = max(bottom, ends)
        out.append((x, top, bottom))
    return [rule for rule in out if rule[2] - rule[1] > NEAR]


def _grouped(ends: Sequence[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    groups: list[list[tuple[float, float]]] = []
    for end in ends:
        if groups and end[0] - groups[-1][-1][0] <= NEAR:
            groups[-1].append(end)
        else:
            groups.append([end])
    return groups


def ruled(found: Table, glyphs: Sequence[Glyph], page: int, rules: Rules) -> tuple[Ruled | None, list[Glyph]]:
    """A table with its words, and the glyphs that stand outside of it.

    Returns:
        None for a box with one column and for a frame around text; its glyphs stay with the others.
    """
    boxes = sorted(found.cells, key=lambda box: (box[1], box[0]))
    x0, top, x1, bottom = found.bbox
    loose = {box for box in boxes if box[3] > bottom - NEAR and not rules.drawn(box[3], box[0], box[2])}
    below = [glyph for glyph in glyphs if x0 <= glyph.x0 <= x1 and bottom <= (glyph.top + glyph.bottom) / 2 < bottom + SPILL]
    spilt = max((glyph.bottom - glyph.top for glyph in below), default=0.0)
    lefts, tops = _edges(box[0] for box in boxes), _edges(box[1] for box in boxes)
    if len(lefts) < 2:
        return None, list(glyphs)
    inside: list[list[Glyph]] = [[] for _ in boxes]
    outside: list[Glyph] = []
    floor = bottom + (1.5 * spilt if loose and rules.is_closed(bottom) else 0.0)
    for glyph in glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        at = None
        if x0 <= x <= x1 and top <= y <= floor:
            at = next((n for n, box in enumerate(boxes) if box[0] <= x < box[2] and box[1] <= y < (floor if box in loose else box[3])), None)
        (outside if at is None else inside[at]).append(glyph)
    texts = [layout.in_cell(layout.lines(held), box[2] - box[0]) for held, box in zip(inside, boxes, strict=True)]
    if _is_frame(texts, len(tops)) or not any(texts):
        return None, list(glyphs)
    cells = tuple(
        Cell(
            text=text,
            row=_at(tops, box[1]),
            column=_at(lefts, box[0]),
            rowspan=max(1, _at(tops, box[3]) - _at(tops, box[1])),
            colspan=max(1, _at(lefts, box[2]) - _at(lefts, box[0])),
            path=f"page {page} box {','.join(str(round(side)) for side in box)}",
        )
        for text, box in zip(texts, boxes, strict=True)
    )
    placed = list(zip(cells, boxes, strict=True))
    begun = frozenset(cell for cell, box in placed if cell.row == 0 and not rules.drawn(box[1], box[0], box[2]))
    return Ruled(page, top, (*lefts, x1), len(tops), cells, begun, frozenset(cell for cell, box in placed if box in loose)), outside


def joined(parts: Sequence[Ruled]) -> Grid:
    """The table of one or more pages. A cell that goes on after the break is one cell; a head said again is said once."""
    edges = max((part.edges for part in parts), key=len)
    cells: list[Cell] = []
    height = 0
    head: list[tuple[str, int, int]] = []
    loose: frozenset[Cell] = frozenset()
    for part in parts:
        placed = {cell: _across(cell, part.edges, edges) for cell in part.cells}
        first = [(cell.text, cell.column, cell.colspan) for cell in placed.values() if cell.row == 0 and cell.text]
        again = 1 if height and first == head and len(head) > 1 and all(cell.rowspan == 1 for cell in part.cells if cell.row == 0) else 0
        head = head or first
        below: set[Cell] = set()
        for cell, at in placed.items():
            if cell.row < again:
                continue
            row = height + cell.row - again
            above = _above(cells, at, height, loose if cell in part.begun else frozenset()) if height and row == height else None
            if above is None:
                whole = replace(at, row=row)
                cells.append(whole)
            else:
                whole = replace(cells[above], text=cells[above].text + at.text, rowspan=cells[above].rowspan + at.rowspan)
                cells[above] = whole
            if cell in part.open:
                below.add(whole)
        loose = frozenset(below)
        height += part.height - again
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return Grid(cells=tuple(cells), height=height, width=len(edges) - 1)


def _across(cell: Cell, own: Sequence[float], edges: Sequence[float]) -> Cell:
    """The cell under the columns of the whole table; this page may show fewer of them."""
    first, last = (
        min(range(len(edges)), key=lambda n: abs(edges[n] - own[at])) for at in (cell.column, min(cell.column + cell.colspan, len(own) - 1))
    )
    return replace(cell, column=first, colspan=max(1, last - first))


def _above(cells: Sequence[Cell], cell: Cell, height: int, loose: frozenset[Cell]) -> int | None:
    """The cell at the page's foot that goes on in this one, in the same columns: no rule parts them; or it is a label, one of the two spans rows, and
    this one is blank or goes on in the middle of the words (（四）无 / 法提供). A value that is blank spans no rows."""
    for n, other in enumerate(cells):
        if other.row + other.rowspan == height and (other.column, other.colspan) == (cell.column, cell.colspan):
            if other in loose:
                return n
            spans = other.text and (other.rowspan > 1 or cell.rowspan > 1)
            return n if spans and (not cell.text or (MARK.match(other.text) and WORDS.match(cell.text))) else None
    return None


def _edges(values: Iterable[float]) -> list[float]:
    """Positions, those nearer than NEAR taken as one."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > NEAR:
            out.append(value)
    return out


def _at(edges: Sequence[float], value: float) -> int:
    """Which edge a position is; one behind the last for the end of the table."""
    return bisect_left(edges, value - NEAR)


def _is_frame(texts: Sequence[str], rows: int) -> bool:
    """Few rows, one cell of which holds nearly all the text: a box around a paragraph."""
    lengths = [len(text) for text in texts]
    return rows <= LAYOUT_ROWS and max(lengths) >= LAYOUT_CELL and max(lengths) >= LAYOUT_SHARE * sum(lengths)
