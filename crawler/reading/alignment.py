"""Printed labels against the lines of a form, in the form's order: the same words may stand in several blocks (（三）其他情形数)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crawler.reading import labels
from crawler.reading.forms import Line


@dataclass(frozen=True, slots=True)
class Match:
    """What one printed label was found to be: `line` None for a label that is not of the form; `exact` when its words are the form's."""

    line: Line | None
    exact: bool = False


NOTHING = Match(None)
IN_ORDER = 0.6  # share of the known labels that stand in the form's order, from which what stands right before a label tells its block


def align(printed: Sequence[str], lines: Sequence[Line]) -> tuple[list[Match], float]:
    """Assign labels to the lines of a form, in its order, so that the most is explained.

    Args:
        printed: labels from top to bottom; empty strings for rows without one.
        lines: the form's lines.

    Returns:
        One match a label, and how much is explained: the number of labels in place, misprints counting less than one.
    """
    cores = [labels.core(text) if text else "" for text in printed]
    scores = _scores(cores, lines)
    height, width = len(cores), len(lines)
    best = [[0.0] * (width + 1) for _ in range(height + 1)]
    for y in range(height - 1, -1, -1):
        here, below, likes = best[y], best[y + 1], scores[y]
        if not likes:
            best[y] = below
            continue
        for x in range(width - 1, -1, -1):
            one, other = below[x], here[x + 1]
            skip = one if one > other else other  # not max(): this runs six thousand times a table
            if x in likes and below[x + 1] + likes[x] > skip:
                skip = below[x + 1] + likes[x]
            here[x] = skip
    out: list[Match] = []
    x = 0
    for y in range(height):
        likes = scores[y]
        if best[y][x] == best[y + 1][x]:
            out.append(NOTHING)
            continue
        while best[y][x] == best[y][x + 1]:
            x += 1
        out.append(Match(lines[x], likes[x] == 1.0))
        x += 1
    return out, best[0][0]


def settle(printed: Sequence[str], matches: Sequence[Match], lines: Sequence[Line]) -> list[Match]:
    """Correct an alignment where an organ prints blocks in an order of its own.

    A label that only one line has is that line wherever it stands. One that several blocks share ((二)被依法纠错数) is of the block whose label or
    other row stands right before it; where none does, or hardly a row is in its place, only the order tells, and the match is not exact.

    Args:
        printed, matches: labels from top to bottom and what `align` made of them.
        lines: the form's lines.
    """
    exact = _exact(tuple(lines))
    out = list(matches)
    own = sum(1 for text in printed if text and labels.core(text) in exact)
    ordered = sum(match.exact for match in matches) >= IN_ORDER * own
    used = {id(match.line) for match in matches if match.line is not None}
    groups: set[str] = set()  # of the row before: its own label, and the group it stands in
    for y, text in enumerate(printed):
        found = [lines[x] for x in exact.get(labels.core(text), ())] if text else []
        if len(found) == 1 and out[y].line is not found[0] and id(found[0]) not in used:
            out[y] = Match(found[0], True)
            used.add(id(found[0]))
        elif len(found) > 1:
            here = [line for line in found if line.path and line.path[-1] in groups]
            if len(here) == 1 and ordered:
                out[y] = Match(here[0], True)
            elif out[y].line is not None:
                out[y] = Match(out[y].line)
        line = out[y].line
        if line is not None:
            groups = {*line.cores, *line.path[-1:]}
        elif text and labels.core(text) in {core for one in lines for core in one.path}:
            groups = {labels.core(text)}
    return _once(out)


def _once(matches: Sequence[Match]) -> list[Match]:
    """No line twice: what the order gave it yields to what its block did."""
    sure = {id(match.line) for match in matches if match.exact}
    return [NOTHING if match.line is not None and not match.exact and id(match.line) in sure else match for match in matches]


def _scores(cores: Sequence[str], lines: Sequence[Line]) -> list[Mapping[int, float]]:
    """For each label the lines it may be, by number. Misprints are looked for only where no line has the very words: comparing is dear."""
    lines = tuple(lines)
    exact = _exact(lines)
    return [exact.get(core) or (_near(core, lines) if len(core) >= labels.LONG else {}) for core in cores]


@lru_cache(maxsize=64)
def _exact(lines: tuple[Line, ...]) -> Mapping[str, Mapping[int, float]]:
    out: dict[str, dict[int, float]] = {}
    for x, line in enumerate(lines):
        for core in line.cores:
            out.setdefault(core, {})[x] = 1.0
    return out


@lru_cache(maxsize=4096)
def _near(core: str, lines: tuple[Line, ...]) -> Mapping[int, float]:
    found = {x: max((labels.likeness(core, other) for other in line.cores), default=0.0) for x, line in enumerate(lines)}
    return {x: like for x, like in found.items() if like}
