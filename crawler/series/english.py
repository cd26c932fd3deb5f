"""English words for the official tables (english.yaml)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml


def of_format(form: str) -> str:
    """Raises KeyError for a format without an English name."""
    return str(_words()["formats"][form])


def of_table(table: str) -> str:
    """The title of an official table."""
    return str(_words()["tables"][table]["title"])


def of_row(table: str, row: str) -> str:
    return str(_words()["tables"][table]["rows"][row])


def of_column(table: str, column: str) -> str:
    return str(_words()["tables"][table]["columns"][column])


@cache
def _words() -> Any:
    return yaml.safe_load(files("crawler.series").joinpath("english.yaml").read_text(encoding="utf-8"))
