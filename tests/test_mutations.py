"""One cell of a report changes: exactly the findings that arithmetic demands appear, and no others.

What is demanded is worked out here from the rules as the notices print them, on plain numbers, without the reader's rules or checks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from crawler.reading import dom, figures, grid, verdicts
from storage.records import Blame, Finding
from tests.gold.figures import Gold, Report, tables
from tests.gold.figures.invented import OWN, REPLIES, SUMS_2014, WHOLE, report
from tests.gold.figures.shapes import html, titled

Key = tuple[str | None, str, str, str]
Told = tuple[str, str | None, str | None, bool]  # rule, scope, where, assessable

REPORTS = 500
KINDS = [
    ("gbf_2014_32", (OWN, WHOLE), True), ("gbf_2014_32", (None,), False), ("gbgkbh_2019_60", (None,), False), ("gbgkbh_2021_30", (None,), False),
]  # fmt: skip
PRINTED_2014 = {
    "S14-1": "requests_received", "S14-2": "requests_closed", "S14-4": "reply_denied", "S14-5": "review_total", "S14-6": "litigation_total",
    "S14-7": "complaints_total", "S14-8": "staff_total", "S14-L1": "local_submitted_to_libraries", "S14-L2": "local_websites_total",
    "S14-L3": "local_reading_points_total", "S14-L4": "local_visitors_total",
}  # fmt: skip
AT_MOST_2014 = {
    "S14-9": ("normative_docs_disclosed", ["normative_docs_issued"]),
    "S14-10": ("press_conferences_by_principal", ["press_conferences"]),
    "S14-11": ("online_interviews_by_principal", ["online_interviews"]),
    "S14-12": ("info_disclosed_total", ["channel_gazette", "channel_website", "channel_weibo", "channel_wechat", "channel_other"]),
    "S14-13": (
        "hot_issues_responded",
        ["press_conferences", "online_interviews", "policy_interpretations", "weibo_wechat_responses", "other_responses"],
    ),
}
PERSONS = ("natural_person", "commercial_enterprise", "research_institution", "public_welfare_org", "legal_service_org", "other_org")


def test_a_changed_cell_gives_the_findings_arithmetic_demands_and_no_others() -> None:
    chance = random.Random(32)
    changed = demanded = 0
    for n in range(REPORTS):
        form, scopes, local = KINDS[n % len(KINDS)]
        whole = report(chance, form, scopes=scopes, local=local)
        assert findings(whole) == [], n
        key = chance.choice(list(whole.figures))
        torn = replace(whole, figures={**whole.figures, key: mutated(chance, whole.figures[key])})
        found = findings(torn)
        expected = sorted(demands(torn), key=str)
        assert sorted(((one.rule, one.scope, one.where, one.assessable) for one in found), key=str) == expected, (n, key, torn.figures[key])
        assert all(one.blame is Blame.SOURCE for one in found if one.assessable)
        changed += 1
        demanded += bool(expected)
    assert changed == REPORTS
    assert demanded > REPORTS / 2  # most cells stand in a sum


@pytest.mark.parametrize(("form", "scopes", "local"), KINDS)
def test_no_finding_without_a_change(form: str, scopes: tuple[str | None, ...], local: bool) -> None:
    assert findings(report(random.Random(7), form, scopes=scopes, local=local)) == []


def findings(whole: Report) -> list[Finding]:
    """Of a report printed as a page and read back."""
    printed = tables(whole)
    tree = dom.parse("<html><body>" + "".join(titled(table) + html(table) for table in printed) + "</body></html>")
    grids = [found for node in tree.iter("table") if (found := grid.read(node)) is not None]
    lines = [line for table, found in zip(printed, grids, strict=True) for line in (table.title, *grid.row_lines(found))]
    read = figures.read(grids, lines=lines, year=whole.year)
    assert len(read) == len(whole.figures)
    return list(verdicts.of_figures(read))


def mutated(chance: random.Random, cell: Gold) -> Gold:
    if chance.random() < 0.15:
        return Gold("", "BLANK", None, cell.unit)
    assert cell.value is not None
    number = int(cell.value)
    other = chance.choice([number + 1, max(0, number - 1), number + chance.randint(2, 500), number * 10 + 1, chance.randint(0, 99)])
    other = other if other != number else number + 3
    return Gold(str(other), "NUMBER" if other else "ZERO", Decimal(other), cell.unit)


# --- what arithmetic demands ----------------------------------------------------------------------------------------------------------------


def demands(whole: Report) -> Iterator[Told]:
    numbers = {key: cell.value for key, cell in whole.figures.items()}
    if "2014" in whole.format:
        for scope in whole.scopes:
            rows = {row: number for (own, _, row, _), number in numbers.items() if own == scope}
            yield from ((rule, scope, where, assessable) for rule, where, assessable in _list(rows))
        yield from _hierarchy(numbers)
        return
    yield from ((rule, None, where, assessable) for rule, where, assessable in _three({key[1:]: n for key, n in numbers.items()}))


def _sum(rule: str, where: str | None, parts: Sequence[Decimal | None], total: Decimal | None) -> Iterator[tuple[str, str | None, bool]]:
    """A printed total: a blank one beside numbers cannot be assessed, a blank addend counts as nothing beside one that is printed."""
    printed = [part for part in parts if part is not None]
    if total is None:
        if sum(printed):
            yield rule, where, False
    elif printed and sum(printed) != total:
        yield rule, where, True


def _list(rows: Mapping[str, Decimal | None]) -> Iterator[tuple[str, str | None, bool]]:
    for rule, total in PRINTED_2014.items():
        if total in rows:
            yield from _sum(rule, None, [rows[part] for part in SUMS_2014[total] if part in rows], rows[total])
    yield from _sum("S14-3", None, [rows[row] for row in REPLIES], rows["replies_total"])
    yield from _sum("S14-14", None, [rows["replies_total"]], rows["requests_closed"])
    if "local_reading_points_total" in rows:
        yield from _sum("S14-L5", None, [rows["local_reading_points_total"]], rows["reading_points"])
    for rule, (less, more) in AT_MOST_2014.items():
        sides = [rows[row] for row in more]
        if rows[less] is None or all(number is None for number in sides):
            continue
        if rows[less] > sum(number for number in sides if number is not None):  # type: ignore[operator]
            yield rule, None, True


def _hierarchy(numbers: Mapping[Key, Decimal | None]) -> Iterator[Told]:
    for (scope, table, row, column), number in numbers.items():
        own = numbers.get((OWN, table, row, column))
        if scope == WHOLE and number is not None and own is not None and number < own:
            yield "S14-15", WHOLE, row, True


def _three(numbers: Mapping[tuple[str, str, str], Decimal | None]) -> Iterator[tuple[str, str | None, bool]]:
    for row in ("regulations", "normative_documents"):
        cells = {column: number for (table, at, column), number in numbers.items() if table == "t2_art20_1" and at == row}
        if "newly_disclosed" in cells:
            made, total = cells["newly_disclosed"], cells["total_disclosed"]
            if made is not None and total is not None and made > total:
                yield "T2-19-1", row, True
            continue
        issued, others = cells["issued"], [number for number in (cells["in_force"], cells["repealed"]) if number is not None]
        if issued is not None and others and issued > sum(others):
            yield "T2-3", row, True
    yield from _requests({(row, column): number for (table, row, column), number in numbers.items() if table == "t3_requests"})
    cases = {column: number for (table, _, column), number in numbers.items() if table == "t4_review_litigation"}
    for group in ("review", "litigation_direct", "litigation_after_review"):
        parts = [cases[f"{group}_{result}"] for result in ("upheld", "corrected", "other", "pending")]
        yield from _sum(f"T4-{group}", None, parts, cases[f"{group}_total"])


def _requests(cells: Mapping[tuple[str, str], Decimal | None]) -> Iterator[tuple[str, str | None, bool]]:
    rows = list(dict.fromkeys(row for row, _ in cells))
    outcomes = [row for row in rows if row not in {"new_received", "carried_in", "outcome_total", "carried_out"}]
    for column in (*PERSONS, "total"):
        yield from _sum("T3-B", column, [cells[row, column] for row in outcomes], cells["outcome_total", column])
        come = [number for row in ("new_received", "carried_in") if (number := cells[row, column]) is not None]
        done, left = cells["outcome_total", column], cells["carried_out", column]
        if done is not None and come and sum(come) != done + (left or 0):
            yield "T3-A", column, True
    for row in rows:
        yield from _sum("T3-C", row, [cells[row, column] for column in PERSONS], cells[row, "total"])
