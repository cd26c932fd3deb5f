"""Tables that an extractor or an editor flattened: each cell on a line of its own, or a row on a line, and no table any more.

Here the long table of 2014, which has one number a row, so that nothing needs to be counted; flatcross has those with several columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crawler.reading.forms import all_formats
from crawler.reading.tokens import Kind, Token
from storage.records import Cell, Grid

LEAST_ROWS = 10  # of the long table, with a value
PROSE = 60  # characters from which a line is a sentence
SILENT = 3  # labels without a value in a row, after which no table goes on


@dataclass(frozen=True, slots=True)
class Flat:
    """A table put together again.

    Attributes:
        start, stop: its first and last line, from 0.
        torn: rows of several columns whose blank cells were lost: label, values as printed, and where they stand.
    """

    start: int
    stop: int
    grid: Grid
    torn: tuple[tuple[str, tuple[str, ...], str], ...] = ()


@dataclass(slots=True)
class Row:
    """A label and what follows it until the next one."""

    label: Token
    unit: Token | None = None
    values: list[Token] = field(default_factory=list)

    @property
    def last(self) -> int:
        return max(token.last for token in (self.label, self.unit, *self.values) if token is not None)

    @property
    def path(self) -> str:
        return f"lines {self.label.first + 1}-{self.last + 1}"


def lists(found: Sequence[Token]) -> list[Flat]:
    """The long tables among the tokens of a text."""
    own = frozenset(core for form in all_formats() for table in form.tables if table.is_list for core in table.known)
    out: list[Flat] = []
    rows: list[Row] = []
    silent = 0

    def close() -> None:
        nonlocal silent
        while rows and rows[-1].label.kind is Kind.WORDS and not rows[-1].values:
            rows.pop()
        if sum(bool(row.values) for row in rows) >= LEAST_ROWS:
            out.append(Flat(rows[0].label.first, rows[-1].last, _long(rows)))
        rows.clear()
        silent = 0

    for token in found:
        if token.kind is Kind.LABEL and token.core in {"统计指标", "统计数"}:
            close()
        elif token.kind is Kind.LABEL and token.core in own:
            rows.append(Row(token))
            silent = 0
        elif not rows:
            continue
        elif token.kind is Kind.UNIT:
            rows[-1].unit = rows[-1].unit or token
        elif token.kind is Kind.VALUE:
            if not rows[-1].values:
                rows[-1].values.append(token)
                silent = 0
        elif token.text.startswith(("(注", "（注")) or len(token.text) > PROSE or "。" in token.text or silent >= SILENT:
            close()
        elif rows[-1].values or rows[-1].unit is not None:
            rows.append(Row(token))  # a row of the organ's own
            silent += 1
        else:
            silent += 1  # a note below its label
    close()
    return out


def _long(rows: Sequence[Row]) -> Grid:
    cells = []
    kept = [row for row in rows if row.label.kind is Kind.LABEL or row.values]
    for y, row in enumerate(kept):
        unit, value = row.unit.text if row.unit is not None else "", row.values[0].text if row.values else ""
        cells += [Cell(text, y, x, path=row.path) for x, text in enumerate((row.label.text, unit, value))]
    return Grid(cells=tuple(cells), height=len(kept), width=3)
