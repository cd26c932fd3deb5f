"""Whether one flipped bit explains it: the difference between what chance does and what somebody did.

A hash that fits after one bit is turned back proves what stood there before. More than that is not tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from storage.evidence.canonical import plain

_MOST = 200_000  # bits that are tried of one row
_SIGNS = tuple(1 << (8 * size - 1) for size in (1, 2, 3, 4, 6))


def one_bit_apart(a: str, b: str) -> bool:
    """Whether two texts differ in one bit of their UTF-8."""
    first, second = a.encode("utf-8", "surrogateescape"), b.encode("utf-8", "surrogateescape")
    if len(first) != len(second):
        return False
    differing = [x ^ y for x, y in zip(first, second, strict=True) if x != y]
    return len(differing) == 1 and differing[0].bit_count() == 1


def one_bit_from(text: str) -> list[str]:
    """All texts that one flipped bit makes of this one."""
    return list(_texts(text))


def one_bit_from_number(number: int) -> list[int]:
    """All numbers that one flipped bit makes of this one."""
    return [other for other in _turned(number) if other is not None]


def explains(facts: Mapping[str, Any], fits: Callable[[Mapping[str, Any]], bool]) -> bool:
    """Whether facts fit after one of their bits is turned back."""
    plainly = {name: plain(value) for name, value in facts.items()}
    for number, repaired in enumerate(_turned(plainly)):
        if number >= _MOST:
            return False
        if fits(repaired):
            return True
    return False


def _turned(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from ({**value, name: other} for other in _turned(part))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from ([*value[:place], other, *value[place + 1 :]] for other in _turned(part))
    elif value is None:  # SQLite's notes that a value is NULL, and that it is 0, differ in one bit
        yield from (0, False)
    elif isinstance(value, bool):
        yield not value
        yield from [] if value else [None]
    elif isinstance(value, int):
        yield from (value ^ (1 << bit) for bit in range(63))
        signs = (2**63, *(sign for sign in _SIGNS if -sign <= value < sign))  # SQLite stores a number in as few bytes as it needs
        yield from (value - sign if value >= 0 else value + sign for sign in signs)
        yield from [None] if value == 0 else []
    elif isinstance(value, str):
        yield from _texts(value)


def _texts(text: str) -> Iterator[str]:
    stored = bytearray(text, "utf-8")
    for place in range(len(stored)):
        for bit in range(8):
            stored[place] ^= 1 << bit
            try:
                yield stored.decode("utf-8")
            except UnicodeDecodeError:
                pass
            stored[place] ^= 1 << bit
