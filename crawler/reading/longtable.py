"""The long table of 2014: 统计指标 | 单位 | 统计数, one value a row; often printed twice, for two scopes, or cut by page breaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from crawler.reading import labels, scopes, values
from crawler.reading.alignment import NOTHING, Match, align, settle
from crawler.reading.forms import Format, Table
from crawler.reading.printed import figure, unknown
from crawler.reading.sheets import Placed, Row, Strip, hits, title, words
from storage.records import Cell, Figure

MOST_PARTS = 60  # pieces of long tables in one report: two scopes on ten pages each are twenty
LEAST = 8  # rows with the form's own words before anything is claimed
_VALUES = frozenset(
    {"统计数", "统计数据", "统计数值", "统计值", "数值", "数据", "数量", "合计", "本年", "本年度", "本年数", "本期", "数额", "填报数", "统计结果"}
)
_LABELS = frozenset({"统计指标", "指标", "指标名称", "项目", "项目名称", "统计项目", "内容", "统计内容", "名称", "类别"})
_OURS = re.compile(r"(?:本年|今年|当年|本期)度?(?:统计)?(?:数值?|数据|数量|数额|合计|实际|值)?")
_YEAR = re.compile(r"(20[0-9]{2})年?(?:度|数|统计数|数量|数据)*")
_IN_NOTE = re.compile(r"20[0-9]{2}(?=年)")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of values and the scope its heading gives it."""

    at: int
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class _Head:
    """How a part of a table is laid out: columns of values, the unit column, and where labels stand (from, to).

    Attributes:
        certain: no other column of numbers could be meant: last year's, a growth in per cent, another organ's.
    """

    columns: tuple[_Column, ...]
    unit: int | None
    labels: tuple[int, int]
    certain: bool = True


@dataclass(slots=True)
class _Part:
    """Rows under one heading (or none), of one scope."""

    placed: Placed
    rows: list[Row]
    head: _Head | None
    scope: str | None

    def printed(self) -> list[str]:
        head = self.head
        if head is None:
            return ["" for _ in self.rows]
        start, stop = head.labels
        return [found[-1] if (found := words(row[start:stop], stop - start)) else "" for row in self.rows]


def read(strips: Sequence[Strip], form: Format, table: Table, year: int | None) -> list[Figure]:
    """The figures of every copy of the table.

    Args:
        strips: grids that may hold it, in order.
        form, table: the format and its long table.
        year: the reporting year, to choose between columns headed by years.
    """
    if sum(hits(strip.placed.grid, table.known, LEAST) for strip in strips) < LEAST:
        return []
    out: list[Figure] = []
    for copy in _copies([part for strip in strips for part in _parts(strip, table, year)][:MOST_PARTS], table):
        printed = [label for part in copy for label in part.printed()]
        matches = settle(printed, align(printed, table.rows)[0], table.rows)
        if sum(match.exact for match in matches) < LEAST:
            continue
        at = 0
        for part in copy:
            part.scope = part.scope or copy[0].scope
            out += _figures(part, matches[at : at + len(part.rows)], form, table)
            at += len(part.rows)
    return out


def _copies(parts: Sequence[_Part], table: Table) -> list[list[_Part]]:
    """Parts that make one table together: what follows goes on where the last ended if the form's order explains both as well as each alone."""
    out: list[list[_Part]] = []
    printed: list[str] = []
    reached = 0.0
    for part in parts:
        part.head = part.head or (_carried(out[-1][-1], part) if out else None) or _guess(part.rows)
        here = part.printed()
        _, alone = align(here, table.rows)
        if not alone:
            continue
        if out and not (part.scope and out[-1][0].scope and part.scope != out[-1][0].scope):
            _, both = align(printed + here, table.rows)
            if both >= reached + alone - 0.5:
                out[-1].append(part)
                printed += here
                reached = both
                continue
        out.append([part])
        printed, reached = here, alone
    return out


def _parts(strip: Strip, table: Table, year: int | None) -> list[_Part]:
    """A grid's rows, parted at headings and at rows that name a scope; two halves printed side by side are two parts with the same rows."""
    scope = strip.placed.scope
    current = [_Part(strip.placed, [], None, scope)]
    out = list(current)
    for row in strip.rows:
        if heads := _heads(row, year):
            current = [_Part(strip.placed, [], head, scope) for head in heads]
            out += current
            continue
        if (below := [_with_scopes(part.head, row) for part in current]) and all(below):
            current = [_Part(strip.placed, [], head, scope) for head in below]
            out += current
            continue
        text = title(row)
        if text is not None and labels.core(text) not in table.known and (found := scopes.of_title(text)) is not None:
            scope = found
            current = [_Part(strip.placed, [], part.head, scope) for part in current]
            out += current
            continue
        for part in current:
            part.rows.append(row)
    return [part for part in out if part.rows]


