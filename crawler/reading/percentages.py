"""XT-3: percentages of the text, computed again from the numbers beside them.

A printed share is doubted only when no reading of the sentence explains it: whichever number before it is the whole, and whether one number
or several together are the part. Shares are often nudged so that they sum to 100 (诸城 2017 prints 20.2% for 18 of 88, 28.5% for 25 of 88):
`SLACK` lets that pass.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from decimal import Decimal

from crawler.reading import prose
from crawler.reading.values import rounding
from storage.records import Blame, Figure, Finding, FindingLevel

SLACK = Decimal("0.5")  # percentage points
TEXT = "文中百分比应与同句或统计表中的数字相符"
SHARE = re.compile(
    r"[，,、（(\s]*(?:均|各)?占(?:比|总数|总量|总申请量|总申请数|申请总数|申请总量|收到申请总数|全部申请|办理总数|答复总数)?的?(?:比例)?(?:为|达到|达|是)?[：:\s]*"
)
_RISE = re.compile(r"[，,、（(\s]*(?:同比|比上年|较上年|比去年|较去年)?(?:增长|上升|下降|减少|增加|降低)(?:了|率为|幅度为|幅度达|比例为)?[：:\s]*")
_STEP = re.compile(r"(?:比|较|同比)(?:上年|去年|上一年|上年度)?(?:同期)?(?P<way>增加|减少|下降|上升|增长|增|减)了?$")
_PARTS = re.compile(r"其中|分别|占")
_WHOLE = re.compile(r"共|总|收到|受理|合计|答复|办结")
OTHER = re.compile(r"同比|环比|上年|去年|目标|计划|任务|平均|以上|以下|人均|预算|年初")
_MOST_PARTS = 6
FAR = 2000  # characters of a sentence
MOST_NUMBERS = 60  # of a sentence that a percentage may be made from


def check(lines: Sequence[str], figures: Sequence[Figure], totals: Collection[Decimal] = ()) -> list[Finding]:
    """Shares that no numbers beside them explain.

    Args:
        lines: the body.
        figures: of running text, in order.
        totals: of the report's tables: a share may be one of these.

    Returns:
        One finding a percentage; none where the sentence leaves open what it is a share of.
    """
    out: list[Finding] = []
    by_line: dict[int, list[tuple[int, int, Figure]]] = {}
    for figure in figures:
        line, start, end = prose.span(figure)
        by_line.setdefault(line, []).append((start, end, figure))
    for line, row in by_line.items():
        for place, (start, _, figure) in enumerate(row):
            if figure.unit != "%" or place == 0 or figure.value is None or not figure.certain or figure.lower_bound:
                continue
            words = lines[line][row[place - 1][1] : start]
            if SHARE.fullmatch(words):
                found = _share(lines[line], row[max(0, place - MOST_NUMBERS) : place + 1], totals)
            elif _RISE.fullmatch(words):
                found = _rise(lines[line], row[max(0, place - 2) : place + 1])
            else:
                continue
            if found is not None:
                out.append(finding(figure, *found))
    return out


Placed = tuple[int, int, Figure]


def _share(line: str, row: Sequence[Placed], totals: Collection[Decimal]) -> tuple[Figure, Figure, Decimal] | None:
    """Part, whole and the share they make, when the whole is certain and the printed share is no share of anything here."""
    (
        *before,
        (_, _, percent),
    ) = row
    part = before[-1][2]
    if not exact(part) or percent.value is None or part.value is None or not part.unit or part.unit == "%":
        return None
    reach = _reach(line, row[-1][0])
    alike = [entry for entry in before if entry[2].unit == part.unit and entry[0] >= reach]
    if not all(exact(figure) for _, _, figure in alike):
        return None
    wholes = [entry for entry in alike[:-1] if _is_whole(line, entry, row)]
    values = {figure.value for _, _, figure in wholes}
    if len(values) != 1 or OTHER.search(line[wholes[0][1] : row[-1][0]]):
        return None
    numbers = [figure.value for _, _, figure in alike if figure.value is not None]
    parts = [sum(numbers[-n:], Decimal(0)) for n in range(1, min(len(numbers), _MOST_PARTS) + 1)]
    bases = [*numbers, sum(numbers, Decimal(0)), *totals]
    if any(base and near(percent, Decimal(100) * one / base) for one in parts for base in bases):
        return None
    whole = wholes[-1][2]
    if not whole.value or part.value > whole.value:
        return None
    return part, whole, Decimal(100) * part.value / whole.value


def _reach(line: str, position: int) -> int:
    """Where the sentence of a position begins, or the one before it when this one goes on with 其中."""
    least = max(0, position - FAR)
    start = max(line.rfind("。", least, position) + 1, least)
    return max(line.rfind("。", least, start - 1) + 1, least) if start > least and re.match(r"[\s“]*其中", line[start:]) else start


def _is_whole(line: str, entry: Placed, row: Sequence[Placed]) -> bool:
    """Called a total, and itself no part: neither 其中 before it nor a share behind it."""
    start, end, figure = entry
    at = row.index(entry)
    clause = line[row[at - 1][1] if at else 0 : start]
    following = line[end : row[at + 1][0]] if at + 1 < len(row) else ""
    return bool(_WHOLE.search(figure.label)) and not _PARTS.search(clause) and not SHARE.fullmatch(following)


def _rise(line: str, row: Sequence[Placed]) -> tuple[Figure, Figure, Decimal] | None:
    """收到申请120件，比上年增加20件，增长20%: neither 20 of 100 nor 20 of 120 would be doubted, 35% would."""
    if len(row) < 3:
        return None
    (_, first_end, now), (step_start, _, step), (_, _, percent) = row[-3:]
    if not (exact(now) and exact(step)) or now.unit != step.unit or step.value is None or now.value is None or percent.value is None:
        return None
    between = line[first_end:step_start]
    hit = _STEP.search(between)
    if hit is None or len(between) > 14 or re.search(r"[。；;]", between) or not step.value:
        return None
    up = hit["way"] in {"增加", "上升", "增长", "增"}
    old = now.value - step.value if up else now.value + step.value
    if old <= 0 or any(near(percent, Decimal(100) * step.value / base) for base in (old, now.value) if base):
        return None
    return step, now, Decimal(100) * step.value / old


def exact(figure: Figure) -> bool:
    """A number printed as such: no lower bound, nothing about so many, not rounded to 万."""
    return figure.certain and not figure.lower_bound and figure.value is not None and not rounding(figure.raw)


def near(percent: Figure, computed: Decimal) -> bool:
    """Whether a printed percentage is the computed one, rounded or nudged."""
    assert percent.value is not None
    digits = percent.value.as_tuple().exponent
    step = Decimal(1).scaleb(digits) if isinstance(digits, int) and digits < 0 else Decimal(1)
    return abs(abs(percent.value) - computed) <= max(SLACK, step)


def finding(percent: Figure, part: Figure, whole: Figure, computed: Decimal) -> Finding:
    """A percentage that is not what its part and its whole make."""
    return Finding(
        rule="XT-3",
        level=FindingLevel.WARN,
        blame=Blame.SOURCE,
        text=TEXT,
        detail=f"文中作{percent.raw}，按{part.raw}与{whole.raw}计算为{computed.quantize(Decimal('0.01'))}%",
        where=percent.label or None,
        quotes=(percent.sentence or "", whole.sentence or f"{part.label}：{part.raw}；{whole.label}：{whole.raw}"),
        places=(percent.place, whole.place),
        left=percent.value,
        right=computed.quantize(Decimal("0.0001")),
    )
