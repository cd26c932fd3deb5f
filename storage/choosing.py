"""In which way a body is packed: alone, with its portal's dictionary, or as the difference to another body, whichever pays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from storage import dictionaries, encoding

LEVEL = dictionaries.LEVEL
LARGE_LEVEL = 9  # of bodies above LARGEST, which would take long and much memory at the other
DICTIONARY_MARGIN = 0.9  # a dictionary is used where it brings a body down to this part of what it takes alone
DELTA_MARGIN = 0.5  # a difference is stored where it takes at most this part of the body packed by itself
PLAINLY = 0.1  # a difference this small, beside the body as it was kept, needs no comparison
LARGEST = 16 * 2**20  # bytes; a larger body is a file, not a page, and stays as it is: comparing it takes too much memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A body as it would be stored."""

    codec: str
    data: bytes
    base: str | None = None
    dictionary: int | None = None


def choices(body: bytes, now: int, bases: list[tuple[str, bytes]], dictionary: tuple[int, bytes] | None) -> Iterator[Choice]:
    """The ways to store a body that pay, best first; made as they are asked for. The last one always works.

    Args:
        now: bytes it takes as it was kept.
    """
    if len(body) > LARGEST:
        yield Choice(codec=encoding.ALONE, data=encoding.encode(body, level=LARGE_LEVEL))
        return
    deltas = [Choice(codec=encoding.DELTA, data=encoding.encode(body, level=LEVEL, given=base), base=sha256) for sha256, base in bases]
    delta = min(deltas, key=lambda choice: len(choice.data), default=None)
    plainly = delta is not None and len(delta.data) <= now * PLAINLY
    if delta is not None and plainly:
        yield delta
    standing = Choice(codec=encoding.ALONE, data=encoding.encode(body, level=LEVEL))
    if dictionary is not None:
        number, data = dictionary
        other = Choice(codec=encoding.WITH_DICTIONARY, data=encoding.encode(body, level=LEVEL, given=data), dictionary=number)
        if len(other.data) <= len(standing.data) * DICTIONARY_MARGIN:
            standing = other
    if delta is not None and not plainly and len(delta.data) <= len(standing.data) * DELTA_MARGIN:
        yield delta
    yield standing
