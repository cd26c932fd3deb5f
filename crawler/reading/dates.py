"""Dates as portals print them, exact or absent.

Read: 2018-03-29, 2018/3/29, 2018.3.29, 2018年3月29日, 二〇一八年三月二十九日, ２０１８年３月２９日, with spaces or line breaks inside
(2021- 01- 28, 2026-\\n 01-\\n 23). Not read: a month without a day, a day that no month has (2018-02-30), and slips of the pen such
as 20251月1日 or 2018年3月29条: libraries that guess turn those into dates that nobody printed.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

FIRST, LAST = 1990, 2099  # years outside are slips (2107年 for 2017年)

_DIGITS = {**{c: n for n, c in enumerate("〇一二三四五六七八九")}, "零": 0, "○": 0, "◯": 0, "Ｏ": 0, "O": 0, "o": 0, "０": 0, "0": 0}
_HAN = "".join(_DIGITS)
_YEAR = rf"(?:(?<![\d０-９])[\d０-９]{{4}}|(?<![{_HAN}])[{_HAN}]{{4}})"
_SMALL = r"(?:[\d０-９]{1,2}|[〇○零一二三四五六七八九十廿卅]{1,4})"
_WRITTEN = re.compile(rf"(?P<y>{_YEAR})\s*年\s*(?P<m>{_SMALL})\s*月\s*(?P<d>{_SMALL})\s*[日号]")
_NUMERIC = re.compile(
    r"(?<![\d０-９])(?P<y>[12]\d{3})\s*(?P<s>[-/.．－—])\s*(?P<m>\d{1,2})\s*(?P=s)\s*(?P<d>\d{1,2})(?![\d０-９])(?!\s*(?P=s)\s*\d{1,2}(?!\d))"
)
_COMPACT = re.compile(r"[12]\d{7}")


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text: where it stands and how it was printed."""

    date: date
    start: int
    end: int
    raw: str


def find(text: str) -> list[Found]:
    """Every exact date in a text, in order."""
    hits = sorted((*_WRITTEN.finditer(text), *_NUMERIC.finditer(text)), key=lambda m: m.start())
    found: list[Found] = []
    for hit in hits:
        if "s" in hit.re.groupindex and re.search(rf"\d\s*{re.escape(hit['s'])}\s*$", text[: hit.start()]):
            continue  # 192.168.2010.1.2 is no date, 2017.1.1-2017.12.31 are two
        day = _exact(hit["y"], hit["m"], hit["d"])
        if day is not None and (not found or hit.start() >= found[-1].end):
            found.append(Found(day, hit.start(), hit.end(), hit.group()))
    return found


def parse(text: str) -> date | None:
    """The one date that a value holds (a tag's content, a cell): 2020年08月02日, 2023-05-16 12:34:05, 20230516.

    None when it holds none, or several different ones.
    """
    value = text.strip()
    if _COMPACT.fullmatch(value):
        return _exact(value[:4], value[4:6], value[6:])
    days = {hit.date for hit in find(value)}
    return days.pop() if len(days) == 1 else None


def year(text: str) -> int | None:
    """A year in Arabic or Chinese digits (2018, 二〇一八, 二○一八, 二0一八); None when it is no four digits."""
    plain = unicodedata.normalize("NFKC", text) if text[:1] in "０１２３４５６７８９" else text
    if re.fullmatch(r"\d{4}", plain):
        return int(plain)
    if len(text) == 4 and all(c in _DIGITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    return None


def _small(text: str) -> int | None:
    """A month or day number: 3, 03, 三, 十, 二十九, 廿九."""
    plain = unicodedata.normalize("NFKC", text)
    if plain.isdigit() and plain.isascii():
        return int(plain)
    plain = text.replace("廿", "二十").replace("卅", "三十").lstrip("〇○零")
    if plain.count("十") > 1:
        return None
    if "十" in plain:
        tens, ones = plain.split("十")
        if len(tens) > 1 or len(ones) > 1:
            return None
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return _DIGITS[plain] if len(plain) == 1 else None


def _exact(years: str, months: str, days: str) -> date | None:
    y, m, d = year(years), _small(months), _small(days)
    if y is None or m is None or d is None or not FIRST <= y <= LAST:
        return None
    try:
        return date(y, m, d)
    except ValueError:  # 2018-02-30
        return None
