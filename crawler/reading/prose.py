"""Figures in running text, each with its unit, its sentence and the words before it.

Many reports before 2014, and the overview of every report since, have numbers in sentences only (青岛 2014: 10.9万条; 庆阳 2018: 48471条).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from crawler.reading import measures, statements
from crawler.reading.measures import Measure
from storage.records import Figure, FigureKind

FORMAT = "prose"
REACH = 400  # characters of a sentence on either side of a number; 庆阳 2018 has sentences of 1,500
_STOP = re.compile(r"[。！？!?；;]")
_CLAUSE = re.compile(r"[，,：:（(）)、。；;！？!?]")
_EDGES = " 　\t，,：:（(）)、。；;”’」』"
_PLACE = re.compile(r"line (\d+) chars (\d+)-(\d+)")


def read(lines: Sequence[str], capture_sha256: str | None) -> tuple[Figure, ...]:
    """The figures of a text's sentences.

    Args:
        lines: the body, one line a block; lines with a tab are rows of tables and are left to those who read tables.
        capture_sha256: of the capture the lines come from.

    Returns:
        Figures of format ``prose`` in the order of the text. `row` is the indicator that the words before the number name, None for all
        other numbers; `label` is those words. `place` is ``line N chars a-b``: N counts from 1, and ``lines[N - 1][a:b]`` is the number
        with its unit. `certain` is False for a number that the text itself calls about so many (近20个) or that a comma makes ambiguous.
    """
    out: list[Figure] = []
    for number, line in enumerate(lines, 1):
        if "\t" in line or not any(c.isdigit() for c in line):
            continue
        stops = [hit.end() for hit in _STOP.finditer(line)]
        last = 0
        for found in measures.find(line):
            at, to = bisect_right(stops, found.start), bisect_left(stops, found.end)
            start = max(stops[at - 1] if at else 0, found.start - REACH)
            end = min(stops[to] if to < len(stops) else len(line), found.end + REACH)
            named = statements.name(line[start : found.start], found.unit)
            out.append(_figure(line, found, named, (max(start, last), start, end), f"line {number} chars {found.start}-{found.end}", capture_sha256))
            last = found.end
    return tuple(out)


def span(figure: Figure) -> tuple[int, int, int]:
    """Where a figure of this module stands: index of its line (from 0), first character, character after the last."""
    hit = _PLACE.fullmatch(figure.place)
    if hit is None:
        raise ValueError(f"no place in a text: {figure.place!r}")
    return int(hit[1]) - 1, int(hit[2]), int(hit[3])


def _figure(line: str, found: Measure, named: str | None, bounds: tuple[int, int, int], place: str, capture: str | None) -> Figure:
    after, start, end = bounds
    return Figure(
        format=FORMAT,
        row=named,
        label=_label(line[after : found.start]) or _label(line[start : found.start]) or line[start : found.start].strip(_EDGES),
        raw=found.raw,
        kind=FigureKind.NUMBER if found.value else FigureKind.ZERO,
        value=found.value,
        unit=found.unit,
        lower_bound=found.lower_bound,
        sentence=line[start:end].strip(),
        place=place,
        capture=capture,
        certain=found.certain,
    )


def _label(words: str) -> str:
    """The last clause that says something: of 其中：政府文件 the 政府文件, of 收到申请88件，占 the 占."""
    clauses = (clause.strip(_EDGES).removeprefix("其中") for clause in reversed(_CLAUSE.split(words)))
    return next((clause for clause in clauses if clause), "")
