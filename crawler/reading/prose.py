"""Figures in running text, each with its unit, its sentence and the words before it.

Many reports before 2014, and the overview of every report since, have numbers in sentences only (青岛 2014: 10.9万条; 庆阳 2018: 48471条).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence

from crawler.reading import measures, statements
from crawler.reading.measures import Measure
from storage.records import Figure, FigureKind

FORMAT = "prose"
REACH = 400  # characters of a sentence on either side of a number; 庆阳 2018 has sentences of 1,500
MOST_FIGURES = 5000  # real reports have some hundreds; a text with more is a register
_STOP = re.compile(r"[。！？!?；;]")
_CLAUSE = re.compile(r"[，,：:（(）)、。；;！？!?]")
_EDGES = " 　\t，,：:（(）)、。；;”’」』"
_ROWS = re.compile(r"lines (\d+)-(\d+)")
_PLACE = re.compile(r"line (\d+) chars (\d+)-(\d+)")


def read(lines: Sequence[str], capture_sha256: str | Sequence[str | None] | None, *, rows: Collection[int] = ()) -> tuple[Figure, ...]:
    """The figures of a text's sentences.

    Args:
        lines: the body, one line a block; lines with a tab are rows of tables and are left to those who read tables.
        capture_sha256: of the capture the lines come from, or one for each line (`owners`).
        rows: indexes of lines that were read as rows of a flattened table (`rows_of`).

    Returns:
        Figures of format ``prose`` in the order of the text: at most `MOST_FIGURES`, the first. `row` is the indicator that the words before
        the number name, None for all other numbers; `label` is those words. `place` is ``line N chars a-b``: N counts from 1, and
        ``lines[N - 1][a:b]`` is the number with its unit. `certain` is False for a number that the text itself calls about so many (近20个)
        or that a comma makes ambiguous.
    """
    out: list[Figure] = []
    for number, line in enumerate(lines, 1):
        if number - 1 in rows or "\t" in line or not any(c.isdigit() for c in line):
            continue
        stops = [hit.end() for hit in _STOP.finditer(line)]
        last = 0
        for found in measures.find(line):
            if found.end - found.start == len(line.strip()):
                continue  # alone on its line it is the cell of a table that was flattened, and no prose
            at, to = bisect_right(stops, found.start), bisect_left(stops, found.end)
            start = max(stops[at - 1] if at else 0, found.start - REACH)
            end = min(stops[to] if to < len(stops) else len(line), found.end + REACH)
            named = statements.name(line[start : found.start], found.unit)
            sha256 = capture_sha256 if isinstance(capture_sha256, str) or capture_sha256 is None else capture_sha256[number - 1]
            out.append(_figure(line, found, named, (max(start, last), start, end), f"line {number} chars {found.start}-{found.end}", sha256))
            last = found.end
            if len(out) == MOST_FIGURES:
                return tuple(out)
    return tuple(out)


def owners(lines: Sequence[str], parts: Sequence[tuple[str, Sequence[str]]], rest: Sequence[str] = ()) -> list[str | None]:
    """Which capture each line of a joined text is from.

    Args:
        lines: the joined text.
        parts: sha256 and lines of the page and its further parts, in order; one that was not joined (the page around a frame) owns nothing.
        rest: sha256 of the files whose lines follow; with several of them nobody can say which.

    Returns:
        One for each line; None where it cannot be told.
    """
    out: list[str | None] = []
    for sha256, own in parts:
        if own and list(lines[len(out) : len(out) + len(own)]) == list(own):
            out += [sha256] * len(own)
    return [*out, *([rest[0] if len(rest) == 1 else None] * (len(lines) - len(out)))]


def rows_of(figures: Iterable[Figure]) -> frozenset[int]:
    """Indexes of the lines whose words are cells of flattened tables."""
    places = {figure.place for figure in figures if figure.place.startswith("lines ")}
    spans = [(int(hit[1]), int(hit[2])) for place in places if (hit := _ROWS.match(place))]
    return frozenset(line - 1 for first, last in spans for line in range(first, last + 1))


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
