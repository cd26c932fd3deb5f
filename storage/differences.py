"""What differs between two contents: figures first, then other table cells, then numbers in prose, then lines.

Two-level difflib: segments (lines, and sentences of long lines), then words inside the segments that were replaced, with a bound on the work.
(15,000 characters with 40 edits take 17 ms so; difflib over characters takes 500, diff-match-patch a minute when everything differs.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from storage.alignment import aligned, at
from storage.contents import Content
from storage.records import Cell, Figure, Grid, normalised

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]+|.", re.DOTALL)
_SENTENCE = re.compile(r"[^。；！？]*[。；！？]?")
_LONG = 200  # characters; a longer line is compared by sentences
_MOST_WORDS = 3000  # in one replaced block; a larger one is told as removed and added
_AROUND = 14  # characters of context on each side of a number


def masked(text: str) -> str:
    """The normalised text with every number replaced by one sign: equal for two texts that differ in figures only."""
    return NUMBER.sub("#", normalised(text))


def only_figures(before: Content, after: Content) -> bool:
    """Whether the two contents differ in nothing but numbers, in prose and in cells that stand where they stood."""
    return masked(before.text) == masked(after.text) and _masked_cells(before.tables) == _masked_cells(after.tables)


def compare(before: Content, after: Content) -> dict[str, list[dict[str, Any]]]:
    """All that differs, as JSON: `figures`, `cells` (figures or not), `numbers` (outside tables), `lines` (everything)."""
    return {
        "figures": changed_figures(before.figures, after.figures),
        "cells": changed_cells(before.tables, after.tables),
        "numbers": changed_numbers(before, after),
        "lines": lines(before.text, after.text),
    }


def changed_figures(before: Sequence[Figure], after: Sequence[Figure]) -> list[dict[str, Any]]:
    """Figures that count something else: the parts of their key, label, unit, before and after as printed (None: not there) with their kinds.

    They are found by their keys, wherever they stand; figures without a row of an official form (prose, unknown labels) by their labels as well.
    Another way to print the same number is no difference.
    """
    old, new = _by_key(before), _by_key(after)
    found = []
    for key in dict.fromkeys([*new, *old]):
        for first, second in aligned(old.get(key, []), new.get(key, []), _counts):
            shown = second or first
            if shown is None or (first is not None and second is not None and _counts(first) == _counts(second)):
                continue
            found.append(
                {
                    "format": shown.format, "scope": shown.scope, "table": shown.table, "row": shown.row, "column": shown.column,
                    "label": shown.label, "unit": shown.unit,
                    "before": first.raw if first else None, "after": second.raw if second else None,
                    "kind_before": first.kind if first else None, "kind_after": second.kind if second else None,
                }
            )  # fmt: skip
    return found


def changed_cells(before: Sequence[Grid], after: Sequence[Grid]) -> list[dict[str, Any]]:
    """Cells whose text differs: table (from 1), row and column (from 0), label (the words at its left), heading (those above), before, after.

    Tables and rows are aligned first: a row put in shows as its own cells, not as every cell below it. A cell that only one side has is None on
    the other; places are those of `after`, or of `before` where the cell is only there.
    """
    found = []
    for old, new in aligned(before, after, _head):
        there, here = _Guide(before, old) if old is not None else None, _Guide(after, new) if new is not None else None
        for was, now in aligned(_rows(old), _rows(new), _words_of):
            cells = {cell.column: cell for cell in was or ()}, {cell.column: cell for cell in now or ()}
            for column in sorted(cells[0].keys() | cells[1].keys()):
                first, second = cells[0].get(column), cells[1].get(column)
                if first is not None and second is not None and normalised(first.text) == normalised(second.text):
                    continue
                if not normalised((first.text if first else "") + (second.text if second else "")):
                    continue  # blank here, not there at all on the other side
                if here is not None and second is not None:
                    found.append(here.place(second) | {"before": first.text if first else None, "after": second.text})
                elif there is not None and first is not None:
                    found.append(there.place(first) | {"before": first.text, "after": None})
    return found


def changed_numbers(before: Content, after: Content) -> list[dict[str, Any]]:
    """Numbers in prose that differ, with the words around them: before, after (None when there is none), context."""
    old, new = _prose(before), _prose(after)
    found: list[dict[str, Any]] = []
    for was, now in _replaced(old, new):
        old_words, new_words = _words("".join(was)), _words("".join(now))
        if len(old_words) + len(new_words) > _MOST_WORDS:
            continue  # another text altogether: `lines` shows it
        for tag, i, j, k, m in SequenceMatcher(None, old_words, new_words, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            gone = [word for word in old_words[i:j] if NUMBER.fullmatch(word)]
            come = [word for word in new_words[k:m] if NUMBER.fullmatch(word)]
            for place in range(max(len(gone), len(come))):
                first, second = at(gone, place), at(come, place)
                if first != second:
                    found.append({"before": first, "after": second, "context": _context(new_words, k, m) if m > k else _context(old_words, i, j)})
    return found


def lines(before: str, after: str) -> list[dict[str, Any]]:
    """Lines (sentences of long ones) that differ: kind (changed, added, removed), before, after, and for changed ones `parts`:
    pairs of (same, removed, added) and text."""
    old, new = _segments(before), _segments(after)
    found: list[dict[str, Any]] = []
    for was, now in _replaced(old, new):
        if len(was) == len(now):
            found += [_line(first, second) for first, second in zip(was, now, strict=True) if normalised(first) != normalised(second)]
        else:
            found += [{"kind": "removed", "before": line, "after": None, "parts": []} for line in was]
            found += [{"kind": "added", "before": None, "after": line, "parts": []} for line in now]
    return found


def summary(before: Content, after: Content, most: int = 5) -> str:
    """The first few differences in one line of words, for a change's `detail`: figures first, no number told twice."""
    figures = changed_figures(before.figures, after.figures)
    told = [f"{_named(figure)} {_shown(figure['before'])} → {_shown(figure['after'])}".strip() for figure in figures]
    known = Counter((_shown(figure["before"]), _shown(figure["after"])) for figure in figures)
    for cell in changed_cells(before.tables, after.tables):
        if not _known(known, cell):
            told.append(f"{cell['label'] or ''} {cell['heading'] or ''} {_shown(cell['before'])} → {_shown(cell['after'])}".strip())
    if len(told) < most:
        numbers = [number for number in changed_numbers(before, after) if not _known(known, number)]
        told += [f"{_shown(number['before'])} → {_shown(number['after'])} (…{number['context']}…)" for number in numbers]
    if not told:
        told = [f"{_shown(line['before'])} → {_shown(line['after'])}" for line in lines(before.text, after.text)[:2]]
    more = len(told) - most
    return "; ".join(told[:most]) + (f"; {more} more" if more > 0 else "")


