"""The draft of a portal file: what was seen as YAML, with a comment for each guess that says what it rests on."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from crawler.reading import divisions
from crawler.urls import host_of
from spiders import links, registry
from spiders.discovery.seen import Column, Seen
from spiders.families import families

SHARE = 2 / 3  # of the candidates found today that every later night must find: lists shed old years
NEWEST = -2  # -1 would be an incident every January, before the reports are due
OUTSIDE_LIMIT = 5
KEYS = ("key", "name", "adcode", "family", "start", "hosts", "render", "expect")
NOTE = "Drafted by machine from one visit; the comments say what each value rests on. Not verified by a person."

_PLAIN = re.compile(r"https?://[\w./~%?=&+-]+(?::\d+)?[\w./~%?=&+-]*", re.A)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What would stand in the file.

    Attributes:
        values: by key; a key that is not certain is missing.
        grounds: by key, what the value rests on, or why there is none.
        checks: what a person must still look at.
    """

    values: dict[str, Any]
    grounds: dict[str, str]
    checks: list[str]

    @property
    def missing(self) -> list[str]:
        """Keys that a portal file needs and this one lacks."""
        return [key for key in ("name", "adcode") if key not in self.values]

    def yaml(self) -> str:
        """The file, ready to be saved as `<key>.yaml`."""
        lines = [f"# Drafted by `nianbao portals discover`. To be saved as {self.values['key']}.yaml when what stands at the end is checked."]
        for key in KEYS:
            if key in self.values:
                lines += [f"# {key}: {self.grounds[key]}", f"{key}: {_value(self.values[key])}".replace(": \n", ":\n")]
            elif key in self.missing:
                lines.append(f"# {key}: {self.grounds[key]}; must be filled in")
        lines += [f"note: {json.dumps(NOTE)}", "# To be checked by a person:", *(f"# - {check}" for check in self.checks)]
        return "\n".join(_line(line) for line in lines) + "\n"


def _line(line: str) -> str:
    """Without controls: what a portal's page says must not become lines of YAML. Ours break before each element of a list."""
    return "\n  - ".join("".join(c if c.isprintable() else " " for c in part) for part in line.split("\n  - "))


def draft(seen: Seen, *, year: int, taken: Collection[str], known: dict[str, str]) -> Draft:
    """The draft of what was seen; `seen` has at least one column.

    Parameters:
        year: of the clock, from which `expect.newest_year` counts.
        taken: keys of the portal files there are.
        known: their keys by division code.
    """
    assert seen.family is not None
    values: dict[str, Any] = {}
    grounds: dict[str, str] = {}
    values["key"], grounds["key"] = _key(seen, taken)
    for name, value in (("name", seen.name), ("adcode", seen.adcode)):
        grounds[name] = seen.owner if value else f"not certain, so left out: {seen.owner}"
        if value:
            values[name] = value
    values["family"], grounds["family"] = seen.family, _family(seen)
    values["start"] = [column.url for column in seen.columns]
    grounds["start"] = "; ".join(_column(column) for column in seen.columns)
    values["hosts"] = list(seen.hosts)
    grounds["hosts"] = "the host of the address, and its domain where it is a government's own; pages elsewhere count as mirrors"
    if any(column.rendered for column in seen.columns):
        values["render"] = True
        grounds["render"] = f"{', '.join(column.url for column in seen.columns if column.rendered)}: rows are there only after scripts have run"
    count = len({url for column in seen.columns for url in column.candidates})
    newest = max((column.newest for column in seen.columns if column.newest), default=None)
    expect = {"candidates": max(1, int(count * SHARE))}
    if newest is not None:
        expect["newest_year"] = NEWEST if newest - year >= NEWEST else newest - year
    values["expect"] = expect
    grounds["expect"] = (
        f"{count} candidates today, the newest of {newest or 'no year that a title names'}; two thirds of them must be there every night"
    )
    return Draft(values=values, grounds=grounds, checks=_checks(seen, known))


def _key(seen: Seen, taken: Collection[str]) -> tuple[str, str]:
    division = divisions.by_code(seen.adcode) if seen.adcode else None
    labels = [label for label in host_of(seen.url).split(".") if label not in {"www", "gov", "cn"}]
    name = division.pinyin if division else next((label for label in labels if re.fullmatch(r"[a-z][a-z0-9-]{1,30}", label)), "portal")
    ground = f"{division.name} in pinyin" if division else "of the host"
    if name not in taken:
        return name, ground
    return f"{name}-{seen.adcode or 'new'}", f"{ground}; there is a portal file {name} already"


def _family(seen: Seen) -> str:
    marks = "; ".join(seen.marks.get(seen.family or "", [])) or "none of the marks of a known CMS"
    said = [f"{marks}; its listing finds the candidates"]
    said += [f"also marks of {name} ({', '.join(found)})" for name, found in seen.marks.items() if name != seen.family]
    said += [f"marks of {name}, which no family here reads ({', '.join(found)})" for name, found in seen.strangers.items()]
    guessed = {entry.family for entry in registry.on_host(host_of(seen.url)) if entry.family}
    said += [
        f"registry.csv guesses {name}{'' if name in families() else ', which is not written yet'}" for name in sorted(guessed) if name != seen.family
    ]
    return "; ".join(said)


def _column(column: Column) -> str:
    how = f"called {column.text!r} on {column.page}" if column.page else "the address that was given"
    end = "" if column.whole else ", and more that were not asked for"
    return f"{column.url} is {how}: {len(column.candidates)} candidates{end}, newest {column.newest or 'unknown'}"


def _checks(seen: Seen, known: dict[str, str]) -> list[str]:
    checks = []
    missing = [key for key, value in (("name", seen.name), ("adcode", seen.adcode)) if not value]
    if missing:
        checks.append(f"{' and '.join(missing)}: {seen.owner}")
    if seen.adcode in known:
        checks.append(f"there is a portal file of this division already, {known[seen.adcode]}: perhaps only a column is to be added there")
    checks.append("whether these columns hold the government's own reports, and whether older years, departments or towns stand elsewhere")
    if any(not column.whole for column in seen.columns):
        checks.append("expect.candidates: the columns were not read to their end")
    if seen.drawn:
        checks.append(f"{', '.join(drawn.url for drawn in seen.drawn)}: called like a report column, without rows; perhaps it needs `render: true`")
    if seen.outside:
        checks.append(f"links to report columns on other hosts, not followed: {', '.join(dict.fromkeys(seen.outside[:OUTSIDE_LIMIT]))}")
    checks.append("hosts: whether everything below the domain is the government's")
    checks.append("save a list page and a report page with words of your own and an expected.yaml (docs/families.md)")
    return [links.clean(check) for check in checks]


def _value(value: Any) -> str:
    if isinstance(value, list) and any("://" in part for part in value):
        return "".join(f"\n  - {_scalar(part)}" for part in value)
    if isinstance(value, list):
        return f"[{', '.join(map(_scalar, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {part}" for key, part in value.items()) + "}"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    bare = (
        _PLAIN.fullmatch(text)
        or re.fullmatch(r"[a-z\u4e00-\u9fff][a-z0-9_\u4e00-\u9fff-]*", text)
        or re.fullmatch(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+", text)
    )
    return text if bare and text not in {"true", "false", "null", "yes", "no", "on", "off"} else json.dumps(text, ensure_ascii=False)
