"""统计期限: the period a report says its numbers are of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from crawler.reading import dates

_SPEAKS = re.compile(
    r"统计(?:数据)?的?(?:期限|时间|时限|日期|周期|区间|期间)"
    r"|(?:所列|所涉|列出|涉及|引用|中的?)(?:统计)?(?:的)?(?:各项)?(?:统计)?(?:数据|数字)[^。；;]{0,14}(?:期限|时间|时限|起止|自|从)"
    r"|统计数据(?=[自从由])|(?:数据|报告)[^。；;]{0,6}(?:统计)?(?:期限|时限|起止)"
)
_REPORT = re.compile(r"报告|年报")  # of 统计时间 in other sentences we know nothing
_UNTIL = re.compile(r"\s*(?:起|开始)?\s*[，,]?\s*(?:至|到|止于|—+|–|-+|－|~|～)\s*(?P<same>同年|当年|本年|该年)?\s*")
_SHORT = re.compile(r"(?P<m>\d{1,2})月(?P<d>\d{1,2})[日号]")
LONGEST = 3000  # characters of a preamble
HEAD = 40  # lines at whose beginning a report says so


@dataclass(frozen=True, slots=True)
class Period:
    """A stated period: its two days, the line (index from 0) and the words."""

    first: date
    last: date
    line: int
    start: int
    end: int
    raw: str


def find(lines: Sequence[str]) -> Period | None:
    """The period a report states for its numbers; None when it states none, two different ones, or one with an inexact end.

    Args:
        lines: the body.
    """
    found = [period for n, line in enumerate(lines[:HEAD]) if "\t" not in line and _SPEAKS.search(line) for period in _in(line[:LONGEST], n)]
    return found[0] if len({(period.first, period.last) for period in found}) == 1 else None


def _in(line: str, number: int) -> list[Period]:
    """Periods right behind the words that announce one, in the same sentence."""
    out = []
    days = dates.find(line)
    for hit in _SPEAKS.finditer(line):
        first = next((day for day in days if day.start >= hit.start()), None)
        if first is None or first.start - hit.end() > 16 or "。" in line[hit.start() : first.start]:
            continue
        if not _REPORT.search(line, line.rfind("。", 0, hit.start()) + 1, first.start):
            continue
        until = _UNTIL.match(line, first.end)
        if until is None:
            continue
        last = next((day for day in days if day.start == until.end()), None)
        if last is not None:
            out.append(Period(first.date, last.date, number, first.start, last.end, line[first.start : last.end]))
        elif short := _SHORT.match(line, until.end()):
            try:
                end = date(first.date.year, int(short["m"]), int(short["d"]))
            except ValueError:
                continue  # a day that no month has: a slip, and no date
            out.append(Period(first.date, end, number, first.start, short.end(), line[first.start : short.end()]))
    return out
