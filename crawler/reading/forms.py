"""The official statistics formats as data: `formats/*.yaml`, one file a notice, with the keys of its rows and columns and its rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from crawler.reading import labels


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A row or a column of an official table.

    Attributes:
        key: our name for it, stable for ever.
        label: as the notice prints it; None for the nameless row of a one-row table.
        under: the group labels above it, outermost first.
        unit: what it counts, unless the cell or its heading says otherwise.
        variants: other wordings of the label seen in print.
        local: printed by some provinces in addition to the national form.
        type: `signed` for cells such as 增3 and -3, `decimal` for amounts; whole numbers otherwise.
        cores: of the label and its variants. path: cores of the group labels, outermost first.
    """

    key: str
    label: str | None = None
    under: tuple[str, ...] = ()
    unit: str | None = None
    variants: tuple[str, ...] = ()
    local: bool = False
    type: str | None = None
    cores: tuple[str, ...] = field(init=False)
    path: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cores", tuple(labels.core(label) for label in (self.label, *self.variants) if label))
        object.__setattr__(self, "path", tuple(labels.core(label) for label in self.under))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One official table.

    Attributes:
        groups: labels of groups of rows that carry no numbers of their own.
        rules: the arithmetic rules printed in it or implied by its layout; those with `cross_year` need another year's report.
        headings: cores of the column labels. grouped: those of groups of rows. known: those of all its labels.
    """

    id: str
    title: str
    columns: tuple[Line, ...]
    rows: tuple[Line, ...]
    unit: str | None = None
    groups: tuple[str, ...] = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    headings: frozenset[str] = field(init=False)
    grouped: frozenset[str] = field(init=False)
    known: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        headings = frozenset(core for column in self.columns for core in column.cores)
        grouped = frozenset(labels.core(group) for group in self.groups)
        above = {core for line in (*self.columns, *self.rows) for core in line.path} | grouped
        object.__setattr__(self, "headings", headings)
        object.__setattr__(self, "grouped", grouped)
        object.__setattr__(self, "known", headings | above | {core for row in self.rows for core in row.cores})

    @property
    def is_record(self) -> bool:
        """One nameless row under many columns (行政复议、行政诉讼)."""
        return len(self.rows) == 1 and self.rows[0].label is None

    @property
    def is_list(self) -> bool:
        """Many rows with one value each (the long table of 2014)."""
        return len(self.columns) == 1 and len(self.rows) > 8

    @property
    def family(self) -> str:
        """What the table is about in whatever format: t2, t3, t4, s14, local."""
        return self.id.partition("_")[0]


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """One notice's set of tables, and the report years it was prescribed for (last: None while it is in force)."""

    id: str
    name: str
    first: int
    last: int | None
    tables: tuple[Table, ...]
    sections: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    known: frozenset[str] = field(init=False)  # cores of all labels of all its tables

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", frozenset().union(*(table.known for table in self.tables)))

    def fits(self, year: int | None) -> bool:
        """Whether it was prescribed for the reports of that year."""
        return year is not None and self.first <= year and (self.last is None or year <= self.last)


@cache
def all_formats() -> tuple[Format, ...]:
    """Every shipped format, oldest first."""
    folder = files("crawler.reading").joinpath("formats")
    named = sorted(file.name for file in folder.iterdir() if file.name.endswith(".yaml"))
    raw = [yaml.safe_load(folder.joinpath(name).read_text(encoding="utf-8")) for name in named]
    return tuple(sorted((_format(one) for one in raw if "tables" in one), key=lambda one: one.first))


@cache
def by_id(key: str) -> Format:
    """The format of that id.

    Raises:
        KeyError: there is none.
    """
    return {form.id: form for form in all_formats()}[key]


@cache
def table_of(form: str, table: str) -> Table:
    """A table by the ids of its format and its own.

    Raises:
        KeyError: there is none.
    """
    return {one.id: one for one in by_id(form).tables}[table]


@cache
def known() -> frozenset[str]:
    """Cores of every label of every format."""
    return frozenset().union(*(form.known for form in all_formats()))


def _format(raw: Mapping[str, Any]) -> Format:
    return Format(
        id=raw["id"],
        name=raw["name"],
        first=raw["years"]["first"],
        last=raw["years"]["last"],
        tables=tuple(_table(table) for table in raw["tables"]),
        sections=tuple(raw.get("sections", ())),
        scopes=tuple(raw.get("scopes", ())),
    )


def _table(raw: Mapping[str, Any]) -> Table:
    return Table(
        id=raw["id"],
        title=raw["title"],
        unit=raw.get("unit"),
        columns=tuple(_line(line) for line in raw["columns"]),
        rows=tuple(_line(line) for line in raw["rows"]),
        groups=tuple(raw.get("groups", ())),
        rules=tuple(raw.get("rules", ())),
    )


def _line(raw: Mapping[str, Any]) -> Line:
    fields: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}
    return Line(**fields)
