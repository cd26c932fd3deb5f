"""What is wrong with a value, in one line an operator can act on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from crawler.config.section import Section, fields

ENVIRONMENT = "NIANBAO_"
SECRET: Any = {"secret": True}
"""Marks a field whose value no message shows."""


def masked(url: str) -> str:
    """The URL without its password, for logs, messages and tables."""
    # up to the last @: SQLAlchemy takes a password with a slash in it for one
    return re.sub(r"(?i)([?&]\w*password=)[^&]*", r"\1***", re.sub(r"(://[^/@:]*:)\S*@", r"\1***@", url))


def without_path(url: str) -> str:
    """The beginning of a URL, up to its host: what follows may be a secret, as a robot's token is."""
    found = re.match(r"([a-zA-Z][\w.+-]*://)(?:([^/?#]*)@)?([^/?#]*)(.?)", url)
    return "" if found is None else f"{found[1]}{'***@' if found[2] else ''}{found[3]}{'/…' if found[4] else ''}"


def mistakes(error: ValidationError) -> list[Any]:
    """The errors of a validation, without those that only count what others left: a list whose one item is wrong is not too short as well."""
    found: list[Any] = list(error.errors())
    wrong = [one["loc"] for one in found]
    return [one for one in found if one["type"] != "too_short" or not any(_is_inside(place, one["loc"]) for place in wrong)]


def _is_inside(place: tuple[Any, ...], outer: tuple[Any, ...]) -> bool:
    return len(place) > len(outer) and place[: len(outer)] == outer


def in_quotes(given: Any) -> Any:
    """A time of day as it was given.

    Raises:
        ValueError: it is a number: YAML reads an unquoted 20:00 as 1200, sixties of sixties.
    """
    if isinstance(given, int) and not isinstance(given, bool):
        meant = f"{given // 60:02}:{given % 60:02}" if 60 <= given < 24 * 60 else "01:00"
        raise ValueError(f'must be a time of day in quotes: "{meant}"; without them YAML reads it as a number')
    return given


def problem(error: Any, origin: str, section: type[Section], keys: str = "nianbao config --explain lists all keys") -> str:
    """One line an operator can act on.

    Parameters:
        error: one of a ValidationError's errors.
        origin: the file or what else the value came from.
        section: what was validated.
        keys: where all its keys are told, for one that is like none.
    """
    known = dict(fields(section))
    key, place = key_of(error, known)
    if error["type"] == "extra_forbidden":
        near = _nearest(key, list(known))
        hint = f"did you mean {near}?" if near else keys
        return f"{origin}: {place}: there is no such key; {hint}"
    inside = ", ".join(name for name in known if name.startswith(f"{key}."))
    if inside:
        return f"{origin}: {place}: is a section and needs keys below it: {inside}"
    field = known.get(key)
    meaning = f" ({field.description})" if field and field.description else ""
    if error["type"] == "missing":
        return f"{origin}: {place}: is missing{meaning}"
    message = error["msg"].removeprefix("Value error, ")
    if error["type"].startswith(("datetime", "timezone")):
        message += "; write it like 2026-01-20T02:00:00+08:00"
    shown = "" if field is not None and field.json_schema_extra == SECRET else f"{_shown(error['input'])} "
    return f"{origin}: {place}: {shown}is not right: {message}{meaning}"


def key_of(error: Any, known: Mapping[str, FieldInfo]) -> tuple[str, str]:
    """The key an error is about as `fields` has it (`alerts[].cities`), and as it is found in the file (`alerts[0].cities`)."""
    key = place = ""
    for part in error["loc"]:
        if not isinstance(part, int):
            key, place = (f"{path}.{part}".lstrip(".") for path in (key, place))
        elif any(name.startswith(f"{key}[].") for name in known):
            key, place = f"{key}[]", f"{place}[{part}]"
        else:  # an element of a list of plain values: the list is named
            break
    whole = key.endswith("[]") and not isinstance(error["input"], dict | str) and known.get(key[:-2]) is not None
    return (key[:-2] if whole or (key.endswith("[]") and error["type"] == "value_error") else key), place


def _shown(value: Any) -> str:
    return repr(masked(value)) if isinstance(value, str) else repr(value)


def _nearest(key: str, known: list[str]) -> str | None:
    """The key that was probably meant: a typo of the whole, or of the last part in the right or the wrong section."""
    whole = difflib.get_close_matches(key, known, n=1, cutoff=0.75)
    if whole:
        return whole[0]
    last = {name.rsplit(".", 1)[-1]: name for name in known}
    near = difflib.get_close_matches(key.rsplit(".", 1)[-1], list(last), n=1, cutoff=0.75)
    return last[near[0]] if near else None
