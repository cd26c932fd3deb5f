"""What is in force, and where each value came from."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from crawler.config.model import Config
from crawler.config.problems import SECRET, masked, without_path
from crawler.config.section import fields, listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key with its value (secrets masked), where the value came from, and what it means."""

    key: str
    value: str
    origin: str
    description: str


def explain(config: Config) -> list[Setting]:
    """Every key in force. Passwords are masked. Of a list of sections each section's keys; of an empty one the keys it may have."""
    rows = []
    for key, field in fields(Config):
        name = key.partition("[]")[0]
        origin = config._origins.get(name, "default")
        for place, value in _values(config, key):
            rows.append(Setting(key=place, value=_printed(value, field), origin=origin, description=field.description or ""))
    return sorted(rows, key=_order(rows)) if config.alerts else rows


def _values(section: Any, key: str, before: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a key: one, or for a key of a list of sections as many as the list has."""
    head, is_list, rest = key.partition("[].")
    if not is_list:
        value = section
        for name in key.split("."):
            value = getattr(value, name)
        yield before + key, value
        return
    elements = section
    for name in head.split("."):
        elements = getattr(elements, name)
    for number, element in enumerate(elements):
        yield from _values(element, rest, f"{before}{head}[{number}].")
    if not elements:
        yield before + key, _default(key)


def _default(key: str) -> Any:
    """What a key of a list's sections is when it is left out; nothing where it must be given."""
    field = dict(fields(Config))[key]
    return None if field.is_required() else field.default


def _order(rows: list[Setting]) -> Callable[[Setting], tuple[int, list[int]]]:
    """Subscription by subscription: what belongs together stands together."""
    first: dict[str, int] = {}
    for place, row in enumerate(rows):
        first.setdefault(row.key.partition("[")[0], place)
    names = {row.key: place for place, row in enumerate(rows)}
    return lambda row: (first[row.key.partition("[")[0]], [*map(int, re.findall(r"\[(\d+)\]", row.key)), names[row.key]])


def _printed(value: Any, field: FieldInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        if listed(field):
            return ", ".join(str(getattr(part, "key", None) or getattr(part, "name", "")) for part in value)
        return (os.pathsep if field.annotation == tuple[Path, ...] else ", ").join(str(part) for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    if field.json_schema_extra == SECRET and "://" in str(value):
        return without_path(str(value))
    return masked(value) if isinstance(value, str) else str(value)
