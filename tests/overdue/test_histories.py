"""Nights around both deadlines, made by chance: published, blocked, left early. What the board may say follows from what we could see."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from scheduler import overdue
from tests.overdue.conftest import EARLIER, FINANCE, GOVERNMENT, LAW, World, at, row

DEADLINES = {FINANCE: date(2025, 1, 31), GOVERNMENT: date(2025, 3, 31)}
NIGHTS = [start + timedelta(days=number) for start in (date(2025, 1, 28), date(2025, 3, 27)) for number in range(13)]
SEES = {"good": 6, "early": 2, "blocked": 3, "partial": 1, "off": 2}  # early: page 1 alone, without dates: it proves nothing


@pytest.mark.parametrize("seed", range(3))
def test_no_night_says_more_than_was_seen_and_none_less(archive, report, seed):
    chance = random.Random(seed)
    world = World(archive, report).filled()
    appears = {issuer: chance.choice([None, *NIGHTS]) for issuer in DEADLINES}
    filed: dict[str, date] = {}
    lacked: dict[str, date] = {}
    trouble = False
    told = dict.fromkeys(DEADLINES, 0)
    for night in NIGHTS:
        sees = chance.choices(list(SEES), list(SEES.values()))[0]
        there = [issuer for issuer, day in appears.items() if day is not None and day <= night]
        rows = [row(issuer, 2024, appears[issuer]) for issuer in sorted(there, key=lambda one: appears[one], reverse=True)] + EARLIER
        pages = [world.page(issuer, 2024, claimed=appears[issuer]) for issuer in there if issuer not in filed]
        if sees == "good":
            world.night(night, rows, *pages)
        elif sees == "early":
            world.night(night, [(url, title, None) for url, title, _ in rows], *pages, last=False)
        elif sees == "partial":
            world.night(night, rows, *pages, unread=1)
        elif sees == "blocked":
            world.night(night, None)
        if sees in {"good", "early", "partial"}:
            filed |= dict.fromkeys((issuer for issuer in there if issuer not in filed), night)
        trouble = sees in {"blocked", "partial"} if sees != "off" else trouble
        if sees == "good":
            lacked |= {issuer: night for issuer in DEADLINES if issuer not in filed}
        cases = world.cases(night)
        for issuer, deadline in DEADLINES.items():
            case = cases[issuer]
            proven = issuer in lacked and lacked[issuer] > deadline
            if issuer in filed:
                assert case.state is overdue.Standing.PUBLISHED
                if filed[issuer] <= deadline:
                    assert (case.timely, case.timely_by) == ("on_time", "seen")
                elif proven:
                    assert (case.timely, case.timely_by) == ("late", "seen")
                else:
                    assert (case.timely, case.timely_by) == ("on_time" if appears[issuer] <= deadline else "late", "claimed")
            elif proven and not trouble:
                assert (case.state, case.days) == (overdue.Standing.OVERDUE, (lacked[issuer] - deadline).days)
                assert night > deadline
                assert appears[issuer] is None or appears[issuer] > lacked[issuer]
                told[issuer] = 1
            else:
                assert (case.state, case.days) == (overdue.Standing.UNKNOWN, None)
        overdue.tell(archive, LAW, world.portals, at(night, 8))
    with archive.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM events WHERE kind = 'overdue'").scalar_one() == sum(told.values())
