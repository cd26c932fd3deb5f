"""What is compared when words are looked for, and the way back from there to the words as they were printed.

Folded text is the normalised text (records.normalised: NFKC, white space and invisible characters dropped) in folded case. So a line break inside a
word hides nothing, full-width ＰＤＦ is pdf, and a composed character is one whole: `e` does not find the é of `e` and U+0301.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from storage.records import normalised

AROUND = 30  # characters on each side of a hit
LONGEST = 200  # characters of a hit that are shown; blanks between its letters may be many
_IDEOGRAPHS = ("㐀", "鿿")  # nothing composes with these


def folded(text: str | None) -> str:
    """The text as it is compared; empty for None."""
    return "" if text is None else normalised(text).casefold()


def snippet(text: str, words: str) -> tuple[str, list[list[int]]] | None:
    """The first place of a text, as printed, that says `words` (folded).

    Returns:
        The words around it, `…` where the text goes on, and the places of the hit in them: pairs of offsets in characters, the second exclusive.
        None when the text does not say so.
    """
    place = _place(text, words)
    if place is None:
        return None
    start, end = place
    first, last = max(start - AROUND, 0), min(end + AROUND, start + LONGEST + AROUND, len(text))
    before, after = "…" if first else "", "…" if last < len(text) else ""
    offset = len(before) - first
    return f"{before}{text[first:last]}{after}", [[start + offset, min(end, last) + offset]]


def _place(text: str, words: str) -> tuple[int, int] | None:
    """Where the words begin and end in the text as printed."""
    found = folded(text).find(words)
    if found < 0:
        return None
    passed, start = 0, None
    for begin, piece in _lines(text):
        length = len(folded(piece))
        if passed + length > found and start is None:
            start = _within(begin, piece, found - passed)[0]
        if start is not None and passed + length >= found + len(words):
            return start, _within(begin, piece, found + len(words) - 1 - passed)[1]
        passed += length
    return (start or 0), len(text)  # a text whose lines compose with each other: there is none


def _lines(text: str) -> Iterator[tuple[int, str]]:
    begin = 0
    for line in text.split("\n"):  # nothing composes across a line break
        yield begin, line
        begin += len(line) + 1


def _within(begin: int, line: str, place: int) -> tuple[int, int]:
    """The character, or the characters that compose one, which stand at a place of the folded line; the whole line where they cannot be told."""
    passed = 0
    for start, end in _clusters(line):
        passed += len(folded(line[start:end]))
        if passed > place:
            return begin + start, begin + end
    return begin, begin + len(line)


def _clusters(line: str) -> Iterator[tuple[int, int]]:
    """Runs of characters that normalisation may draw together."""
    start = 0
    for place in range(1, len(line)):
        if _stands_alone(line[start:place], line[place]):
            yield start, place
            start = place
    if line:
        yield start, len(line)


def _stands_alone(before: str, c: str) -> bool:
    if c.isascii() or _IDEOGRAPHS[0] <= c <= _IDEOGRAPHS[1]:
        return True
    if unicodedata.combining(c):
        return False
    return unicodedata.normalize("NFKC", before + c) == unicodedata.normalize("NFKC", before) + unicodedata.normalize("NFKC", c)
