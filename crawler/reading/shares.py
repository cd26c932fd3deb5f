"""XT-3 against the table: 予以公开占62.5%, 按时办结率100%, computed again from the cells they are shares of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from crawler.reading import percentages, statements
from storage.records import Blame, Figure, Finding

_S14, _T3 = "s14_statistics", "t3_requests"
_OF = r"(?:占比|占|比例|比重)(?:办理总数|办理结果总数|办结总数|答复总数|申请总数|总数|总量)?的?(?:比例)?(?:为|达到|达|是)?"
_ALL = (("new_received",), ("outcome_total",), ("new_received", "carried_in"))
# words right before the percentage, table, row of the part, and what organs take for the whole
_SHARES: tuple[tuple[re.Pattern[str], str, str, tuple[tuple[str, ...], ...]], ...] = (
    (re.compile(rf"予以公开的?{_OF}"), _T3, "outcome_granted", _ALL),
    (re.compile(rf"部分公开的?{_OF}"), _T3, "outcome_partial", _ALL),
    (
        re.compile(r"按[时期](?:办结|答复)率(?:均?为|达到|达|是)?"),
        _S14,
        "requests_closed_on_time",
        (("requests_closed",), ("requests_received",), ("replies_total",)),
    ),
)
_VALUE = {_S14: "value", _T3: "total"}
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年)")


def check(told: Sequence[Figure], cells: Sequence[Figure], year: int | None) -> list[Finding]:
    """Shares printed in the text that no cells of the one table explain.

    Args:
        told: figures of running text.
        cells: figures of the tables; of tables for several scopes nothing is said.
        year: the reporting year.
    """
    if len({figure.scope for figure in cells}) != 1:
        return []
    found: dict[tuple[str | None, str | None], Figure] = {}
    for figure in cells:
        ours = figure.row and figure.column == _VALUE.get(figure.table or "")
        if ours and found.setdefault((figure.table, figure.row), figure).value != figure.value:
            return []  # the tables of two organs on one page: whose share it is, nobody can say
    out = []
    for percent in told:
        sentence = percent.sentence or ""
        if percent.unit != "%" or not percentages.exact(percent) or percentages.OTHER.search(sentence) or statements.scope(sentence):
            continue
        if year is None or any(int(other) != year for other in _YEAR.findall(sentence)):
            continue
        for words, table, part, wholes in _SHARES:
            if words.fullmatch(percent.label) and (pair := _differs(percent, table, part, wholes, found)):
                one = percentages.finding(percent, *pair)
                out.append(one if pair[0].certain and pair[1].certain else replace(one, blame=Blame.READER))
    return out


def _differs(
    percent: Figure, table: str, part: str, wholes: Sequence[Sequence[str]], found: Mapping[tuple[str | None, str | None], Figure]
) -> tuple[Figure, Figure, Decimal] | None:
    top = found.get((table, part))
    if top is None or top.value is None:
        return None
    shares = []
    for rows in wholes:
        figures = [found.get((table, row)) for row in rows]
        values = [figure.value for figure in figures if figure is not None and figure.value is not None]
        base = sum(values, Decimal(0))
        if len(values) < len(rows) or not base:
            continue
        shares.append((figures[0], Decimal(100) * top.value / base))
    if not shares or any(percentages.near(percent, share) for _, share in shares):
        return None
    whole, share = shares[0]
    assert whole is not None
    return top, whole, share
