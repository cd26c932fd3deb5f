"""The year a report is about: from its title, its 统计期限, its text; never from the URL or the publication date alone.

There is no clock here. What keeps slips of the pen out (2107年 for 2017年) is the text itself: a title's year that lies after the
date under the text, or beyond every other year the text names, yields to the period the text states.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from crawler.reading import dates
from crawler.reading.kinds import FOUR, WRAPPER, normal

FIRST = 2008  # the Regulation of 2007 (国务院令第492号) came into force on 2008-05-01
LAST = 2099

_NAMED = re.compile(rf"(?<![\d〔\[])(?P<y>{FOUR})(?P<tail>年度|年|度|(?=政府信息|信息公开|政务公开))")
_SPAN = re.compile(rf"{FOUR}年?度?[-—–~～至、]+{FOUR}年?度?")
_OPENING = re.compile(rf"(?<!\d)(?P<y>{FOUR})年度?[^。《》]{{0,40}}?信息公开[^。《》]{{0,12}}(?:报告|年报)")
_UNTIL = re.compile(r"\s*(?:起)?\s*(?:至|到|—+|－|-|~|～)\s*(?:同年|当年|本年|该年|次年)?\s*")
_YEARS_END = re.compile(r"(?:12|十二)月(?:31|三十一)日")
_SAID = re.compile(rf"(?:^|[。；;\n])(?P<a>{FOUR})年度?[,，]|截[止至]到?(?P<b>{FOUR})年(?:底|末|12月)|至(?P<c>{FOUR})年(?:底|末)")


def decide(title: str | None, lines: Sequence[str], latest: date | None) -> tuple[int, str] | None:
    """The reporting year and the words it was read from.

    Args:
        title: the page's title.
        lines: the body's lines.
        latest: the date under the text, else the publication date: no report is about a later year. It rules years out and names none.

    Returns:
        None when nothing says it, or two sources contradict each other and nothing decides.
    """
    text = "\n".join(map(normal, lines))
    named, stated = of_title(title) if title else None, of_period(text)
    if named and stated and named[0] != stated[0]:
        if _possible(named[0], text, latest):
            return named[0], f"{named[1]}; the text states another period: {stated[1]}"
        return (stated[0], f"{stated[1]}; the title's year cannot be right: {named[1]}") if _possible(stated[0], text, latest) else None
    found = named or stated or of_text(text)
    return found if found and _possible(found[0], text, latest) else None


def of_title(title: str) -> tuple[int, str] | None:
    """The year in a title. Of two years the one that is called 年度; none for a span of years (2018—2019年度)."""
    text = normal(title)
    wrapped = WRAPPER.search(text)
    text = wrapped["inner"] if wrapped and _NAMED.search(wrapped["inner"]) else text
    if _SPAN.search(text):
        return None
    hits = [(value, hit["tail"]) for hit in _NAMED.finditer(text) if (value := _sensible(hit["y"]))]
    for choice in ({y for y, _ in hits}, {y for y, tail in hits if tail == "年度"}):
        if len(choice) == 1:
            return choice.pop(), f"title: {title}"
    return None


def of_period(text: str) -> tuple[int, str] | None:
    """The year of a stated period: 统计期限自2017年1月1日至2017年12月31日. None when periods of different years are stated."""
    head = text[:4000]
    found: dict[int, str] = {}
    for day in dates.find(head):
        until = _UNTIL.match(head, day.end)
        rest = head[until.end() : until.end() + 24] if until else ""
        ending = next((end for end in dates.find(rest) if end.start == 0), None)
        if (day.date.month, day.date.day) == (1, 1) or (day.date.year, day.date.month) == (2008, 5):
            closed = ending.raw if ending and ending.date == date(day.date.year, 12, 31) else None
            if bare := _YEARS_END.match(rest):
                closed = bare.group()
            if closed:
                found.setdefault(day.date.year, f"period: {day.raw}至{closed}")
        elif (
            (day.date.month, day.date.day) == (12, 31)
            and (begun := re.search(r"统计[期时][^。\n]{0,24}$", head[: day.start]))
            and not dates.find(begun.group())
        ):
            # 统计期限自20251月1日起至2025年12月31日止: the beginning is a slip, the end is not
            found.setdefault(day.date.year, f"period: 至{day.raw}")
    years = [year for year in found if FIRST <= year <= LAST]
    return (years[0], found[years[0]]) if len(years) == 1 else None


def of_text(text: str) -> tuple[int, str] | None:
    """The year the opening names its report by, else the one year that the text reports on (2018年,…; 截止2018年底)."""
    for hit in _OPENING.finditer(text[:900]):
        if value := _sensible(hit["y"]):
            return value, f"opening: {hit.group()[:40]}"
    said: Counter[int] = Counter()
    words: dict[int, str] = {}
    for hit in _SAID.finditer(text):
        if value := _sensible(next(y for y in hit.groups() if y)):
            said[value] += 1
            words.setdefault(value, hit.group().strip("。；;\n,，"))
    ranked = said.most_common(2)
    if not ranked or ranked[0][1] < 2 or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    year = ranked[0][0]
    return year, f"text, {said[year]} times: {words[year]}"


def _sensible(digits: str) -> int | None:
    value = dates.year(digits)
    return value if value is not None and FIRST <= value <= LAST else None


def _possible(year: int, text: str, latest: date | None) -> bool:
    """Not after the date of the text, nor beyond every year the text names; unless the text speaks of it again and again."""
    named = [int(y) for y in re.findall(r"(?<!\d)(20\d\d)(?=年)", text)]
    if named.count(year) >= 2:
        return True
    if latest is not None:
        return year <= latest.year
    others = [y for y in named if y != year]
    return not others or year <= max(others) + 2
