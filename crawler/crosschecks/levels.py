"""A government's totals against those of the governments directly below it (indicators.yaml, XH-1).

Only where every one of them is archived and prints the number: with one missing the sum is a lower bound of nothing we could name, and a blank
is no zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from crawler.crosschecks.quoting import named, places, quote
from crawler.reading.arithmetic import cells_of, total
from crawler.reading.values import rounding
from storage.records import Blame, Figure, Finding, FindingLevel
from storage.standing import Standing

FIRST_YEAR = 2019
_WHOLE = (None, "本行政区域")
_COUNTED = (  # table, row, column: applications, licences, penalties
    ("t3_requests", "new_received", "total"),
    ("t2_art20_5", "administrative_license", "decisions"),
    ("t2_art20_6", "administrative_penalty", "decisions"),
)


def above(parent: Standing, children: Sequence[Standing]) -> list[Finding]:
    """The findings of a government's report against those of all governments directly below it.

    Args:
        parent: with its figures. children: their reports of the same year, none missing.
    """
    if not children or (parent.year or 0) < FIRST_YEAR:
        return []
    found = []
    for place in _COUNTED:
        own = _cell(parent, *place)
        below = [cell for child in children if (cell := _cell(child, *place)) is not None]
        if own is None or len(below) < len(children):
            continue
        whole, parts = total([own]), total(below)
        if whole is None or parts is None or parts - whole <= sum((rounding(cell.raw) for cell in (own, *below)), Decimal(0)):
            continue
        each = "、".join(f"{child.city or child.issuer}{cell.raw.strip()}" for child, cell in zip(children, below, strict=True))
        quotes = (quote(parent, [own], whose=True), f"{len(below)}个下级行政区{named(own)}合计{parts:f}：{each}")
        found.append(
            Finding(
                rule="XH-1",
                level=FindingLevel.WARN,
                blame=Blame.SOURCE if all(figure.certain for figure in (own, *below)) else Blame.READER,
                text="上级政府的总数应不小于下级政府之和",
                detail=f"{quotes[0]}；{quotes[1]}",
                scope=own.scope,
                table=own.table,
                where=own.row,
                quotes=quotes,
                places=(places([own]), places(below)),
                left=whole,
                right=parts,
            )
        )
    return found


def _cell(report: Standing, table: str, row: str, column: str) -> Figure | None:
    """The number of the whole area, if exactly one is printed."""
    found = [
        cells[row, column]
        for (_, scope, name), cells in cells_of(report.figures).items()
        if name == table and scope in _WHOLE and (row, column) in cells and total([cells[row, column]]) is not None
    ]
    return found[0] if len(found) == 1 else None
