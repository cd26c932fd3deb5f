"""By when a report must be public: the Regulations of 2007 (art. 31) and 2019 (art. 49), and rules of places.

A deadline is a day in China. A report is on time through the end of that day, and late from the first moment of the next one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError, field_validator

from crawler import strict_yaml
from crawler.config import Section, fields, mistakes, problem
from crawler.errors import ConfigError
from crawler.reading import divisions
from storage.nights import CHINA
from storage.records import Level, normalised

SHIPPED = Path(__file__).with_name("deadlines.yaml")

Who = Literal["government", "department", "township"]
Adcode = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{5}$")]

_GOVERNMENTS = frozenset({Level.PROVINCE, Level.PREFECTURE, Level.COUNTY})
_YEARS = re.compile(r"(\d{4})(?:\.\.(\d{4})?)?")
_YEARLY = re.compile(r"(\d\d)-(\d\d)")


class Rule(Section):
    """One rule: which organs, for which report years, by which day."""

    years: str = Field(description='Report years: "2021", 2008..2018 or 2019..')
    division: Adcode | None = Field(None, description='Code of the division whose rule it is, in quotes: "431200"; of all divisions when empty')
    scope: Literal["own", "below", "all"] = Field("all", description="own: organs of the division itself; below: of those under it; all: both")
    who: tuple[Who, ...] = Field(min_length=1, description="government, department (offices are departments here), township")
    due: str | None = Field(None, description='Last day on time: "01-31" of the year after the report year, or one date; empty: none need report')
    basis: str = Field(min_length=1, description="Law and article, or the notice")
    binds: str | None = Field(None, description="Whom it binds, in its own words")

    @field_validator("years")
    @classmethod
    def _are_years(cls, years: str) -> str:
        _span(years)
        return years

    @field_validator("due")
    @classmethod
    def _is_a_day(cls, due: str | None) -> str | None:
        if due is not None:
            _day(due, 2021)  # no leap year: 29 February comes in some years only
        return due

    @field_validator("division")
    @classmethod
    def _is_known(cls, code: str | None) -> str | None:
        if code is not None and divisions.by_code(code) is None:
            raise ValueError("is the code of no division of today")
        return code

    def covers(self, year: int, who: str, adcode: str) -> bool:
        """Whether it binds the organs of that sort, of the division of that code, for that report year."""
        first, last = _span(self.years)
        if not first <= year <= last or who not in self.who:
            return False
        if self.division is None:
            return True
        division = divisions.by_code(adcode)
        own = adcode == self.division
        under = not own and division is not None and self.division in division.lineage
        return (own and self.scope != "below") or (under and self.scope != "own")


class Ended(Section):
    """An organ that is no more."""

    issuer: str = Field(min_length=1, description="The organ's name as the archive has it")
    adcode: Adcode = Field(description="Code of its division, in quotes")
    last: int = Field(ge=2008, le=2200, description="The last report year it owes")
    basis: str | None = Field(None, description="How that is known")


class _File(Section):
    rules: tuple[Rule, ...] = Field((), description="Rules; of those that bind an organ the last one counts")
    ended: tuple[Ended, ...] = Field((), description="Organs that are no more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """By when one organ's report of one year must be public.

    Attributes:
        day: the last day on time, in China.
        basis: law and article, or the notice. binds: whom it binds, in its own words.
    """

    day: date
    basis: str
    binds: str | None

    @property
    def closes(self) -> datetime:
        """The first moment that is late: midnight in China after `day`."""
        return datetime.combine(self.day + timedelta(days=1), time(), CHINA)

    def days_late(self, moment: datetime) -> int:
        """Days between the deadline and a moment, by the calendar of China; 1 on the day after it, 0 or less before."""
        return (moment.astimezone(CHINA).date() - self.day).days


@dataclass(frozen=True, slots=True)
class Deadlines:
    """All rules in force."""

    rules: Sequence[Rule]
    ended: Sequence[Ended] = ()

    def of(self, who: str, adcode: str, year: int) -> Deadline | None:
        """The deadline of an organ of that sort; None where no rule makes it report."""
        found = next((rule for rule in reversed(self.rules) if rule.covers(year, who, adcode)), None)
        return None if found is None or found.due is None else Deadline(day=_day(found.due, year + 1), basis=found.basis, binds=found.binds)

    def has_ended(self, issuer: str, adcode: str, year: int) -> bool:
        """Whether an organ is known to be no more when that year's report is due."""
        name = normalised(issuer)
        return any(year > one.last and one.adcode == adcode and normalised(one.issuer) == name for one in self.ended)


def load(local: Path | None = None) -> Deadlines:
    """The rules of the law and, behind them, those of a file of the operator's.

    Raises:
        ConfigError: the file is missing or wrong; names it, the key, and what would be right.
    """
    read = [_read(SHIPPED)] + ([] if local is None else [_read(local)])
    return Deadlines(tuple(rule for one in read for rule in one.rules), tuple(end for one in read for end in one.ended))


def who(level: str | None) -> Who | None:
    """The sort of organ that a level of issuers is; None for organs of the state, whom no portal here is of."""
    if level in _GOVERNMENTS:
        return "government"
    if level in {Level.DEPARTMENT, Level.OFFICE}:
        return "department"
    return "township" if level == Level.TOWNSHIP else None


def _read(path: Path) -> _File:
    keys = f"a file of deadlines has the keys {', '.join(key for key, _ in fields(_File))}"
    try:
        raw = strict_yaml.load(path)
    except FileNotFoundError:
        raise ConfigError(f"overdue.rules: {path}: there is no such file") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: is no mapping; {keys}")
    try:
        return _File.model_validate(raw)
    except ValidationError as error:
        raise ConfigError("\n".join(problem(e, str(path), _File, keys) for e in mistakes(error))) from None


def _span(years: str) -> tuple[int, int]:
    found = _YEARS.fullmatch(years)
    if found is None:
        raise ValueError('must be a year or a span of years: "2021", 2008..2018, 2019..')
    first = int(found[1])
    last = int(found[2]) if found[2] else 9999 if ".." in years else first
    if first > last:
        raise ValueError("ends before it begins")
    return first, last


def _day(due: str, following: int) -> date:
    yearly = _YEARLY.fullmatch(due)
    try:
        return date(following, int(yearly[1]), int(yearly[2])) if yearly else date.fromisoformat(due)
    except ValueError:
        raise ValueError('must be a day: "03-31" of the following year, or one date like "2022-01-28"') from None
