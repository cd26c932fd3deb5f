"""What every kind of document is opened to."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from crawler.reading.dom import clean
from crawler.reading.grid import MAX_COLUMNS, row_lines
from crawler.reading.lines import squeeze
from storage.records import Cell, Grid


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file, opened.

    Attributes:
        kind: ``pdf``, ``docx``, ``doc``, ``xlsx``, ``xls`` or ``ofd``.
        lines: one line a paragraph, one tab-joined line a row of a table, in reading order.
        tables: the tables, in reading order; each cell's path says where it stands (``page 3 box 74,248,519,416``, ``sheet 附表 cell B3``).
        title: how the file calls itself in its properties; often the name of another file, so it is asked last.
    """

    kind: str
    lines: tuple[str, ...]
    tables: tuple[Grid, ...] = ()
    title: str | None = None


def document(kind: str, blocks: Iterable[str | Grid], title: str | None = None) -> Document:
    """A document from its paragraphs and tables in reading order."""
    lines: list[str] = []
    tables: list[Grid] = []
    for block in blocks:
        if isinstance(block, Grid):
            table = replace(block, cells=tuple(replace(cell, text=clean(cell.text)) for cell in block.cells))
            tables.append(table)
            lines += row_lines(table)
        elif text := squeeze(clean(block)):
            lines.append(text)
    return Document(kind=kind, lines=tuple(lines), tables=tuple(tables), title=squeeze(clean(title or "")) or None)


def grid(cells: Sequence[Cell]) -> Grid | None:
    """A table from cells whose spans are spread over whatever columns the file has.

    Columns and rows are those in which some cell starts, as for pages: an unused column of the file is none of the table.

    Returns:
        None where fewer than two columns are left: a frame around text.
    """
    cells = [cell for cell in cells if cell.column < MAX_COLUMNS]
    rows = sorted({cell.row for cell in cells})
    columns = sorted({cell.column for cell in cells})
    if len(columns) < 2:
        return None
    row_at, column_at = {row: n for n, row in enumerate(rows)}, {column: n for n, column in enumerate(columns)}
    placed = [
        Cell(
            text=cell.text,
            row=row_at[cell.row],
            column=column_at[cell.column],
            rowspan=_reached(rows, cell.row, cell.rowspan, row_at),
            colspan=_reached(columns, cell.column, cell.colspan, column_at),
            header=cell.header,
            path=cell.path,
        )
        for cell in sorted(cells, key=lambda cell: (cell.row, cell.column))
    ]
    return Grid(cells=tuple(placed), height=len(rows), width=len(columns))


def _reached(starts: Sequence[int], first: int, span: int, at: dict[int, int]) -> int:
    """How many of the rows or columns that are left a span covers."""
    if span == 1:
        return 1
    return max(1, bisect_left(starts, first + span) - at[first])
