"""The crosswalk as data (crosswalk.yaml): which cells of the official formats count the same thing, how far, and what is derived from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


class Comparability(StrEnum):
    """How a format's value compares with that of the format in force."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One quantity over the years, or the share of one in another.

    Attributes:
        unit: of the value; "1" for a share.
        cells: for each format, the addresses (table/row/column) that are added up.
        denominator: the same for the quantity that `cells` are divided by; empty for a metric.
        match: for each format that prints it, how its value compares with that of the format in force.
        breaks: report years before which a line between two values must be interrupted.
    """

    key: str
    zh: str
    en: str
    unit: str
    definition: str
    cells: Mapping[str, tuple[str, ...]]
    denominator: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    match: Mapping[str, Comparability] = field(default_factory=dict)
    breaks: tuple[int, ...] = ()

    @property
    def derived(self) -> bool:
        return bool(self.denominator)


@cache
def all_indicators() -> tuple[Indicator, ...]:
    """Metrics first, then what is derived, in the order of the file."""
    raw = yaml.safe_load(files("crawler.series").joinpath("crosswalk.yaml").read_text(encoding="utf-8"))
    return (*(_indicator(**one) for one in raw["metrics"]), *(_indicator(cells=one.pop("numerator"), unit="1", **one) for one in raw["derived"]))


def _indicator(
    *,
    cells: Mapping[str, list[str]],
    denominator: Mapping[str, list[str]] | None = None,
    match: Mapping[str, str] | None = None,
    breaks: list[int] | None = None,
    **told: Any,
) -> Indicator:
    return Indicator(
        cells=_sums(cells),
        denominator=_sums(denominator or {}),
        match={form: Comparability((match or {}).get(form, Comparability.EXACT)) for form in cells},
        breaks=tuple(breaks or ()),
        **told,
    )


def _sums(raw: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {form: tuple(addresses) for form, addresses in raw.items()}
