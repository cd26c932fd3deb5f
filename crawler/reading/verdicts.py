"""From checks and figures to findings: what is worth telling, in words a reader of the report understands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from crawler.reading.arithmetic import LOST, SILENT, Check, check
from crawler.reading.forms import by_id
from storage.records import Blame, Figure, Finding, FindingLevel

UNKNOWN_LABEL = "unknown_label"
DUPLICATE = "duplicate_cell"
_MUST = {"==": "应相等", "<=": "前者不应大于后者", ">=": "前者不应小于后者"}


def of_figures(figures: Sequence[Figure]) -> tuple[Finding, ...]:
    """The findings of a report's tables.

    Args:
        figures: of one report.

    Returns:
        Arithmetic that fails (`source` only when every cell was read with certainty), arithmetic that could not be assessed though numbers are
        printed, numbers under labels the format does not know, and cells printed twice with different values.
    """
    found = [finding for one in check(figures) if (finding := _of_check(one)) is not None]
    return (*found, *_duplicates(figures), *_unknown(figures))


def _of_check(one: Check) -> Finding | None:
    if one.holds or (one.holds is None and not _matters(one)):
        return None
    assessable = one.holds is not None
    told = f"{_quote(one.left)}，{_quote(one.right)}" if one.right else _quote(one.left)
    must = _MUST[one.op] if one.right else one.text
    detail = f"{told}，{must}" if assessable else f"{told}，无法核对"
    return Finding(
        rule=one.rule,
        level=FindingLevel(one.level) if assessable else FindingLevel.INFO,
        blame=Blame.SOURCE if assessable and one.certain else Blame.READER,
        assessable=assessable,
        holds=one.holds,
        text=one.text,
        detail=f"{one.scope}：{detail}" if one.scope else detail,
        scope=one.scope,
        table=one.table,
        where=one.where,
        quotes=(_quote(one.left), _quote(one.right)),
        places=(_places(one.left), _places(one.right)),
        left=one.left_value,
        right=one.right_value,
    )


def _matters(one: Check) -> bool:
    """Whether a rule that cannot be assessed is worth a word: a cell could not be read, or a total is left out beside numbers."""
    if any(figure.kind in LOST for figure in (*one.left, *one.right)):
        return True
    silent_total = len(one.right) == 1 and one.right[0].kind in SILENT
    return silent_total and bool(one.left_value) and one.op == "=="


def _duplicates(figures: Iterable[Figure]) -> Iterator[Finding]:
    """One finding a table: where a page holds the tables of many organs, all its cells come again."""
    first: dict[str, Figure] = {}
    again: dict[tuple[str | None, str | None, str], list[tuple[Figure, Figure]]] = {}
    for figure in figures:
        if figure.row is None or figure.table is None:
            continue
        other = first.setdefault(figure.key, figure)
        if (other.kind, other.value) != (figure.kind, figure.value):
            again.setdefault((figure.format, figure.scope, figure.table), []).append((other, figure))
    for (_, scope, table), pairs in again.items():
        one, other = pairs[0]
        yield Finding(
            rule=DUPLICATE,
            level=FindingLevel.WARN,
            blame=Blame.READER,  # perhaps two scopes whose names we did not see
            text="同一指标在同一口径内只应出现一次",
            detail=f"{_quote([one])}，又见{_quote([other])}，两处不一致" + (f"；该表共{len(pairs)}个指标如此" if len(pairs) > 1 else ""),
            scope=scope,
            table=table,
            where=other.row,
            quotes=(_quote([one]), _quote([other])),
            places=(one.place, other.place),
            left=one.value,
            right=other.value,
        )


def _unknown(figures: Iterable[Figure]) -> Iterator[Finding]:
    """One finding for each strange row or column of a table."""
    strange: dict[tuple[str, str | None, str, str], list[Figure]] = {}
    for figure in figures:
        if figure.row is None and figure.table is not None and figure.format is not None:
            strange.setdefault((figure.format, figure.scope, figure.table, figure.label.rsplit(" / ", 1)[-1]), []).append(figure)
    for (form, scope, table, label), found in strange.items():
        shown = "、".join(figure.raw.strip() for figure in found[:8]) + ("……" if len(found) > 8 else "")
        yield Finding(
            rule=UNKNOWN_LABEL,
            level=FindingLevel.INFO,
            blame=Blame.READER,
            assessable=False,
            holds=None,
            text="每个数字都应在该格式规定的指标之下",
            detail=f"“{label}”不是{by_id(form).name}的指标，其数字原样保存：{shown}",
            scope=scope,
            table=table,
            where=label,
            quotes=(f"{label} {shown}", ""),
            places=(_places(found[:8]), ""),
            left=found[0].value if len(found) == 1 else None,
        )


def _quote(figures: Sequence[Figure]) -> str:
    told = " + ".join(f"{figure.label.split(' / ')[-1]} {figure.raw.strip() or '（空白）'}" for figure in figures)
    values = [figure.value for figure in figures if figure.value is not None]
    return f"{told} = {sum(values, Decimal(0)):f}" if len(figures) > 1 and values else told


def _places(figures: Sequence[Figure]) -> str:
    return "; ".join(dict.fromkeys(figure.place for figure in figures))
