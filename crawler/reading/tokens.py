"""Lines of a flattened table as tokens: labels of the official forms, values, units, and other words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from crawler.reading import labels, values
from crawler.reading.forms import known
from crawler.reading.sheets import LABEL

JOINED = 4  # lines over which one label may be broken
MOST_LINES = 6_000  # a longer text is a book, no report
_EXTRA = frozenset({"统计指标", "统计数", "单位", "信息内容", "指标名称", "代码", "计量单位"})


class Kind(Enum):
    LABEL = auto()
    VALUE = auto()
    UNIT = auto()
    WORDS = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a line. `first`, `last`: its lines, from 0."""

    kind: Kind
    text: str
    first: int
    last: int

    @property
    def core(self) -> str:
        return labels.core(self.text)


def tokens(lines: Sequence[str]) -> Iterator[Token]:
    """Tokens of a text; rows of tables that were read as grids (tab-joined) are left out.

    Args:
        lines: one a block, none empty.
    """
    n = 0
    while n < min(len(lines), MOST_LINES):
        line = lines[n].strip()
        if "\t" in line or not line:
            n += 1
            continue
        joined = _joined(lines, n)
        if joined:
            yield Token(Kind.LABEL, "".join(part.strip() for part in lines[n : n + joined]), n, n + joined - 1)
            n += joined
            continue
        yield from _pieces(line, n)
        n += 1


def is_known(text: str) -> bool:
    """Whether a text is a label, a heading or a group of some official form."""
    if not 2 <= len(text) <= LABEL + 20:
        return False
    core = labels.core(text)
    return core in known() or core in _EXTRA


def _joined(lines: Sequence[str], n: int) -> int:
    """How many lines from the n-th make one label; 0 when they do not. A whole label is never prolonged, unless by its own note."""
    text = lines[n].strip()
    if is_value(text.split()[-1]):
        return 0
    if is_known(text):
        return 1
    for count in range(2, JOINED + 1):
        if n + count > len(lines) or len(text) > LABEL:
            return 0
        more = lines[n + count - 1].strip()
        if is_value(more) or is_known(more):
            return 0
        text += more
        if is_known(text):
            return count
    return 0


def is_value(text: str) -> bool:
    """Whether a text is a number, or says that there is none."""
    return values.parse(text).kind not in {"TEXT", "BLANK"}


def _pieces(line: str, n: int) -> Iterator[Token]:
    parts = line.replace("|", " ").replace("│", " ").split()
    head = len(parts)
    while head and (is_value(parts[head - 1]) or values.is_unit(parts[head - 1])):
        head -= 1
    words = " ".join(parts[:head])
    if words and not is_known(words) and len(parts[:head]) > 1 and all(is_known(part) or is_value(part) for part in parts[:head]):
        yield from (Token(Kind.VALUE if is_value(part) else Kind.LABEL, part, n, n) for part in parts[:head])
    elif words:
        yield Token(Kind.LABEL if is_known(words) else Kind.WORDS, words, n, n)
    for part in parts[head:]:
        yield Token(Kind.UNIT if values.is_unit(part) else Kind.VALUE, part, n, n)
