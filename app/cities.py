"""A city as an operator writes it: 诸城, 诸城市, 370782 or zhucheng."""

from __future__ import annotations

import difflib
from functools import cache

import click

from crawler.reading import divisions
from crawler.reading.divisions import Division


class City(click.ParamType[Division]):
    """Turns the words of the caller into one division, or refuses with the choices."""

    name = "city"

    def convert(self, value: str | Division, param: click.Parameter | None, ctx: click.Context | None) -> Division:
        if isinstance(value, Division):
            return value
        found = divisions.search(value)
        if len(found) == 1:
            return found[0]
        if found:
            self.fail(f"{value} may be {len(found)} divisions; give the code: {', '.join(map(full_name, found))}", param, ctx)
        near = [full_name(division) for division in nearest(value)]
        hint = f"did you mean {', '.join(near)}?" if near else "give a name such as 诸城 or 诸城市, a code such as 370782, or pinyin such as zhucheng"
        self.fail(f"{value} is no division known here; {hint}", param, ctx)


def full_name(division: Division) -> str:
    """Code and name with all above it: 370782 山东省潍坊市诸城市."""
    return f"{division.code} {''.join(above.name for above in reversed(division.ancestors))}{division.name}"


def below(division: Division) -> frozenset[str]:
    """The codes of a division and all below it."""
    return frozenset(other.code for other in _every() if division.code in other.lineage)


def nearest(query: str) -> tuple[Division, ...]:
    """Divisions whose name, code or pinyin is close to the words, best first; at most four."""
    by_word: dict[str, list[Division]] = {}
    for division in _every():
        for word in dict.fromkeys((division.name, division.short, division.pinyin, division.code)):
            by_word.setdefault(word, []).append(division)
    # two characters of which one is right are 0.5 alike: 朱城 for 诸城 would offer every 城 of the country
    near = difflib.get_close_matches(query.lower(), by_word, n=4, cutoff=0.66)
    return tuple(dict.fromkeys(division for word in near for division in by_word[word]))[:4]


@cache
def _every() -> tuple[Division, ...]:
    """All divisions. GB/T 2260 codes are six digits that begin with 11 to 82."""
    return tuple(division for number in range(110000, 830000) if (division := divisions.by_code(str(number))))