def _heads(row: Row, year: int | None) -> list[_Head]:
    """The layouts a heading row announces: usually one, two where the table is printed in two halves side by side."""
    texts = ["" if cell is None or cell.column != x else cell.text for x, cell in enumerate(row)]
    cores = [labels.core(text) for text in texts]
    named = [x for x, core in enumerate(cores) if core in _LABELS]
    if not named and not (cores and "统计数" in cores):
        return []
    bounds = list(zip(named, [*named[1:], len(row)], strict=True)) if len(named) > 1 else [(0, len(row))]
    out = []
    for start, stop in bounds:
        columns, certain = _value_columns(texts, start, stop, year)
        if not columns:
            return []
        unit = next((x for x in range(start, stop) if cores[x] in {"单位", "计量单位"}), None)
        taken = {column.at for column in columns} | ({unit} if unit is not None else set())
        free = [x for x in range(start, stop) if x not in taken and cores[x] not in {"序号", "代码", "编号", "行次", "备注", "说明"}]
        if not free:
            return []
        run = [free[0]]
        for x in free[1:]:
            if x != run[-1] + 1:
                break
            run.append(x)
        out.append(_Head(columns, unit, (run[0], run[-1] + 1), certain))
    return out


def _with_scopes(head: _Head | None, row: Row) -> _Head | None:
    """The layout with a column for each scope that a second heading row names below 统计数; None for any other row."""
    if head is None or any(cell is not None and cell.text.strip() for cell in row[slice(*head.labels)]):
        return None
    found = [
        _Column(x, scope) for x, cell in enumerate(row) if cell is not None and cell.column == x and (scope := scopes.named(cell.text)) is not None
    ]
    return replace(head, columns=tuple(found)) if len(found) > 1 else None


def _value_columns(texts: Sequence[str], start: int, stop: int, year: int | None) -> tuple[tuple[_Column, ...], bool]:
    """Columns of values: headed 统计数, 本年 and the like, by a scope, or by a year, of which only the report's own counts; and if that is sure."""
    cores = [labels.core(text) for text in texts]
    scoped = [_Column(x, scope) for x in range(start, stop) if cores[x] and (scope := scopes.named(cores[x])) is not None]
    if scoped:
        return tuple(scoped), True
    plain = [x for x in range(start, stop) if cores[x] in _VALUES or _OURS.fullmatch(cores[x])]
    years = {int(match[1]): x for x in range(start, stop) if (match := _YEAR.fullmatch(cores[x])) is not None}
    noted = {int(match[0]): x for x in plain if (match := _IN_NOTE.search(texts[x])) is not None}
    if len(plain) > 1 and len(noted) > 1:
        years = noted  # 统计数（2013年） beside 统计数（2014年）
    elif plain:
        return (_Column(plain[0]),), True
    if not years:
        return (), True
    at = years.get(year) if year is not None else None
    return (_Column(years[max(years)] if at is None else at),), at is not None or len(years) == 1


def _carried(before: _Part, part: _Part) -> _Head | None:
    """The layout of the part before, for a part without a heading of its own that is as wide."""
    return before.head if before.placed.grid.width == part.placed.grid.width else None


def _guess(rows: Sequence[Row]) -> _Head | None:
    """A layout without any heading: the rightmost column that mostly holds numbers, and the words before it."""
    if not rows:
        return None
    width = len(rows[0])
    counted = [x for x in range(1, width) if _holds_numbers(rows, x)]
    if not counted:
        return None
    at = counted[-1]
    unit = next((u for u in range(at) if any(cell is not None and values.is_unit(cell.text) for cell in (row[u] for row in rows))), None)
    return _Head((_Column(at),), unit, (0, at if unit is None else unit), all(_counts_rows(rows, x) for x in counted[:-1]))


def _holds_numbers(rows: Sequence[Row], x: int) -> bool:
    own = [cell for row in rows if (cell := row[x]) is not None and cell.column == x and cell.text.strip()]
    return bool(own) and sum(values.parse(cell.text).number is not None for cell in own) >= 0.5 * len(own)


def _counts_rows(rows: Sequence[Row], x: int) -> bool:
    """Whether a column of numbers is one of codes: 01, 02, 03."""
    found = [number for row in rows if (cell := row[x]) is not None and cell.column == x and (number := values.parse(cell.text).number) is not None]
    return all(after == before + 1 for before, after in pairwise(found))


def _figures(part: _Part, matches: Sequence[Match], form: Format, table: Table) -> list[Figure]:
    head = part.head
    assert head is not None
    out = []
    for row, match in zip(part.rows, matches, strict=True):
        start, stop = head.labels
        path = words(row[start:stop], stop - start)
        if not path or (match is NOTHING and any(labels.core(text) in _LABELS for text in path)):
            continue
        unit = _printed_unit(row[head.unit] if head.unit is not None else None)
        for column in head.columns:
            cell = row[column.at]
            where = replace(part.placed, scope=column.scope or part.scope)
            if cell is None and len(head.columns) == 1:  # a row with a cell too few: its number stands where the unit should
                short = next((one for one in reversed(row) if one is not None), None)
                if short is not None and (found := unknown(where, form, table, path, short, column=table.columns[0])) is not None:
                    out.append(found)
            if cell is None or cell.column != column.at:
                continue
            if match.line is not None:
                out.append(figure(where, form, table, match.line, table.columns[0], path, cell, unit=unit, certain=match.exact and head.certain))
            elif (found := unknown(where, form, table, path, cell, unit=unit, column=table.columns[0])) is not None:
                out.append(found)
    return out


def _printed_unit(cell: Cell | None) -> str | None:
    return "".join(cell.text.split()).strip("()（）") if cell is not None and values.is_unit(cell.text) else None
