"""XT-1: numbers of the text against cells of the table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from crawler.reading import statements
from crawler.reading.statements import Statement
from crawler.reading.values import rounding
from storage.records import Blame, Figure, Finding, FindingLevel

Place = tuple[str, str, str]  # table, row, column

_T3, _T4 = "t3_requests", "t4_review_litigation"


def _s14(row: str) -> tuple[tuple[Place, ...]]:
    return ((("s14_statistics", row, "value"),),)


def _t3(*rows: str) -> tuple[Place, ...]:
    return tuple((_T3, row, "total") for row in rows)


def _t4(*columns: str) -> tuple[Place, ...]:
    return tuple((_T4, "cases", column) for column in columns)


# quantity -> for the form of 2014 and the forms since 2019: the cells whose sum it is. Further sums are what organs also mean by the same
# words: 收到 with what was carried in, 诉讼 of one kind only, 复议 without what is pending. 答复 has no cell since 2019.
_CELLS: Mapping[str, tuple[tuple[tuple[Place, ...], ...], ...]] = {
    statements.RECEIVED: (_s14("requests_received"), (_t3("new_received"), _t3("new_received", "carried_in"), _t3("outcome_total"))),
    statements.NEW_RECEIVED: (_s14("requests_received"), (_t3("new_received"),)),
    statements.CARRIED_IN: ((_t3("carried_in"),),),
    statements.CLOSED: (_s14("requests_closed"), (_t3("outcome_total"),)),
    statements.REPLIED: (_s14("replies_total"),),
    statements.REVIEWS: (_s14("review_total"), (_t4("review_total"), _t4("review_upheld", "review_corrected", "review_other"))),
    statements.LAWSUITS: (
        _s14("litigation_total"),
        (
            _t4("litigation_direct_total", "litigation_after_review_total"),
            _t4("litigation_direct_total"),
            _t4("litigation_after_review_total"),
        ),
    ),
    statements.DISCLOSED: (_s14("info_disclosed_total"),),
}
_SCOPES = {"area": "本行政区域", "level": "市本级"}


def check(spoken: Sequence[Statement], cells: Sequence[Figure]) -> list[Finding]:
    """Statements that no cell they can be of agrees with.

    Args:
        spoken: statements of the text about the whole.
        cells: figures of the tables.

    Returns:
        `assessable` is False, and the finding is nobody's mistake, where text and table may count different organs: 全市 in the text,
        and a table that does not say whose it is.
    """
    out: list[Finding] = []
    seen: set[tuple[str, Decimal | None]] = set()
    for said in spoken:
        sums = _sums(said, cells)
        if not sums or (said.quantity, said.figure.value) in seen:
            continue
        asked = _SCOPES.get(said.scope)
        scopes = set(sums)
        if asked in scopes:
            sums = {asked: sums[asked]}
        if any(_agrees(said.figure, value, figures) for figures, accepted in sums.values() for value in accepted):
            continue
        seen.add((said.quantity, said.figure.value))
        printed, (value, *_) = next(iter(sums.values()))
        # One table and a text that names nobody are of the same organ; of two tables every one disagrees.
        comparable = asked in scopes or (said.scope in {"", "place"} and len(scopes) > 1) or (not said.scope and scopes == {None})
        certain = comparable and all(figure.certain for figures, _ in sums.values() for figure in figures)
        out.append(_finding(said, printed, value, comparable=comparable, certain=certain))
    return out


def _sums(said: Statement, cells: Sequence[Figure]) -> dict[str | None, tuple[list[Figure], list[Decimal]]]:
    """By scope the cells of a quantity and the values it may have, theirs first. Nothing when a cell is blank, unreadable or repeated."""
    printed = {(figure.table, figure.row, figure.column) for figure in cells}
    wanted = [sums for sums in _CELLS[said.quantity] if printed.intersection(sums[0])]
    if len(wanted) != 1:
        return {}  # no table has it, or an old and a new form stand side by side
    sums = wanted[0]
    by_scope: dict[str | None, dict[Place, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    for figure in cells:
        if figure.row is not None:
            by_scope[figure.scope][figure.table or "", figure.row, figure.column or ""].append(figure)
    out: dict[str | None, tuple[list[Figure], list[Decimal]]] = {}
    for scope, found in by_scope.items():
        values = [_sum(found, places) for places in sums]
        if values[0] is None:
            return {}
        out[scope] = [found[place][0] for place in sums[0]], [value for value in values if value is not None]
    return out


def _agrees(said: Figure, value: Decimal, cells: Sequence[Figure]) -> bool:
    """10.9万条 in the text and 109123 in the table are the same number."""
    assert said.value is not None
    return abs(said.value - value) <= rounding(said.raw) + sum((rounding(cell.raw) for cell in cells), Decimal(0))


def _sum(found: Mapping[Place, Sequence[Figure]], places: Sequence[Place]) -> Decimal | None:
    total = Decimal(0)
    for place in places:
        figures = found.get(place, ())
        if len(figures) != 1 or figures[0].value is None:
            return None
        total += figures[0].value
    return total


def _finding(said: Statement, printed: Sequence[Figure], value: Decimal, *, comparable: bool, certain: bool) -> Finding:
    figure = said.figure
    cell = "、".join(f"{one.label}：{one.raw.strip()}" for one in printed)
    doubt = "" if comparable else "（两处统计范围未必相同）"
    return Finding(
        rule="XT-1",
        level=FindingLevel.ERROR if comparable else FindingLevel.INFO,
        blame=Blame.SOURCE if certain else Blame.READER,
        assessable=comparable,
        holds=False if comparable else None,
        text="文中数字应与统计表一致",
        detail=f"文中为{figure.raw}（{figure.label}），统计表为{value}{doubt}",
        scope=printed[0].scope,
        table=printed[0].table,
        where=printed[0].row,
        quotes=(figure.sentence or "", cell),
        places=(figure.place, printed[0].place),
        left=figure.value,
        right=value,
    )
