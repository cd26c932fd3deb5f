"""A report against the same organ's report of the year before (indicators.yaml: XY-1 to XY-3, T2-2, T2-4, T2-19-2 to T2-19-4).

Only figures of the same scope are compared. What is blank on one side says nothing about the other: such a rule is not assessable, and worth a
word only where a cell could not be read, or where a total is left out beside a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crawler.crosschecks.quoting import places, quote
from crawler.reading.arithmetic import LOST, cells_of, total
from crawler.reading.values import MONEY, rounding
from storage.records import Blame, Figure, Finding, FindingLevel
from storage.standing import Standing

Cell = tuple[str, str]  # row, column
_PEOPLE = (
    "natural_person", "commercial_enterprise", "research_institution", "public_welfare_org", "legal_service_org", "other_org", "total",
)  # fmt: skip
_ITEMS = {"t2_art20_5": "T2-19-2", "t2_art20_6": "T2-19-3", "t2_art20_8": "T2-19-4"}
_TOTALS: Mapping[str, Sequence[Cell]] = {
    "t2_art20_5": [("administrative_license", "decisions")],
    "t2_art20_6": [("administrative_penalty", "decisions"), ("administrative_coercion", "decisions")],
    "t3_requests": [("new_received", "total"), ("outcome_total", "total")],
    "t4_review_litigation": [
        ("cases", column) for column in ("review_total", "litigation_direct_total", "litigation_after_review_total")
    ],
}  # fmt: skip
_TOTALS_OF_2014 = ("info_disclosed_total", "requests_received", "requests_closed", "replies_total", "review_total", "litigation_total")
_TENFOLD = 10
_LEAST = 10  # one request last year and eleven this year are no slip of the pen
_RATIO = Decimal(100)


@dataclass(frozen=True, slots=True)
class _Years:
    """Two reports of one organ, and their tables by scope and table."""

    before: Standing
    after: Standing
    scope: str | None
    table: str
    old: Mapping[Cell, Figure]
    new: Mapping[Cell, Figure]


def between(before: Standing, after: Standing) -> list[Finding]:
    """The findings of a report against that of the year before.

    Args:
        before: the same organ's report of the year before, with its figures. after: the report.
    """
    old, new = cells_of(before.figures), cells_of(after.figures)
    found: list[Finding] = []
    for (_, scope, table), cells in new.items():
        for (_, *place), earlier in old.items():
            if place != [scope, table]:
                continue
            years = _Years(before, after, scope, table, earlier, cells)
            for rule in (_carried, _in_force, _items, _fees, _jumps):
                found += rule(years)
    return found


def _carried(years: _Years) -> Iterator[Finding]:
    """XY-1. The reports of 2019 are the first with 结转, so those of 2020 are the first that can be compared."""
    if years.table != "t3_requests" or (years.after.year or 0) < 2020:
        return
    for column in _PEOPLE:
        out, come = years.old.get(("carried_out", column)), years.new.get(("carried_in", column))
        if out is None or come is None:
            continue
        text = "上年报告结转下年度继续办理应等于本年上年结转"
        yield from _equal(years, "XY-1", FindingLevel.ERROR, text, column, [out], [], [], come, matters=column == "total")


def _in_force(years: _Years) -> Iterator[Finding]:
    """T2-2 (XY-2). Since the format of 2021; a report of 2021 has no predecessor in that format."""
    if years.table != "t2_art20_1" or (years.after.year or 0) < 2022:
        return
    for row in ("regulations", "normative_documents"):
        cells = [years.old.get((row, "in_force")), *(years.new.get((row, column)) for column in ("issued", "repealed", "in_force"))]
        known = [cell for cell in cells if cell is not None]
        if len(known) < len(cells):
            continue
        before, issued, repealed, now = known
        text = "上年现行有效 + 本年制发 - 本年废止 = 本年现行有效"
        yield from _equal(years, "T2-2", FindingLevel.WARN, text, row, [before], [issued], [repealed], now)


def _items(years: _Years) -> Iterator[Finding]:
    """T2-19-2 to T2-19-4: only the reports of 2019 and 2020 count items and their change."""
    rule = _ITEMS.get(years.table)
    if rule is None:
        return
    for (row, column), now in years.new.items():
        last, change = years.old.get((row, "items_last_year")), years.old.get((row, "items_change"))
        if column != "items_last_year" or last is None or change is None:
            continue
        text = "上年报告的上一年项目数量 + 本年增/减 = 本年报告的上一年项目数量"
        yield from _equal(years, rule, FindingLevel.WARN, text, row, [last, change], [], [], now)


def _fees(years: _Years) -> Iterator[Finding]:
    """T2-4: fees that grow or shrink more than a hundredfold were counted in 元 one year and in 万元 the other."""
    for cell, now in years.new.items():
        before = years.old.get(cell)
        if cell[1] != "fee_amount" or before is None:
            continue
        one, other = _amount(before), _amount(now)
        if not one or not other or one < 0 or other < 0 or 1 / _RATIO <= other / one <= _RATIO:
            continue
        text = "相邻两年收费金额之比应在0.01至100之间"
        yield _finding(years, "T2-4", FindingLevel.WARN, text, "相差超过一百倍，疑为元与万元混用", cell[0], [before], [], now)


def _jumps(years: _Years) -> Iterator[Finding]:
    """XY-3: totals that change more than tenfold, or fall to nothing. Worth a look, seldom wrong; so never more than `info`."""
    wanted = _TOTALS.get(years.table) or [cell for cell in years.new if cell[0] in _TOTALS_OF_2014 and cell[1] == "value"]
    for cell in wanted:
        before, now = years.old.get(cell), years.new.get(cell)
        if before is None or now is None:
            continue
        one, other = total([before]), total([now])
        if one is None or other is None or max(one, other) < _LEAST or not one:
            continue
        if other and max(one, other) <= _TENFOLD * min(one, other):
            continue
        said = "相差超过十倍" if other else "降为零"
        yield _finding(years, "XY-3", FindingLevel.INFO, "总数不应一年之间变化十倍以上或降为零", said, cell[0], [before], [], now)


def _equal(
    years: _Years, rule: str, level: FindingLevel, text: str, where: str, earlier: Sequence[Figure], plus: Sequence[Figure], minus: Sequence[Figure],
    right: Figure, *, matters: bool = False,
) -> Iterator[Finding]:  # fmt: skip
    """Cells of the year before, plus and minus cells of this year, are one cell of this year; each of them must be printed.

    Args:
        matters: a side left blank beside a number is worth a word.
    """
    cells = [*earlier, *plus, *minus, right]
    values = [value for cell in cells if (value := total([cell])) is not None]
    if len(values) < len(cells):
        if any(cell.kind in LOST for cell in cells) or (matters and any(values)):
            yield _finding(years, rule, level, text, "无法核对", where, earlier, [*plus, *minus], right, assessable=False)
        return
    taken = sum(values[len(earlier) + len(plus) : -1], Decimal(0))
    left = sum(values[: len(earlier) + len(plus)], Decimal(0)) - taken
    if abs(left - values[-1]) > sum((rounding(cell.raw) for cell in cells), Decimal(0)):  # 1.2万 may stand for 11,987
        yield _finding(years, rule, level, text, f"{left:f}与{values[-1]:f}不等", where, earlier, [*plus, *minus], right, left=left)


def _finding(
    years: _Years, rule: str, level: FindingLevel, text: str, said: str, where: str, earlier: Sequence[Figure], beside: Sequence[Figure],
    right: Figure, *, assessable: bool = True, left: Decimal | None = None,
) -> Finding:  # fmt: skip
    """On the left the cells of the year before and those of this year counted with them, on the right one of this year."""
    told = quote(years.before, earlier) + (f"；{quote(years.after, beside)}" if beside else "")
    certain = all(figure.certain for figure in (*earlier, *beside, right))
    quotes = (told, quote(years.after, [right]))
    return Finding(
        rule=rule,
        level=level if assessable else FindingLevel.INFO,
        blame=Blame.SOURCE if assessable and certain else Blame.READER,
        assessable=assessable,
        holds=False if assessable else None,
        text=text,
        detail=f"{years.scope + '：' if years.scope else ''}{quotes[0]}；{quotes[1]}。{said}",
        scope=years.scope,
        table=years.table,
        where=where,
        quotes=quotes,
        places=(places([*earlier, *beside]), places([right])),
        left=left if left is not None else total(earlier) if not beside else None,
        right=total([right]),
    )


def _amount(figure: Figure) -> Decimal | None:
    """In 万元."""
    value = total([figure])
    return None if value is None else value * MONEY.get(figure.unit or "万元", MONEY["万元"]) / MONEY["万元"]
