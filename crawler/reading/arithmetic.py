"""The arithmetic rules printed in the official tables, or implied by their layout, applied cell by cell.

A rule over blanks is not assessable: it says nothing when a total is blank, when all addends of a side are blank, or when a cell could not be
read. A blank counts as nothing only beside an addend that is printed (indicators.yaml, `value_semantics`).
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from crawler.reading.forms import Table, table_of
from crawler.reading.labels import core
from crawler.reading.values import MONEY, rounding
from storage.records import Figure, FigureKind

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {"==": operator.eq, "<=": operator.le, ">=": operator.ge}
SILENT = frozenset({FigureKind.BLANK, FigureKind.DASH, FigureKind.SLASH, FigureKind.NONE_WORD})
LOST = frozenset({FigureKind.TEXT, FigureKind.UNREADABLE})

Cells = Mapping[tuple[str, str], Figure]  # (row, column) -> figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One rule applied to one place of one report.

    Attributes:
        where: the row or column it was applied to, None where the rule names its cells.
        holds: None when it cannot be assessed.
        certain: every cell involved was read with certainty.
        left_value, right_value: both sides as sums; None for a side that is silent or unreadable.
    """

    rule: str
    level: str
    text: str
    op: str
    scope: str | None
    table: str
    where: str | None
    holds: bool | None
    certain: bool
    left: tuple[Figure, ...]
    right: tuple[Figure, ...]
    left_value: Decimal | None
    right_value: Decimal | None


def check(figures: Iterable[Figure]) -> tuple[Check, ...]:
    """Apply every rule that needs nothing but this report.

    Args:
        figures: of one report. A cell that stands there twice with different values takes part in no rule.

    Returns:
        One Check for each rule and place it applies to, in the order of the forms.
    """
    figures = tuple(figures)
    tables = cells_of(figures)
    strangers = _Strangers(figures)
    out: list[Check] = []
    for (form, scope, table_id), cells in tables.items():
        table = table_of(form, table_id)
        for rule in table.rules:
            if rule.get("kind") == "hierarchy":
                if scope == rule["left"][0]:
                    out += _hierarchy(rule, table, scope, cells, tables.get((form, rule["right"][0], table_id), {}))
            elif not rule.get("cross_year"):
                out += (_doubted(one, strangers) for one in _apply(rule, table, scope, cells))
    return tuple(out)


def cells_of(figures: Iterable[Figure]) -> dict[tuple[str, str | None, str], dict[tuple[str, str], Figure]]:
    """Known figures of official tables by (format, scope, table), then by (row, column); those that contradict each other left out."""
    found: dict[tuple[str, str | None, str], dict[tuple[str, str], Figure]] = defaultdict(dict)
    torn: list[tuple[tuple[str, str | None, str], tuple[str, str]]] = []
    for figure in figures:
        if figure.format is None or figure.table is None or figure.row is None or figure.column is None:
            continue
        table, cell = (figure.format, figure.scope, figure.table), (figure.row, figure.column)
        first = found[table].setdefault(cell, figure)
        if (first.kind, first.value) != (figure.kind, figure.value):
            torn.append((table, cell))
    for table, cell in torn:
        found[table].pop(cell, None)
    return dict(found)


def total(figures: Sequence[Figure]) -> Decimal | None:
    """The sum of cells; None when all are silent, or one holds no exact number where one was expected."""
    if any(figure.kind in LOST or figure.lower_bound for figure in figures):
        return None
    printed = [figure.value for figure in figures if figure.value is not None]
    return sum(printed, Decimal(0)) if printed else None


def _apply(rule: Mapping[str, Any], table: Table, scope: str | None, cells: Cells) -> Iterator[Check]:
    rows, columns = [line.key for line in table.rows], [line.key for line in table.columns]
    if rule.get("check") == "natural":
        yield from (_natural(rule, table, scope, figure) for figure in cells.values() if figure.value is not None)
    elif "left_columns" in rule:
        for row in rows:
            yield from _one(rule, table, scope, cells, row, [(row, c) for c in rule["left_columns"]], [(row, c) for c in rule["right_columns"]])
    elif "left" not in rule:
        return  # compares years
    elif rule.get("for_each") == "row" or table.is_record:
        for row in rows:
            where = None if table.is_record else row
            yield from _one(rule, table, scope, cells, where, [(row, c) for c in rule["left"]], [(row, c) for c in rule["right"]])
    else:
        for column in columns:
            where = column if len(columns) > 1 else None
            yield from _one(rule, table, scope, cells, where, [(r, column) for r in rule["left"]], [(r, column) for r in rule["right"]])


