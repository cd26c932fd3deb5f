"""From glyphs on a page to lines, from lines to paragraphs: what PDF and OFD have in common. Lengths in points, y downwards.

Paragraphs are joined by how Chinese reports are set: justified, the first line indented by two characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

PAGE_NUMBER = re.compile(r"[-—–－·~\s]*(?:第\s*)?\d{1,4}\s*(?:页)?(?:\s*[/／,，]?\s*共?\s*\d{1,4}\s*页?)?[-—–－·~\s]*")
MARGIN = 0.13  # share of a page's height at either end in which page numbers and running heads stand
SAME_TYPE = 0.12  # difference in size below which two lines are set in the same type
# What begins a paragraph though no indent shows it: 一、 （一） 1. 第一章
NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[.．、](?!\d)|第[一二三四五六七八九十]{1,3}[章节部])"
)
_WORD = re.compile(r"[A-Za-z0-9]")


class Glyph(NamedTuple):
    """One character (or a run set as one) and its box."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    first: float  # width of its first glyph
    size: float  # height of most of its glyphs


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page: its lines in reading order, and its size."""

    lines: tuple[Line, ...]
    width: float
    height: float


def lines(glyphs: Iterable[Glyph]) -> list[Line]:
    """Glyphs as lines, from top to bottom. Glyphs whose middles are nearer than half their height stand on one line."""
    ordered = sorted((glyph for glyph in glyphs if glyph.bottom > glyph.top), key=lambda g: (g.top + g.bottom, g.x0))
    rows: list[list[Glyph]] = []
    middle = height = 0.0
    for glyph in ordered:
        here = (glyph.top + glyph.bottom) / 2
        if rows and abs(here - middle) <= 0.5 * min(height, glyph.bottom - glyph.top):
            rows[-1].append(glyph)
            continue
        rows.append([glyph])
        middle, height = here, glyph.bottom - glyph.top
    return [line for row in rows if (line := _line(sorted(row, key=lambda g: g.x0)))]


def _line(row: Sequence[Glyph]) -> Line | None:
    words: list[str] = []
    printed = [glyph for glyph in row if glyph.text.strip()]
    if not printed:
        return None
    last: Glyph | None = None
    for glyph in row:
        if last is not None and not glyph.text.isspace() and not last.text.isspace():
            gap, size = glyph.x0 - last.x1, glyph.bottom - glyph.top
            if gap > 1.2 * size or (gap > 0.2 * size and _WORD.match(glyph.text) and _WORD.match(last.text[-1])):
                words.append(" ")
        words.append(glyph.text)
        last = glyph
    first = printed[0]
    size = Counter(round(glyph.bottom - glyph.top, 1) for glyph in printed).most_common(1)[0][0]
    return Line(
        text="".join(words).strip(),
        x0=first.x0,
        top=min(glyph.top for glyph in printed),
        x1=printed[-1].x1,
        bottom=max(glyph.bottom for glyph in printed),
        first=first.x1 - first.x0,
        size=size,
    )


def in_cell(printed: Sequence[Line], width: float) -> str:
    """The text of a cell of that width: lines the cell was too narrow for are joined, lines the writer broke are kept apart by a line end."""
    out = ""
    for n, line in enumerate(printed):
        if n:
            before = printed[n - 1]
            fitted = width - (before.x1 - before.x0) >= line.first + before.size  # half a character of padding on either side
            out += "\n" if fitted else _seam(before.text, line.text)
        out += line.text
    return out


def body(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The pages without their numbers and running heads."""
    running = Counter((line.text, round(line.top)) for sheet in sheets for line in {(at.text, at.top): at for at in sheet.lines}.values())
    kept = []
    for sheet in sheets:
        top, bottom = sheet.height * MARGIN, sheet.height * (1 - MARGIN)
        kept.append(
            Sheet(
                tuple(
                    line
                    for line in sheet.lines
                    if top < line.bottom < bottom
                    or not (PAGE_NUMBER.fullmatch(line.text) or (running[line.text, round(line.top)] >= 3 and len(sheets) >= 3))
                ),
                sheet.width,
                sheet.height,
            )
        )
    return kept


def paragraphs(printed: Sequence[Line | None]) -> list[str | None]:
    """Lines of a whole document as paragraphs; None stands for a table and ends a paragraph."""
    real = [line for line in printed if line is not None]
    if not real:
        return list(printed)  # type: ignore[arg-type]
    size = Counter(line.size for line in real).most_common(1)[0][0]
    starts = sorted(line.x0 for line in real if abs(line.size - size) <= SAME_TYPE * size)
    edge = starts[int(0.03 * len(starts))]  # what stands left of the margin is no text
    right = sorted(line.x1 for line in real)[int(0.9 * (len(real) - 1))]
    out: list[str | None] = []
    last: Line | None = None
    for line in printed:
        if line is not None and last is not None and _goes_on(last, line, edge, right, size):
            assert out[-1] is not None
            out[-1] += _seam(last.text, line.text) + line.text
        else:
            out.append(None if line is None else line.text)
        last = line
    return out


def _goes_on(last: Line, line: Line, left: float, right: float, size: float) -> bool:
    """The line above is full, and this one starts at the margin in the same type."""
    if abs(last.size - line.size) > SAME_TYPE * size or abs(line.x0 - left) > 0.8 * line.size:
        return False
    if right - last.x1 >= line.first + 0.6 * size or last.x1 - last.x0 < 0.5 * (right - left):
        return False
    return not (NUMBERED.match(line.text) and last.text.endswith(("。", "：", ":", "；", "！")))


def _seam(before: str, after: str) -> str:
    return " " if re.search(r"[A-Za-z,.;:]$", before) and re.match(r"[A-Za-z]", after) else ""