def _named(figure: dict[str, Any]) -> str:
    """Which figure: its scope, its label (the first form's tables count under one column, `value`; others are told by theirs)."""
    column = figure["column"] if figure["column"] not in {None, "value"} else None
    return " ".join(part for part in (figure["scope"], _shown(figure["label"]), f"[{column}]" if column else None) if part)


def _known(known: Counter[tuple[str, str]], place: dict[str, Any]) -> bool:
    """Whether this cell or number was told as a figure already; each figure answers for one."""
    pair = _shown(place["before"]), _shown(place["after"])
    known[pair] -= 1
    return known[pair] >= 0


def _by_key(figures: Sequence[Figure]) -> dict[tuple[str, str], list[Figure]]:
    found: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        found.setdefault((figure.key, "" if figure.row and figure.table else normalised(figure.label)), []).append(figure)
    return found


def _counts(figure: Figure) -> str:
    return f"{figure.kind} {figure.value if figure.value is None else figure.value.normalize():} {figure.unit or ''}"


def _line(before: str, after: str) -> dict[str, Any]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    parts: list[tuple[str, str]] = []
    if len(old) + len(new) <= _MOST_WORDS:
        for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
            if tag == "equal":
                parts.append(("same", "".join(old[i:j])))
                continue
            parts += [(kind, text) for kind, text in (("removed", "".join(old[i:j])), ("added", "".join(new[k:m]))) if text]
    return {"kind": "changed", "before": before, "after": after, "parts": parts}


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    matcher = SequenceMatcher(None, [normalised(line) for line in old], [normalised(line) for line in new], autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            yield old[i:j], new[k:m]


def _segments(text: str) -> list[str]:
    found: list[str] = []
    for line in text.splitlines():
        found += _SENTENCE.findall(line) if len(line) > _LONG else [line]
    return [segment for segment in found if normalised(segment)]


def _prose(content: Content) -> list[str]:
    """The segments that are not rows of the tables."""
    rows = {normalised("".join(row)) for grid in content.tables for row in grid.rows()}
    return [segment for line in content.text.splitlines() if normalised(line) not in rows for segment in _segments(line)]


def _words(text: str) -> list[str]:
    return _WORD.findall(normalised(text))


def _context(words: Sequence[str], start: int, end: int) -> str:
    return "".join(words[:start])[-_AROUND:] + "".join(words[start:end]) + "".join(words[end:])[:_AROUND]


def _rows(grid: Grid | None) -> list[list[Cell]]:
    rows: dict[int, list[Cell]] = {}
    for cell in grid.cells if grid is not None else ():
        rows.setdefault(cell.row, []).append(cell)
    return [rows[row] for row in sorted(rows)]


def _words_of(row: Sequence[Cell]) -> str:
    return "\t".join(masked(cell.text) for cell in row)


def _head(grid: Grid) -> str:
    """What makes a table the same table: its width and its first row."""
    return f"{grid.width}\t{_words_of(next(iter(_rows(grid)), []))}"


def _masked_cells(grids: Sequence[Grid]) -> list[dict[tuple[int, int], str]]:
    return [{(cell.row, cell.column): masked(cell.text) for cell in grid.cells if normalised(cell.text)} for grid in grids]


class _Guide:
    """Where the cells of a table stand, and the words that say what they count."""

    def __init__(self, grids: Sequence[Grid], grid: Grid) -> None:
        self._table = next(number for number, other in enumerate(grids, 1) if other is grid)
        head = min((cell.row for cell in grid.cells if _is_figure(cell)), default=0)
        self._head = [cell for cell in grid.cells if cell.row < head]
        self._rows: dict[int, list[Cell]] = {}
        for cell in grid.cells:
            for row in range(cell.row, min(cell.row + cell.rowspan, grid.height)):
                self._rows.setdefault(row, []).append(cell)

    def place(self, cell: Cell) -> dict[str, Any]:
        """The cell's place, the words at its left, and those above it in the rows before the first figure."""
        left = [other for other in self._rows[cell.row] if other.column < cell.column]
        above = [other for other in self._head if other.column <= cell.column < other.column + other.colspan and other.row < cell.row]
        return {"table": self._table, "row": cell.row, "column": cell.column, "label": _joined(left), "heading": _joined(above)}


def _joined(cells: Sequence[Cell]) -> str | None:
    return " / ".join(" ".join(cell.text.split()) for cell in cells if normalised(cell.text) and not _is_figure(cell)) or None


def _is_figure(cell: Cell) -> bool:
    return NUMBER.fullmatch(normalised(cell.text)) is not None


def _shown(text: str | None) -> str:
    if text is None:
        return "(nothing)"
    short = " ".join(text.split())
    return (short[:60] + "…" if len(short) > 60 else short) or "(blank)"
