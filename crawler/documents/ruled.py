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
NEAR = 2.5  # points within which two edges are one


@dataclass(frozen=True, slots=True)
class Ruled:
    """A table of one page.

    Attributes:
        edges: x of its columns' left edges, and the right edge of the last.
        cells: rows and columns counted within this page.
    """

    page: int
    top: float
    edges: tuple[float, ...]
    height: int
    cells: tuple[Cell, ...]

    def goes_on(self, before: Ruled) -> bool:
        """Whether this is the rest of a table of the page before: nothing stands between, and the columns are the same."""
        if self.page != before.page + 1 or len(self.edges) != len(before.edges):
            return False
        return all(abs(a - b) <= 2 * NEAR for a, b in zip(self.edges, before.edges, strict=True))


def closing(page: Page) -> list[dict[str, Any]]:
    """Lines that browsers leave out where a table goes over a page break: there its rules end in the open, and its outermost cells have no edge.

    Returns:
        A line at each height where at least two vertical rules end and one of them meets nothing.
    """
    upright = [edge for edge in page.edges if edge["orientation"] == "v" and edge["bottom"] - edge["top"] > NEAR]
    # a rule drawn as a thin box has an end of its own, which is no edge of a cell
    level = sorted((edge for edge in page.edges if edge["orientation"] == "h" and edge["x1"] - edge["x0"] > NEAR), key=lambda edge: edge["top"])
    heights = [edge["top"] for edge in level]
    ends = sorted((edge[side], edge["x0"]) for edge in upright for side in ("top", "bottom"))
    out: list[dict[str, Any]] = []
    for group in _grouped(ends):
        y = group[0][0]
        near = level[bisect_left(heights, y - 2 * NEAR) : bisect_left(heights, y + 2 * NEAR)]
        xs = [x for _, x in group]
        if max(xs) - min(xs) > NEAR and not all(any(edge["x0"] - NEAR <= x <= edge["x1"] + NEAR for edge in near) for x in xs):
            out.append({"object_type": "line", "x0": min(xs), "x1": max(xs), "top": y, "bottom": y, "width": max(xs) - min(xs), "height": 0.0})
    return out


def _grouped(ends: Sequence[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    groups: list[list[tuple[float, float]]] = []
    for end in ends:
        if groups and end[0] - groups[-1][-1][0] <= NEAR:
            groups[-1].append(end)
        else:
            groups.append([end])
    return groups


def ruled(found: Table, glyphs: Sequence[Glyph], page: int) -> tuple[Ruled | None, list[Glyph]]:
    """A table with its words, and the glyphs that stand outside of it.

    Returns:
        None for a box with one column and for a frame around text; its glyphs stay with the others.
    """
    boxes = sorted(found.cells, key=lambda box: (box[1], box[0]))
    lefts, tops = _edges(box[0] for box in boxes), _edges(box[1] for box in boxes)
    if len(lefts) < 2:
        return None, list(glyphs)
    inside: list[list[Glyph]] = [[] for _ in boxes]
    outside: list[Glyph] = []
    x0, top, x1, bottom = found.bbox
    for glyph in glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        at = None
        if x0 <= x <= x1 and top <= y <= bottom:
            at = next((n for n, box in enumerate(boxes) if box[0] <= x < box[2] and box[1] <= y < box[3]), None)
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
    return Ruled(page, top, (*lefts, x1), len(tops), cells), outside


def joined(parts: Sequence[Ruled]) -> Grid:
    """The table of one or more pages. A label whose cell goes on after the break, blank there, is one cell; a head said again is said once."""
    cells: list[Cell] = list(parts[0].cells)
    height = parts[0].height
    head = [(cell.text, cell.column, cell.colspan) for cell in parts[0].cells if cell.row == 0 and cell.text]
    for part in parts[1:]:
        first = [(cell.text, cell.column, cell.colspan) for cell in part.cells if cell.row == 0 and cell.text]
        again = 1 if first == head and len(head) > 1 and all(cell.rowspan == 1 for cell in part.cells if cell.row == 0) else 0
        for cell in part.cells:
            if cell.row < again:
                continue
            row = height + cell.row - again
            above = _above(cells, cell, height) if row == height else None
            if above is not None:
                whole = cells[above]
                cells[above] = replace(whole, text=whole.text + cell.text, rowspan=whole.rowspan + cell.rowspan)
            else:
                cells.append(replace(cell, row=row))
        height += part.height - again
    cells.sort(key=lambda cell: (cell.row, cell.column))
    return Grid(cells=tuple(cells), height=height, width=len(parts[0].edges) - 1)


def _above(cells: Sequence[Cell], cell: Cell, height: int) -> int | None:
    """The label at the page's foot that goes on in this cell: in the same columns, one of the two spans rows, and this one is blank or goes on
    in the middle of the words (（四）无 / 法提供). A value that is blank spans no rows."""
    for n, other in enumerate(cells):
        if other.row + other.rowspan == height and (other.column, other.colspan) == (cell.column, cell.colspan):
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
