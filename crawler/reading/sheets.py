"""Tables ready to be read for figures: spans resolved, where they stand, and rows that a page break cut in two made whole."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from crawler.reading import labels, values
from crawler.reading.mending import mended
from storage.records import Cell, Grid

MOST_ROWS = 600  # official tables have at most some 170 rows; a longer one is a register, not a report's statistics
MOST_COLUMNS = 40
MOST_IN_ALL = 6_000  # rows of all tables; a page with the tables of fifty organs has three thousand
LOOK_ROWS = 40  # rows in which a table must show that it is one of ours
LABEL = 90  # characters of the longest official label, with its notes
SMALL = 4  # rows of a grid that can be the rest of a table, cut off by a page break

Row = list["Cell | None"]


@dataclass(frozen=True, slots=True)
class Placed:
    """A grid and where it stands.

    Attributes:
        name: how places in it begin (`table 3`); empty where the path of a cell says it all.
        scope: that the words above it or its caption give it.
        capture: sha256 of the capture it stands in.
    """

    grid: Grid
    name: str = ""
    scope: str | None = None
    capture: str | None = None


@dataclass(frozen=True, slots=True)
class Strip:
    """The rows of one grid, each position holding the cell that covers it."""

    placed: Placed
    rows: list[Row]

    @property
    def width(self) -> int:
        return self.placed.grid.width


def hits(grid: Grid, known: Collection[str], most: int = 3) -> int:
    """How many cells of a grid's first rows hold labels of the official formats, counted up to `most`."""
    count = 0
    for cell in grid.cells:
        if cell.row >= LOOK_ROWS or count >= most:
            break
        text = cell.text
        if 2 <= len(text) <= LABEL and not text.isdigit() and labels.core(text) in known:
            count += 1
    return count


def candidates(grids: Sequence[Grid], known: Collection[str]) -> list[int]:
    """Numbers (from 0) of the grids that may hold official tables, and of the small rests that follow one."""
    out: list[int] = []
    rows = 0
    for n, grid in enumerate(grids):
        if grid.height > MOST_ROWS or grid.width > MOST_COLUMNS or rows + grid.height > MOST_IN_ALL:
            continue
        if hits(grid, known) >= 2 or (out and out[-1] == n - 1 and grid.height <= SMALL):
            out.append(n)
            rows += grid.height
    return out


def strips(tables: Sequence[Placed], known: Collection[str]) -> list[Strip]:
    """The rows of all grids; a row whose first half ends one grid and whose second half begins the next is put together."""
    out: list[Strip] = []
    for printed in tables:
        placed = replace(printed, grid=mended(printed.grid))
        strip = Strip(placed, _spread(placed.grid))
        if out and out[-1].rows and strip.rows and out[-1].width == strip.width:
            strip = _mend(out[-1], strip, known)
        out.append(strip)
    return out


def words(row: Row, stop: int) -> list[str]:
    """Distinct labels of a row's cells left of a column, outermost first; units, codes and line numbers are none."""
    seen: list[Cell] = []
    for cell in row[:stop]:
        if cell is not None and cell not in seen and is_label(cell.text):
            seen.append(cell)
    return [cell.text for cell in seen]


def is_label(text: str) -> bool:
    """Whether a cell holds words that name something."""
    return not values.is_unit(text) and values.parse(text).kind == "TEXT"


def title(row: Row) -> str | None:
    """The text of a row that holds one cell of words and nothing else."""
    filled = {id(cell): cell for cell in row if cell is not None and cell.text.strip()}
    only = next(iter(filled.values())) if len(filled) == 1 else None
    return only.text if only is not None and is_label(only.text) else None


def _spread(grid: Grid) -> list[Row]:
    out: list[Row] = [[None] * grid.width for _ in range(grid.height)]
    for cell in grid.cells:
        for y in range(cell.row, min(cell.row + cell.rowspan, grid.height)):
            for x in range(cell.column, min(cell.column + cell.colspan, grid.width)):
                out[y][x] = cell
    return out


def _mend(before: Strip, strip: Strip, known: Collection[str]) -> Strip:
    heads = [_texts(row) for row in before.rows[:8]]
    at = next((y for y, row in enumerate(strip.rows[:8]) if _texts(row) not in heads), None)
    if at is None:
        return strip
    last, first = before.rows[-1], strip.rows[at]
    if not (_cut_label(last, first, known) or _cut_values(last, first)):
        return strip
    before.rows[-1] = [_whole(one, other) for one, other in zip(last, first, strict=True)]
    return Strip(strip.placed, strip.rows[:at] + strip.rows[at + 1 :])


def _cut_label(last: Row, first: Row, known: Collection[str]) -> bool:
    """Whether two halves of a label stand below each other: neither is an official one, both together are."""
    for one, other in zip(last, first, strict=True):
        if one is None or other is None or not one.text.strip() or not other.text.strip():
            continue
        if labels.core(one.text) not in known and labels.core(other.text) not in known and labels.core(one.text + other.text) in known:
            return True
    return False


def _cut_values(last: Row, first: Row) -> bool:
    """Whether one row ends with its label and the next holds nothing but its values."""
    ours, theirs = _texts(last), _texts(first)
    filled = [x for x, text in enumerate(ours) if text]
    values_at = [x for x, text in enumerate(theirs) if text]
    if not filled or not values_at or max(filled) >= min(values_at) or not is_label(ours[max(filled)]):
        return False
    return not any(is_label(theirs[x]) for x in values_at) and len(values_at) > 1


def _whole(one: Cell | None, other: Cell | None) -> Cell | None:
    if one is None or other is None or not other.text.strip():
        return one
    if not one.text.strip():
        return other
    if one.text == other.text and is_label(one.text):
        return one  # the label of a group, printed on both pages
    joint = "" if is_label(one.text) else "\n"  # digits on both sides cannot be told from two numbers: left unreadable
    return replace(one, text=f"{one.text}{joint}{other.text}")


def _texts(row: Row) -> list[str]:
    return ["" if cell is None else cell.text.strip() for cell in row]
