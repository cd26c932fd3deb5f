"""The headings of a text and what stands under each: 一、 （一） 1. （1）, alone on a line or at the head of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_HAN = "一二三四五六七八九十"
# Deepest last. 第一部分 ranks with 一、.
_SHAPES = (
    re.compile(rf"\s*(?:第?(?P<n>[{_HAN}]{{1,3}})(?:、|[.．](?!\d)|部分[、：:\s]?|章\s)|(?P<m>[{_HAN}]{{1,2}})\s{{1,4}}(?=[\u4e00-\u9fff]))\s*"),
    re.compile(rf"\s*[（(](?P<n>[{_HAN}]{{1,3}})[)）][、.．]?\s*"),
    re.compile(r"\s*(?P<n>\d{1,2})(?:、|[.．](?!\d))\s*"),
    re.compile(r"\s*[（(](?P<n>\d{1,2})[)）][、.．]?\s*"),
)
_END = re.compile(r"[。：:；;]")
LONGEST = 45  # characters of a heading; what is longer is an enumeration in a paragraph


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its reach.

    Attributes:
        level: 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）.
        number: as counted by the organ; numbers may repeat or be left out.
        title: without its number and closing mark.
        line: index of the heading's line, from 0.
        end: index after the section's last line, its subsections included.
        rest: what follows the heading on its own line.
    """

    level: int
    number: int
    title: str
    line: int
    end: int
    rest: str

    def body(self, lines: Sequence[str]) -> list[str]:
        """What stands under the heading, empty lines left out."""
        return [line for line in (self.rest, *lines[self.line + 1 : self.end]) if line.strip()]


def find(lines: Sequence[str]) -> tuple[Section, ...]:
    """Every section of a text, in order.

    Args:
        lines: the body, one line a block; lines with a tab are rows of tables and hold no headings.

    Returns:
        Sections of all levels; a section ends before the next heading of its own level or above.
    """
    heads = [(n, *head) for n, line in enumerate(lines) if "\t" not in line and (head := _heading(line))]
    out: list[Section] = []
    nearest: dict[int, int] = {}  # level -> line of the next heading of that level
    for line, level, number, title, rest in reversed(heads):
        end = min((nearest[depth] for depth in range(1, level + 1) if depth in nearest), default=len(lines))
        out.append(Section(level, number, title, line, end, rest))
        nearest[level] = line
    return tuple(reversed(out))


def above(sections: Sequence[Section], line: int) -> tuple[Section, ...]:
    """The sections a line stands in, outermost first."""
    return tuple(section for section in sections if section.line <= line < section.end)


def _heading(line: str) -> tuple[int, int, str, str] | None:
    for level, shape in enumerate(_SHAPES, 1):
        hit = shape.match(line)
        if hit is None:
            continue
        words = line[hit.end() :]
        stop = _END.search(words)
        title = words[: stop.start()] if stop else words
        if not title.strip() or len(title) > LONGEST or (stop is None and "，" in title and len(title) > LONGEST // 2):
            return None
        return level, _number(next(n for n in hit.groups() if n)), title.strip(), words[stop.end() :].strip() if stop else ""
    return None


def _number(digits: str) -> int:
    """三 -> 3, 十二 -> 12, 7 -> 7."""
    if digits.isdigit():
        return int(digits)
    tens, _, ones = digits.rpartition("十")
    if "十" not in digits:
        return _HAN.index(digits[-1]) + 1
    return ((_HAN.index(tens[-1]) + 1) if tens else 1) * 10 + (_HAN.index(ones) + 1 if ones else 0)
