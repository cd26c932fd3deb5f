"""Tables that an extractor or an editor flattened: label, unit and number each on a line of its own (seed of 诸城 2017).

Only the long table of 2014 can be read back this way: it has one number a row, so nothing needs to be counted. A flattened table of many columns
that lost its blank cells cannot be told apart any more and is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from crawler.reading import labels, values
from crawler.reading.forms import all_formats
from storage.records import Cell, FigureKind, Grid

LEAST_ROWS = 10


def grids(lines: Sequence[str]) -> list[tuple[int, Grid]]:
    """Grids rebuilt from lines.

    Args:
        lines: the body, one line a block.

    Returns:
        For each rebuilt table the number of its first line (from 0) and its grid: label, unit, value; cell paths are `line N` from 1.
    """
    known = _known()
    out: list[tuple[int, Grid]] = []
    rows: list[_Row] = []

    def close() -> None:
        if sum(row.value is not None for row in rows) >= LEAST_ROWS:
            out.append((rows[0].start, _grid(rows)))
        rows.clear()

    for number, line in enumerate(lines):
        text = line.strip()
        if not text:
            continue
        core = labels.core(text)
        if core == "统计指标":
            close()
            continue
        if "\t" in line:
            close()
        elif core in known:
            rows.append(_Row(number, [text]))
        elif rows:
            row = rows[-1]
            if "".join(text.split()) in values.UNIT_WORDS and row.value is None:
                row.unit = (text, number)
            elif values.parse(text).kind not in {FigureKind.TEXT, FigureKind.BLANK} and row.value is None:
                row.value = (text, number)
            elif row.value is None and row.unit is None and number == row.last + 1 and len(row.label) < 3:
                row.label.append(text)  # a label broken over lines, or its note repeated
            elif text.startswith(("(注", "（注")) or len(text) > 60 or number > row.last + 6:
                close()
    close()
    return out


class _Row:
    def __init__(self, start: int, label: list[str]) -> None:
        self.start = start
        self.label = label
        self.unit: tuple[str, int] | None = None
        self.value: tuple[str, int] | None = None

    @property
    def last(self) -> int:
        return max(self.start + len(self.label) - 1, *(place[1] for place in (self.unit, self.value) if place is not None), self.start)


def _grid(rows: Sequence[_Row]) -> Grid:
    cells = []
    for y, row in enumerate(rows):
        cells.append(Cell("".join(row.label[:1]), y, 0, path=f"lines {row.start + 1}-{row.last + 1}"))
        for x, place in ((1, row.unit), (2, row.value)):
            text = place[0] if place is not None else ""
            cells.append(Cell(text, y, x, path=f"lines {row.start + 1}-{row.last + 1}"))
    return Grid(cells=tuple(cells), height=len(rows), width=3)


def _known() -> frozenset[str]:
    """Cores of every label, of a row or of a group of rows, of the list-shaped forms."""
    lines = [line for form in all_formats() for table in form.tables if table.is_list for line in table.rows]
    return frozenset(core for line in lines for core in (*line.cores, *line.path))
