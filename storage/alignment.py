"""Two sequences side by side: what stands in the same place, and what only one of them has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

T = TypeVar("T")


def aligned(old: Sequence[T], new: Sequence[T], key: Callable[[T], str]) -> Iterator[tuple[T | None, T | None]]:
    """Pairs of what stands in the same place on both sides; None where one side has nothing there."""
    for _, i, j, k, m in SequenceMatcher(None, [*map(key, old)], [*map(key, new)], autojunk=False).get_opcodes():
        for place in range(max(j - i, m - k)):
            yield at(old[i:j], place), at(new[k:m], place)


def at(found: Sequence[T], place: int) -> T | None:
    """What stands there, None beyond the end."""
    return found[place] if place < len(found) else None
