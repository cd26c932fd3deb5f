"""The calendar of the nights and the rotation over them: pure questions about dates and numbers."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from math import ceil

import pytest

from crawler import nights, rotation
from crawler.config import RotationSection, ScheduleSection
from storage.frontier import DONE, GONE, Task
from storage.nights import night_of

SCHEDULE = ScheduleSection()
DAY = timedelta(days=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "night"),
    [
        ("2026-01-20T17:00", date(2026, 1, 20)),  # 01:00 in Beijing
        ("2026-01-20T16:59", date(2026, 1, 19)),
        ("2026-01-21T08:00", date(2026, 1, 20)),  # 16:00
    ],
)
def test_a_moment_belongs_to_the_night_that_began_last_in_beijing(moment, night):
    assert nights.under_way(at(moment), SCHEDULE) == night


@pytest.mark.parametrize(("start", "hours"), [("22:00", 7), ("23:59", 5), ("00:00", 5), ("01:00", 4), ("04:00", 1)])
def test_a_night_bears_the_date_of_its_evening_whether_it_begins_before_or_after_midnight(start, hours):
    schedule = ScheduleSection(start=start, end="05:00")
    night = date(2026, 1, 20)
    moment = at("2026-01-20T20:00")  # 04:00 of the 21st in Beijing
    assert nights.under_way(moment, schedule) == night == night_of(moment)
    assert nights.begin(night, schedule) <= moment < nights.end(night, schedule) == at("2026-01-20T21:00")
    assert (nights.end(night, schedule) - nights.begin(night, schedule)) // timedelta(hours=1) == hours


def test_the_season_visits_every_portal_every_night_and_the_rest_of_the_year_spreads_them():
    keys = [f"portal{n}" for n in range(3000)]
    for night in (date(2026, 1, 20), date(2026, 1, 31), date(2026, 3, 20), date(2026, 4, 5)):
        assert all(nights.is_visited(key, night, SCHEDULE) for key in keys)
    summer = [date(2026, 7, 1) + n * DAY for n in range(3)]
    visited = [sum(nights.is_visited(key, night, SCHEDULE) for key in keys) for night in summer]
    assert sum(visited) == len(keys)
    assert max(visited) - min(visited) < 200


def test_a_portal_may_have_a_rhythm_and_a_season_of_its_own():
    july = [date(2026, 7, 1) + n * DAY for n in range(30)]
    assert sum(nights.is_visited("a", night, SCHEDULE, every=10) for night in july) == 3
    assert all(nights.is_visited("a", night, SCHEDULE, season=("12-20..07-31",)) for night in july)
    assert nights.step("a", nights.last_visit("a", july[20], SCHEDULE, every=10), SCHEDULE, every=10) == 10


def task(number, fetched, year=2015, state=DONE):
    return Task(
        url=f"https://a.cn/{number}", kind="report", title=f"{year}年报告", listed=None, state=state, etag=None, last_modified=None, capture=None,
        fetched_at=fetched,
    )  # fmt: skip


def lives(reports, period, length, *, step=1, missed=()):
    """Nights of a portal from the first fill on: how many reports each asks for, and the longest time one stayed unseen."""
    rotating = RotationSection(recent=period, middle=period, old=period)
    first = at("2026-05-01T18:00")
    seen = dict.fromkeys(range(reports), first)
    asked, longest = [], 0
    for n in range(step, length, step):
        if n in missed:
            continue
        moment = first + n * DAY
        tasks = [task(number, fetched) for number, fetched in seen.items()]
        share = rotation.due(tasks, nights.under_way(moment, SCHEDULE), rotating, SCHEDULE, step)["old"]
        for page in share:
            number = int(page.url.rsplit("/", 1)[1])
            longest = max(longest, (moment - seen[number]).days)
            seen[number] = moment
        asked.append(len(share))
    return asked, longest


@pytest.mark.parametrize(("reports", "period"), [(300, 30), (300, 7), (7, 30), (31, 30), (1, 1), (29, 10), (100, 99)])
def test_every_report_is_seen_within_t_nights_and_no_night_asks_for_more_than_its_share(reports, period):
    asked, longest = lives(reports, period, 4 * period + 2)
    assert longest <= period
    assert max(asked) == ceil(reports / period)


def test_after_nights_that_went_by_just_so_many_more_are_asked_for_that_the_period_holds_again():
    asked, longest = lives(300, 30, 100, missed=range(40, 45))
    assert longest == 35  # what was due in the first of five nights that nobody was there
    assert sorted(set(asked)) == [10, 60]


@pytest.mark.parametrize(("period", "step", "bound"), [(30, 3, 30), (7, 3, 7), (2, 3, 3)])
def test_a_portal_visited_every_third_night_keeps_the_period_or_its_own_rhythm(period, step, bound):
    _, longest = lives(60, period, 120, step=step)
    assert longest <= bound


def test_a_second_crawl_in_one_night_asks_for_no_second_share():
    moment = at("2026-05-02T18:00")
    tasks = [task(n, moment) for n in range(10)] + [task(n, moment - 29 * DAY) for n in range(10, 300)]
    chosen = rotation.due(tasks, nights.under_way(moment, SCHEDULE), RotationSection(old=30), SCHEDULE)["old"]
    assert 0 < len(chosen) <= 290
    again = [task(int(page.url.rsplit("/", 1)[1]), moment) for page in chosen]
    rest = [page for page in tasks if page.url not in {page.url for page in chosen}]
    assert rotation.due([*again, *rest], nights.under_way(moment, SCHEDULE), RotationSection(old=30), SCHEDULE)["old"] == []


def test_recent_years_come_round_sooner_than_old_ones_and_gone_pages_soonest():
    night = date(2026, 5, 1)
    made = [task(1, None, 2025), task(2, None, 2024), task(3, None, 2021), task(4, None, 2010), task(5, None, 2025, GONE)]
    assert Counter(rotation.class_of(page, night) for page in made) == {"recent": 2, "middle": 1, "old": 1, "gone": 1}
    assert rotation.report_year("关于2023年工作的报告（2022年度）", date(2020, 1, 1)) == 2023
    assert rotation.report_year("政府信息公开年报", date(2020, 3, 1)) == 2019
    assert rotation.report_year("政府信息公开年报", None) is None
