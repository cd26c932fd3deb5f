"""Plausible figures for the replicas' shorter reports: the same for the same report, and true to the sums the official forms demand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from random import Random

Figures = Mapping[str, int]

APPLICANTS = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
# Outcomes that a body of a few dozen applications really meets; the other rows of the form are zeros.
COMMON_OUTCOMES = ("outcome_granted", "outcome_partial", "unable_not_held", "unable_needs_creation", "not_handled_petition")


def draw(name: str) -> Random:
    """A stream of numbers that belongs to `name`: replicas must say the same in every process and on every night."""
    return Random(hashlib.sha256(name.encode()).digest())


def statistics(name: str) -> Figures:
    """The figures of the form of 2014 (国办发〔2014〕32号); unnamed rows are zero. Totals are the sums of their parts."""
    random = draw(f"statistics {name}")
    received = {key: random.randint(0, top) for key, top in (("in_person", 12), ("fax", 2), ("online", 60), ("letter", 40))}
    requests = sum(received.values())
    granted, public = requests // 2, requests // 5
    missing = requests - granted - public
    website, other = random.randint(2_000, 60_000), random.randint(300, 5_000)
    full, part = random.randint(10, 90), random.randint(20, 160)
    issued = random.randint(2, 30)
    return {
        "info_disclosed_total": website + other,
        "normative_docs_disclosed": issued,
        "normative_docs_issued": issued,
        "channel_website": website,
        "channel_weibo": random.randint(200, 4_000),
        "channel_wechat": random.randint(200, 4_000),
        "channel_other": other,
        "press_conferences": random.randint(5, 60),
        "policy_interpretations": random.randint(20, 200),
        **{f"requests_{key}": count for key, count in received.items()},
        "requests_received": requests,
        "requests_closed": requests,
        "requests_closed_on_time": requests,
        "replies_total": requests,
        "reply_granted": granted,
        "reply_already_public": public,
        "reply_not_exist": missing,
        "staff_total": full + part,
        "staff_full_time": full,
        "staff_part_time": part,
        "meetings": random.randint(2, 40),
        "trainings": random.randint(1, 20),
        "trainees": random.randint(60, 1_200),
    }


def disclosure(name: str) -> Figures:
    """The figures of section 二 of the forms of 2019 and 2021, by ``row/column number``."""
    random = draw(f"disclosure {name}")
    rows = {
        "normative_documents": (0, 40),
        "administrative_license": (100, 90_000),
        "administrative_penalty": (10, 60_000),
        "administrative_coercion": (0, 900),
        "administrative_fees": (0, 40_000),
        "central_procurement": (1, 300),
        "other_external_services": (0, 4_000),
    }
    return {f"{row}/{column}": random.randint(*span) for row, span in rows.items() for column in range(3)}


def requests(name: str, rows: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """The table of section 三: for each row the six kinds of applicants and their sum.

    Every column obeys the rule printed in the form: first item + second item = third item (its total) + fourth item.
    """
    random = draw(f"requests {name}")
    table = {row: [0] * len(APPLICANTS) for row in rows}
    for column, top in enumerate((60, 9, 0, 1, 4, 0)):
        outcomes = {row: random.randint(0, top) for row in COMMON_OUTCOMES}
        for row, count in outcomes.items():
            table[row][column] = count
        total = sum(outcomes.values())
        left, carried = random.randint(0, top // 10), random.randint(0, min(total, top // 12))
        table["outcome_total"][column] = total
        table["carried_out"][column] = left
        table["carried_in"][column] = carried
        table["new_received"][column] = total + left - carried
    return {row: (*counts, sum(counts)) for row, counts in table.items()}


def reviews(name: str) -> tuple[int, ...]:
    """The fifteen cells of section 四: upheld, corrected, other, pending and their sum, for reviews and two kinds of lawsuits."""
    random = draw(f"reviews {name}")
    cells: list[int] = []
    for top in (6, 2, 3):
        four = [random.randint(0, top), random.randint(0, top // 3), random.randint(0, top // 2), random.randint(0, top // 3)]
        cells += [*four, sum(four)]
    return tuple(cells)
