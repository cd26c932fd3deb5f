"""What is in force, and where each value came from."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from crawler.config.model import Config
from crawler.config.problems import masked
from crawler.config.section import fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key with its value (secrets masked), where the value came from, and what it means."""

    key: str
    value: str
    origin: str
    description: str


def explain(config: Config) -> list[Setting]:
    """Every key in force. Passwords are masked."""
    rows = []
    for key, field in fields(Config):
        value: Any = config
        for name in key.split("."):
            value = getattr(value, name)
        rows.append(Setting(key=key, value=_printed(value), origin=config._origins.get(key, "default"), description=field.description or ""))
    return rows


def _printed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return os.pathsep.join(str(part) for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    return masked(value) if isinstance(value, str) else str(value)
