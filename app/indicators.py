"""An indicator as an operator names it: an indicator of the crosswalk, a row or column of an official table, or one cell."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import click

from crawler.reading.forms import all_formats
from crawler.series import Indicator, all_indicators, english

Cell = tuple[str, str]  # format, table/row/column


@dataclass(frozen=True, slots=True)
class Choice:
    """What the caller's word means.

    Attributes:
        cells: the cells whose figures are meant.
        prose: the key that numbers of the text bear, where there is one.
        indicators: what a wide table shows for it.
    """

    word: str
    cells: frozenset[Cell]
    prose: str | None
    indicators: tuple[Indicator, ...]

    def means(self, row: Mapping[str, Any]) -> bool:
        """Whether a figure (a row of queries.figures) is one of those meant."""
        if row["format"] == "prose":
            return self.prose is not None and row["row"] == self.prose
        return (row["format"], f"{row['table']}/{row['row']}/{row['column']}") in self.cells


class IndicatorName(click.ParamType[Choice]):
    """Turns the caller's word into what it means, or refuses with the nearest ones."""

    name = "key"

    def convert(self, value: str | Choice, param: click.Parameter | None, ctx: click.Context | None) -> Choice:
        if isinstance(value, Choice):
            return value
        found = choice(value)
        if found is not None:
            return found
        near = difflib.get_close_matches(value, sorted(words()), n=4, cutoff=0.5)
        hint = f"did you mean {', '.join(near)}?" if near else "docs/codebook.md lists them"
        self.fail(f"{value} is no indicator, row, column or cell known here; {hint}", param, ctx)


def choice(word: str) -> Choice | None:
    """What a word means; None when it means nothing here.

    A word of the crosswalk means that indicator and the cells it is made of; all others mean cells: by the key of their row, of their column
    (of tables with one nameless row), by table/row/column, by `t3.new_received.total`, `t4.review_total` or `new_received.total`, or by a
    figure's key with any scope.
    """
    cells = {cell for cell in _cells() if _is_called(cell, word)}
    known = tuple(one for one in all_indicators() if one.key == word)
    for one in known:
        cells |= {(of, cell) for sums in (one.cells, one.denominator) for of, found in sums.items() for cell in found}
    prose = word if word in english.prose() else None
    if not cells and prose is None:
        return None
    return Choice(word, frozenset(cells), prose, known or _of_cells(cells))


def meant(choices: Iterable[Choice]) -> list[Indicator]:
    """What a wide table shows for several words, each indicator once."""
    return list({one.key: one for choice in choices for one in choice.indicators}.values())


def _is_called(cell: Cell, word: str) -> bool:
    form, address = cell
    table, row, column = address.split("/")
    match word.split("/"):
        case [of_form, _, *rest] if len(rest) == 3:
            return of_form == form and rest == [table, row, column]
        case [of_table, of_row, of_column]:
            return [of_table, of_row, of_column] == [table, row, column]
    match word.split("."):
        case [one]:
            return one in _names(cell)
        case [first, *rest] if first in {table, table.partition("_")[0]}:
            return rest == [row, column] or (len(rest) == 1 and rest[0] in _names(cell))
        case parts:
            return parts == [row, column]


@cache
def words() -> frozenset[str]:
    """Every word that means something: indicators, rows, columns of one-row tables, cells."""
    names = {name for cell in _cells() for name in (cell[1], *_names(cell))}
    return frozenset(names | {one.key for one in all_indicators()} | set(english.prose()))


@cache
def _cells() -> Mapping[Cell, tuple[str, str, str, str | None]]:
    """Every cell of every format: its row, its column, its Chinese label and its unit."""
    return {
        (form.id, f"{table.id}/{row.key}/{column.key}"): (
            "" if table.is_record else row.key,
            column.key if table.is_record else "",
            " / ".join(part for part in (row.label, column.label) if part),
            column.unit or row.unit or table.unit,
        )
        for form in all_formats()
        for table in form.tables
        for row in table.rows
        for column in table.columns
    }


def _names(cell: Cell) -> tuple[str, ...]:
    row, column, *_ = _cells()[cell]
    return tuple(name for name in (row, column) if name)


def _of_cells(cells: set[Cell]) -> tuple[Indicator, ...]:
    """Single cells as indicators: a column each. The crosswalk does not say how far their formats compare, so nothing is claimed."""
    addresses: dict[str, list[str]] = {}
    for form, address in _cells():
        if (form, address) in cells:
            addresses.setdefault(address, []).append(form)
    return tuple(_alone(address, formats) for address, formats in addresses.items())


def _alone(address: str, formats: Sequence[str]) -> Indicator:
    table, row, column = address.split("/")
    *_, label, unit = _cells()[formats[-1], address]
    en = f"{english.of_row(table, row)} · {english.of_column(table, column)}"
    cells = dict.fromkeys(formats, (address,))
    return Indicator(key=address, zh=label, en=en, unit=unit or "", definition=label, cells=cells)
