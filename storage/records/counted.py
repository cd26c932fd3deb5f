"""What a report counts, and where it contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class FigureKind(StrEnum):
    """What a cell says (indicators.yaml, `value_semantics`). Only NUMBER and ZERO have a value: blank is not zero."""

    NUMBER = "NUMBER"
    ZERO = "ZERO"
    BLANK = "BLANK"
    DASH = "DASH"
    SLASH = "SLASH"
    NONE_WORD = "NONE_WORD"  # 无
    TEXT = "TEXT"
    UNREADABLE = "UNREADABLE"  # characters were lost, or one number cannot be told from two


class FindingLevel(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"


class Blame(StrEnum):
    """Whose mistake a finding is, as far as the reader can know."""

    SOURCE = "source"  # the organ's: every cell involved was read with certainty
    READER = "reader"  # possibly ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number of a report, or the place where one should be.

    Attributes:
        format: id of the official format (crawler/reading/formats); "prose" for numbers of running text; None where no format fits.
        scope: 市本级 or 本行政区域 where the report says so.
        table, row, column: keys of the format; row is None for a number under a label the format does not know.
        label: as printed, the groups above it first, joined by " / ".
        raw: the cell as printed.
        value: exact; None unless kind is NUMBER or ZERO.
        unit: as printed in the cell, its column or its heading, else the format's. 万 and 亿 are part of the value, except in 万元 and 亿元.
        lower_bound: at least so many (1400余件).
        sentence: for prose, the sentence it stands in.
        place: where it stands in the capture: `table N <XPath>`, `lines a-b` of the text, a page and a box, a span of characters.
        capture: sha256 of the capture it was read from.
        certain: False when its label differs from the official words, or its place among other cells had to be inferred.
    """

    format: str | None
    scope: str | None = None
    table: str | None = None
    row: str | None = None
    column: str | None = None
    label: str
    raw: str
    kind: FigureKind
    value: Decimal | None = None
    unit: str | None = None
    lower_bound: bool = False
    sentence: str | None = None
    place: str = ""
    capture: str | None = None
    certain: bool = True

    @property
    def key(self) -> str:
        """`<format>/<scope>/<table>/<row>/<column>`, "-" for what is not known."""
        return "/".join(part or "-" for part in (self.format, self.scope, self.table, self.row, self.column))


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A report contradicts itself or another one, or could not be checked. A rule that holds is no finding.

    Attributes:
        rule: its id (formats/*.yaml for arithmetic).
        assessable: False when cells that the rule needs are blank or unreadable; then `holds` is None.
        text: the rule in words. detail: what was found, in Chinese, for people.
        where: row or column the rule was applied to.
        quotes, places: both sides as printed and where they stand.
        left, right: both sides as numbers, where they are numbers.
    """

    rule: str
    level: FindingLevel
    blame: Blame
    assessable: bool = True
    holds: bool | None = False
    text: str
    detail: str
    scope: str | None = None
    table: str | None = None
    where: str | None = None
    quotes: tuple[str, str] = ("", "")
    places: tuple[str, str] = ("", "")
    left: Decimal | None = None
    right: Decimal | None = None
