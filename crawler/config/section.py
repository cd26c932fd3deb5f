"""What every group of keys is, and the keys below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo


class Section(BaseModel):
    """A group of keys: immutable, and a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def fields(section: type[Section], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every key as an operator writes it (`crawl.delay`), with its field; of a list of sections the list and the keys of each (`alerts[].name`)."""
    for name, field in section.model_fields.items():
        element = listed(field)
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from fields(field.annotation, f"{prefix}{name}.")
            continue
        yield prefix + name, field
        if element is not None:
            yield from fields(element, f"{prefix}{name}[].")


def listed(field: FieldInfo) -> type[Section] | None:
    """The section of which a field holds a list; None for other fields."""
    kinds: tuple[Any, ...] = get_args(field.annotation) if get_origin(field.annotation) is tuple else ()
    return kinds[0] if kinds and isinstance(kinds[0], type) and issubclass(kinds[0], Section) else None
