"""Figures of many reports as series: one row a report and scope, each value with its comparability and its break mark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from app.figures import figure
from crawler.series import Indicator, Value, measure, unbroken
from storage.records import Trust

HEAD = ("report", "year", "adcode", "city", "issuer", "type", "trust")


@dataclass(frozen=True, slots=True)
class Measured:
    """One report's values in one scope.

    Attributes:
        head: the report's facts (HEAD), and `format` and `scope` of the tables.
    """

    head: Mapping[str, Any]
    values: Mapping[str, Value]


def measured(rows: Iterable[Mapping[str, Any]], indicators: Sequence[Indicator]) -> list[Measured]:
    """The series of many reports.

    Parameters:
        rows: of app.figures; those of one report stand together.
    """
    return joined([one for _, rows in groupby(rows, key=lambda row: row["report"]) for one in of_report(list(rows), indicators)], indicators)


def of_report(rows: Sequence[Mapping[str, Any]], indicators: Sequence[Indicator]) -> Iterator[Measured]:
    """The values of one report, scope by scope; none where it has no official table."""
    official = [row for row in rows if row["format"] not in {None, "prose"}]
    for scope in dict.fromkeys(row["scope"] for row in official):
        ours = [row for row in official if row["scope"] == scope]
        head = {name: rows[0][name] for name in HEAD} | {"format": ", ".join(dict.fromkeys(row["format"] for row in ours)), "scope": scope}
        yield Measured(head, measure(map(figure, ours), year=rows[0]["year"], scope=scope, indicators=indicators))


def joined(found: Iterable[Measured], indicators: Sequence[Indicator]) -> list[Measured]:
    """The values of many reports by division, organ and year, with the marks that depend on what stands before."""
    in_order = sorted(found, key=lambda one: (_organ(one), one.head["year"] or 9999, one.head["report"], one.head["scope"] or ""))
    return [one for _, of_organ in groupby(in_order, key=_organ) for one in _marked(list(of_organ), indicators)]


def wide(one: Measured) -> dict[str, Any]:
    """A row of the wide table as JSON: each indicator's exact value as a string, and what must be known beside it."""
    values = one.values
    return {
        **one.head,
        **{key: exact(value.value) for key, value in values.items()},
        "comparability": {key: value.comparability for key, value in values.items() if value.comparability is not None},
        "breaks": [key for key, value in values.items() if value.break_before],
        "doubtful": [key for key, value in values.items() if not value.certain],
        "reasons": {key: value.reason for key, value in values.items() if value.reason is not None},
        "figures": {key: list(value.figures) for key, value in values.items() if value.figures},
    }


def long(one: Measured, indicators: Sequence[Indicator]) -> Iterator[dict[str, Any]]:
    """One row an indicator that a format of the report prints."""
    units = {indicator.key: indicator.unit for indicator in indicators}
    for key, value in one.values.items():
        if value.figures or value.comparability is not None:
            yield {
                **one.head,
                "indicator": key,
                "value": exact(value.value),
                "unit": units[key],
                "comparability": value.comparability,
                "break_before": value.break_before,
                "certain": value.certain,
                "reason": value.reason,
                "numerator": exact(value.numerator),
                "denominator": exact(value.denominator),
                "figures": list(value.figures),
            }


def exact(number: Decimal | None) -> str | None:
    """A number with all its digits and without an exponent."""
    return None if number is None else format(number, "f")


def _organ(one: Measured) -> tuple[str, str, str, bool]:
    """Whose series it is, as it sorts; reports of unknown organs stand alone, and a mirror's values never continue the organ's own."""
    head = one.head
    return head["adcode"] or "~", head["issuer"] or f"~{head['report']}", head["type"] or "~", head["trust"] == Trust.MIRROR


def _marked(series: Sequence[Measured], indicators: Sequence[Indicator]) -> Iterator[Measured]:
    """The values of one organ with their break marks: where a format counts otherwise, and where another scope is counted.

    The value before is the last one there is: a year that says nothing does not join what was broken.
    """
    for one in series:
        values = dict(one.values)
        for indicator in indicators:
            value = values[indicator.key]
            before = [other for other in series if _precedes(other, one) and other.values[indicator.key].value is not None]
            if value.value is not None and before:
                since = max(other.head["year"] for other in before)
                same_scope = any(other.head["scope"] == one.head["scope"] for other in before if other.head["year"] == since)
                broken = not same_scope or not unbroken(indicator, since, one.head["year"])
                values[indicator.key] = replace(value, break_before=broken)
        yield replace(one, values=values)


def _precedes(earlier: Measured, later: Measured) -> bool:
    years = earlier.head["year"], later.head["year"]
    return None not in years and years[0] < years[1]