def _one(
    rule: Mapping[str, Any], table: Table, scope: str | None, cells: Cells, where: str | None, left: Sequence[tuple[str, str]],
    right: Sequence[tuple[str, str]],
) -> Iterator[Check]:  # fmt: skip
    ours, theirs = [cells[key] for key in left if key in cells], [cells[key] for key in right if key in cells]
    if not ours or not theirs:
        return
    whole = len(theirs) == len(right) and _may_lack(table, left, cells)
    one, other = total(ours), total(theirs)
    totals = [figure for figure in (*ours, *theirs) if figure.row in rule.get("totals", ())]
    if len(right) == 1:
        totals += theirs
    assessable = whole and one is not None and other is not None and _same_money(ours, theirs) and not any(t.kind in SILENT for t in totals)
    yield Check(
        rule=rule["id"],
        level=rule["level"],
        text=rule["text"],
        op=rule["op"],
        scope=scope,
        table=table.id,
        where=where,
        holds=_holds(rule["op"], one, other, (*ours, *theirs)) if assessable else None,
        certain=all(figure.certain for figure in (*ours, *theirs)),
        left=tuple(ours),
        right=tuple(theirs),
        left_value=one,
        right_value=other,
    )


def _holds(op: str, one: Decimal | None, other: Decimal | None, cells: Sequence[Figure]) -> bool:
    """Whether a relation holds, or may hold between what was counted where cells print 0.56万 for it."""
    assert one is not None
    assert other is not None
    return OPERATORS[op](one, other) or abs(one - other) <= sum((rounding(cell.raw) for cell in cells), Decimal(0))


def _may_lack(table: Table, keys: Sequence[tuple[str, str]], cells: Cells) -> bool:
    """Only rows that not every province prints may be absent from a sum, and only beside those that all print."""
    local = {line.key for line in table.rows if line.local}
    if all(row in local for row, _ in keys):
        return all(key in cells for key in keys)
    return all(key in cells or key[0] in local for key in keys)


class _Strangers:
    """Numbers under labels the form does not know, and where they stand: a sum that fails around one of them may only lack an addend."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self._at = {id(figure): n for n, figure in enumerate(figures)}
        self._figures = figures

    def among(self, cells: Sequence[Figure]) -> bool:
        """Whether such a number stands between these cells, or right after the last of them."""
        last = self._last([self._at[id(cell)] for cell in cells])
        first = min(self._at[id(cell)] for cell in cells)
        columns = {cell.column for cell in cells}
        return any(figure.row is None and figure.column in {None, *columns} and not _subtotal(figure) for figure in self._figures[first : last + 1])

    def _last(self, places: Sequence[int]) -> int:
        last = max(places)
        while last + 1 < len(self._figures) and self._figures[last + 1].row is None:
            last += 1
        return last


def _subtotal(figure: Figure) -> bool:
    return core(figure.label.rsplit(" / ", 1)[-1]) in {"小计", "合计", "总计"}


def _doubted(one: Check, strangers: _Strangers) -> Check:
    """The check, no longer certain where a sum fails that an unknown row could complete."""
    if one.holds is not False or one.op != "==" or len(one.left) < 2 or len(one.right) != 1 or not one.certain:
        return one
    return replace(one, certain=not strangers.among((*one.left, *one.right)))


def _same_money(ours: Sequence[Figure], theirs: Sequence[Figure]) -> bool:
    """元 and 万元 are not added up."""
    return len({figure.unit for figure in (*ours, *theirs) if figure.unit in MONEY}) <= 1


def _natural(rule: Mapping[str, Any], table: Table, scope: str | None, figure: Figure) -> Check:
    assert figure.value is not None
    return Check(
        rule=rule["id"], level=rule["level"], text=rule["text"], op=">=", scope=scope, table=table.id, where=f"{figure.row}/{figure.column}",
        holds=figure.value >= 0 and figure.value == figure.value.to_integral_value(), certain=figure.certain,
        left=(figure,), right=(), left_value=figure.value, right_value=Decimal(0),
    )  # fmt: skip


def _hierarchy(rule: Mapping[str, Any], table: Table, scope: str | None, outer: Cells, inner: Cells) -> Iterator[Check]:
    """What the whole area counts is at least what the government itself counts."""
    for key, figure in outer.items():
        if key not in inner or total([figure]) is None or total([inner[key]]) is None or not _same_money([figure], [inner[key]]):
            continue
        yield Check(
            rule=rule["id"], level=rule["level"], text=rule["text"], op=rule["op"], scope=scope, table=table.id, where=key[0],
            holds=_holds(rule["op"], figure.value, inner[key].value, (figure, inner[key])), certain=figure.certain and inner[key].certain,
            left=(figure,), right=(inner[key],), left_value=figure.value, right_value=inner[key].value,
        )  # fmt: skip
