"""The values of one report for the indicators of the crosswalk. Pure: figures in, values out.

A value is never computed from blanks: where one cell it needs says nothing, there is no value, and the reason says which cell.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal

from crawler.series.crosswalk import Comparability, Indicator, all_indicators
from storage.records import Figure

SHARE_PLACES = Decimal("0.0001")  # a share is rounded to a hundredth of a percent, half to even
MOST_DIGITS = 60
_EXACT = Context(prec=3 * MOST_DIGITS)  # sums of counts are never rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What one report says of one indicator, in one scope.

    Attributes:
        value: exact for sums; rounded to four decimal places for shares; None when the report does not say it.
        reason: why there is no value: what is blank, missing, contradictory, or a denominator of zero.
        numerator, denominator: the exact sums behind a share.
        comparability: with the values of the format in force; None where the crosswalk does not say, or nothing was read.
        break_before: a line from the year before to this value must be interrupted.
        certain: every figure used was read with certainty.
        figures: keys of the figures used, those of the denominator last.
    """

    indicator: str
    value: Decimal | None
    reason: str | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    comparability: Comparability | None = None
    break_before: bool = False
    certain: bool = True
    figures: tuple[str, ...] = ()


class _Unsaid(Exception):
    """The report does not say what is needed; the message says what."""


def measure(
    figures: Iterable[Figure],
    *,
    year: int | None,
    scope: str | None = None,
    since: int | None = None,
    indicators: Sequence[Indicator] | None = None,
) -> dict[str, Value]:
    """The values of one report in one scope.

    Parameters:
        figures: of the report; those of other scopes and of prose are left aside.
        year: the reporting year.
        since: the year of the value that stands before in the series; the year before when not given.
        indicators: those wanted; all of the crosswalk when not given.

    Returns:
        A value for each indicator, by its key.
    """
    cells: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        if figure.format is not None and figure.scope == scope and None not in (figure.table, figure.row, figure.column):
            cells.setdefault((figure.format, f"{figure.table}/{figure.row}/{figure.column}"), []).append(figure)
    wanted = all_indicators() if indicators is None else indicators
    forms = dict.fromkeys(form for form, _ in cells)
    return {indicator.key: _value(indicator, cells, forms, year, since) for indicator in wanted}


def unbroken(indicator: Indicator, before: int, year: int) -> bool:
    """Whether the values of two report years, `before` the earlier, stand on one unbroken line."""
    return not any(before < mark <= year for mark in indicator.breaks)


def _value(
    indicator: Indicator,
    cells: Mapping[tuple[str, str], Sequence[Figure]],
    forms: Collection[str],
    year: int | None,
    since: int | None,
) -> Value:
    able = [form for form in forms if form in indicator.cells]
    if not able:
        return Value(indicator=indicator.key, value=None, reason="not in this report's format" if forms else "no table of a known format")
    # an organ may fill one table in the old form and the rest in the new one
    printing = [form for form in able if any((form, address) in cells for address in indicator.cells[form])] or able[:1]
    if len(printing) > 1:
        return Value(indicator=indicator.key, value=None, reason=f"tables of {len(printing)} formats: {', '.join(printing)}")
    (form,) = printing
    unsaid = Value(
        indicator=indicator.key,
        value=None,
        comparability=indicator.match.get(form),
        break_before=year is not None and not unbroken(indicator, year - 1 if since is None else since, year),
    )
    try:
        above, used = _sum(form, indicator.cells[form], cells)
        below, others = _sum(form, indicator.denominator[form], cells) if indicator.derived else (None, ())
    except _Unsaid as why:
        return replace(unsaid, reason=str(why))
    every = (*used, *others)
    known = replace(unsaid, figures=tuple(dict.fromkeys(figure.key for figure in every)), certain=all(figure.certain for figure in every))
    if below is None:
        return replace(known, value=above)
    if below == 0:
        return replace(known, reason="the denominator is 0", numerator=above, denominator=below)
    share = _EXACT.divide(above, below).quantize(SHARE_PLACES, rounding=ROUND_HALF_EVEN, context=_EXACT)
    return replace(known, value=share, numerator=above, denominator=below)


def _sum(form: str, addresses: Sequence[str], cells: Mapping[tuple[str, str], Sequence[Figure]]) -> tuple[Decimal, tuple[Figure, ...]]:
    """The sum of the cells and the figures it was made of."""
    used = tuple(_only(address, cells.get((form, address), ())) for address in addresses)
    total = Decimal(0)
    for figure in used:
        if figure.value is not None:
            total = _EXACT.add(total, figure.value)
    return total, used


def _only(address: str, found: Sequence[Figure]) -> Figure:
    """The one figure of a cell. A cell printed twice with the same number is one; with two numbers it says nothing."""
    if not found:
        raise _Unsaid(f"{address} is not printed")
    first = found[0]
    if any((other.kind, other.value) != (first.kind, first.value) for other in found):
        raise _Unsaid(f"{address} is printed {len(found)} times, and not alike")
    if first.value is None:
        raise _Unsaid(f"{address} says {first.kind}")
    if first.lower_bound:
        raise _Unsaid(f"{address} is only a lower bound")
    if len(first.value.as_tuple().digits) > MOST_DIGITS or abs(first.value.adjusted()) > MOST_DIGITS:
        raise _Unsaid(f"{address} has more than {MOST_DIGITS} digits")
    return first
