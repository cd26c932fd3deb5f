"""English words for the official tables and for what is recognised in the text (english.yaml). A KeyError names what has none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


def of_format(form: str) -> str:
    return str(_words()["formats"][form])


def of_table(table: str) -> str:
    """The title of an official table."""
    return str(_words()["tables"][table]["title"])


def of_row(table: str, row: str) -> str:
    return str(_words()["tables"][table]["rows"][row])


def of_column(table: str, column: str) -> str:
    return str(_words()["tables"][table]["columns"][column])


def prose() -> Mapping[str, Mapping[str, str]]:
    """What numbers of the text can be recognised to count: `zh`, `en` and `unit` by key."""
    words: Mapping[str, Mapping[str, str]] = _words()["prose"]
    return words


@cache
def _words() -> Any:
    return yaml.safe_load(files("crawler.series").joinpath("english.yaml").read_text(encoding="utf-8"))
