"""The board on every night: what it must say was written down by hand, from what the portal did and what we could see of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler import overdue
from storage.records import Origin, Outcome
from tests.overdue.conftest import (
    COLUMN,
    EARLIER,
    FINANCE,
    GOVERNMENT,
    HOST,
    LAW,
    ZHUCHENG,
    address,
    at,
    collection,
    day,
    mirrored,
    row,
)  # fmt: skip

NEW = row(FINANCE, 2024, "02-05")


def test_an_organ_that_publishes_in_time_is_never_overdue(world):
    world.night("01-25", EARLIER)
    world.night("01-28", [row(FINANCE, 2024, "01-27"), *EARLIER], world.page(FINANCE, 2024, claimed="01-27"))
    world.night("02-02", [row(FINANCE, 2024, "01-27"), *EARLIER])
    assert [world.says(night) for night in ("01-25", "01-27", "01-28", "02-02")] == [
        "unknown not_due_yet", "unknown not_due_yet", "published on_time seen", "published on_time seen",
    ]  # fmt: skip
    case = world.cases("02-02")[FINANCE]
    assert (case.appeared.not_before, case.appeared.not_after) == (at("01-25"), at("01-28"))


def test_an_organ_that_publishes_late_is_overdue_night_by_night_and_then_late(world):
    for night in ("01-25", "01-31", "02-01", "02-02", "02-05"):
        world.night(night, EARLIER)
    world.night("02-06", [NEW, *EARLIER], world.page(FINANCE, 2024, claimed="02-05"))
    nights = ["01-31", "02-01", "02-02", "02-03", "02-05", "02-06", "03-01"]
    found = [world.cases(night)[FINANCE] for night in nights]
    assert [(str(case.state), case.days) for case in found] == [
        ("unknown", None), ("overdue", 1), ("overdue", 2), ("overdue", 2), ("overdue", 5), ("published", 5), ("published", 5),
    ]  # fmt: skip
    assert found[-1].timely is overdue.Timely.LATE
    assert found[-1].appeared.not_before == at("02-05")


def test_the_evidence_is_the_list_that_lacks_it_and_its_bytes(world):
    world.night("02-03", EARLIER)
    case = world.cases("02-04")[FINANCE]
    with world.archive.engine.connect() as connection:
        told = connection.exec_driver_sql(
            "SELECT l.id, c.sha256, l.read_at FROM listings l JOIN captures c ON c.id = l.capture ORDER BY l.id DESC LIMIT 1"
        ).one()
    assert (case.listing, case.capture) == (told[0], told[1])
    assert case.read_at == at("02-03")
    assert case.deadline.day == date(2025, 1, 31)
    assert "第四十九条" in case.deadline.basis


def test_a_government_has_until_the_end_of_march(world):
    for night in ("02-05", "03-31", "04-01"):
        world.night(night, EARLIER)
    assert [world.says(night, GOVERNMENT) for night in ("02-05", "03-31", "04-01")] == ["unknown not_due_yet", "unknown not_due_yet", "overdue"]


def test_the_last_day_is_on_time_through_its_end_in_china(world):
    world.night("01-31", EARLIER)
    world.file(world.page(FINANCE, 2024, claimed="01-31"), at("01-31", 23) + timedelta(minutes=59))
    assert world.says("02-01") == "published on_time seen"


def test_before_the_day_ends_in_china_nobody_is_overdue_and_a_list_of_that_day_proves_nothing_afterwards(world):
    world.night("01-31", EARLIER)
    assert world.says(at("01-31", 23)) == "unknown not_due_yet"
    assert world.says("02-01") == "unknown not_read_since"


@pytest.mark.parametrize(
    ("claimed", "said"),
    [
        ("01-30", "published on_time claimed"),
        ("02-03", "published late claimed"),
        ("02-20", "published untellable"),
        ("01-10", "published untellable"),
    ],
    ids=["between the two sights, in time", "between them, late", "after we saw it", "before the list that lacked it"],
)
def test_seen_on_neither_side_of_the_deadline_the_organs_own_date_counts_where_nothing_speaks_against_it(world, claimed, said):
    world.night("01-25", EARLIER)
    listed = row(FINANCE, 2024, claimed)
    world.night("02-10", [listed, *EARLIER], world.page(FINANCE, 2024, claimed=claimed))
    assert world.says("02-10") == said


def test_without_a_date_nobody_can_tell(world):
    world.night("02-10", [NEW, *EARLIER], replace(world.page(FINANCE, 2024), published=None))
    assert world.says("02-10") == "published untellable"


def test_a_claimed_date_in_time_that_a_list_contradicts_is_late(world):
    world.night("02-03", EARLIER)
    world.night("02-10", [row(FINANCE, 2024, "01-20"), *EARLIER], world.page(FINANCE, 2024, claimed="01-20"))
    assert world.says("02-05") == "overdue"
    assert world.says("02-10") == "published late seen"
    assert "claims 2025-01-20" in world.cases("02-10")[FINANCE].detail


def test_a_report_that_turns_up_in_another_column_was_not_in_any_before(world):
    world.night("02-03", EARLIER)
    world.night("02-10", {COLUMN: [(EARLIER, True)], f"{HOST}/2024/": [([NEW], True)]}, world.page(FINANCE, 2024, claimed="01-20"))
    assert world.says("02-05") == "overdue"
    assert world.says("02-10") == "published late seen"


# ---- our own failure is never the organ's


@pytest.mark.parametrize(
    ("night", "reason"),
    [
        ({"rows": None}, "in_trouble"),
        ({"rows": EARLIER, "unread": 1}, "in_trouble"),
        ({"rows": EARLIER, "outcome": Outcome.FAILED}, "in_trouble"),
        ({"rows": [(url, title, None) for url, title, _ in EARLIER], "last": False}, "left_early"),
        ({"rows": [row(GOVERNMENT, 2023, "02-01"), row(FINANCE, 2023, "01-25")], "last": False}, "left_early"),
        ({"rows": [(f"{HOST}/other.html", "关于春节放假的通知", date(2024, 1, 1))]}, "never_listed"),
        ({"rows": [row(GOVERNMENT, 2023), row(GOVERNMENT, 2022)]}, "never_listed"),
        ({"rows": [NEW, *EARLIER]}, "listed_unread"),
        ({"rows": [(f"{HOST}/x.html", "2024年政府信息公开工作年度报告", None), *EARLIER]}, "listed_unread"),
        ({"rows": [(f"{HOST}/x.html", "政府信息公开年度报告", None), *EARLIER]}, "listed_unread"),
    ],
    ids=[
        "nothing answered", "a column unread", "the run broke", "left early, without dates", "left early, not far enough back",
        "another list in its place", "a list that shows nothing of it", "listed and not read", "listed without a name", "without name and year",
    ],
)  # fmt: skip
def test_what_we_could_not_see_is_unknown(world, night, reason):
    world.night("02-05", **night)
    assert world.says("02-05") == f"unknown {reason}"


def test_a_page_left_early_proves_absence_when_its_dates_reach_back_before_the_year_of_publication(world):
    world.night("02-05", EARLIER, last=False)
    assert world.says("02-05") == "overdue"


def test_pages_left_early_prove_it_together(world):
    gov = row(GOVERNMENT, 2024, "02-04")
    pages = [([gov, (f"{HOST}/a.html", "通知", day("01-15"))], False), (EARLIER, False)]
    world.night("02-05", {COLUMN: pages}, world.page(GOVERNMENT, 2024, claimed="02-04"))
    assert world.says("02-05") == "overdue"
    world.night("02-06", {COLUMN: pages[:1]})
    assert world.says("02-06") == "overdue", "what was proven the night before stays proven while the portal answers"


def test_where_its_last_report_is_not_on_the_pages_read_its_column_counts_by_its_other_reports(world):
    world.night("02-05", [row(GOVERNMENT, 2023), row(GOVERNMENT, 2022)], last=False)
    assert world.says("02-05") == "overdue"
    world.night("02-06", {f"{HOST}/other/": [([row(GOVERNMENT, 2023), row(GOVERNMENT, 2022)], False)]})
    assert world.cases("02-06")[FINANCE].read_at == at("02-05"), "another column is not where it would stand"


def test_while_the_portal_is_in_trouble_nobody_is_overdue_and_afterwards_again(world):
    world.night("02-02", EARLIER)
    world.night("02-03", None)
    world.night("02-04", EARLIER)
    assert [world.says(night) for night in ("02-02", "02-03", "02-04")] == ["overdue", "unknown in_trouble", "overdue"]


def test_the_newest_year_missing_from_a_list_is_what_overdue_looks_like(world):
    world.night("02-05", EARLIER, outcome=Outcome.DEGRADED, year_missing=True)
    assert world.says("02-05") == "overdue"


def test_a_portal_nobody_crawled_says_nothing(world):
    weifang = Origin(key="weifang", name="潍坊市人民政府", adcode="370700", hosts=("www.weifang.gov.cn",), family="static")
    world.portals["weifang"] = weifang
    assert world.says("04-05", "潍坊市人民政府") == "unknown never_crawled"
    world.portal = weifang
    world.night("04-04", [row(GOVERNMENT, 2023)])
    assert world.says("04-05", "潍坊市人民政府") == "unknown never_listed"


def test_a_collection_may_hold_it(world):
    world.night("02-05", EARLIER, collection(world, 2024))
    assert world.says("02-05") == "unknown unclear"
    assert world.says("02-05", year=2023).startswith("published")


def test_a_collection_of_another_year_does_not(world):
    world.night("02-05", EARLIER, collection(world, 2022), collection(world, None, url=f"{HOST}/alt.html", published=date(2021, 3, 1)))
    assert world.says("02-05") == "overdue"


def test_a_report_nobody_could_read_the_name_of_may_be_it(world):
    world.night("02-05", EARLIER, world.page(FINANCE, 2024, issuer=None, level=None, url=f"{HOST}/anon.html"))
    assert world.says("02-05") == "unknown unclear"


def test_a_mirrors_copy_is_neither_published_nor_overdue(world):
    world.night("02-05", EARLIER)
    world.file(mirrored(world, FINANCE, 2024), at("02-06"), portal=None)
    assert world.says("02-05") == "overdue"
    assert world.says("02-06") == "unknown mirror_only"
    assert world.cases("02-06")[FINANCE].report is not None


def test_a_report_that_stands_on_another_portal_is_published(world):
    world.night("02-05", EARLIER)
    other = Origin(key="weifang", name="潍坊市人民政府", adcode="370700", hosts=("www.weifang.gov.cn",), family="static")
    world.portals["weifang"] = world.portal = other
    page = world.page(FINANCE, 2024, claimed="01-20", url="https://www.weifang.gov.cn/czj.html")
    world.night("02-06", [("https://www.weifang.gov.cn/czj.html", page.title, day("01-20"))], page)
    assert world.says("02-06") == "published on_time claimed"


def test_a_report_that_was_published_and_withdrawn_is_published(world):
    world.night("01-25", [row(FINANCE, 2024, "01-20"), *EARLIER], world.page(FINANCE, 2024))
    for night in ("02-10", "02-17", "02-24", "03-03"):
        world.archive.gone(address(FINANCE, 2024), "zhucheng", world._keep(address(FINANCE, 2024), at(night), None), None, None, at(night))
    found = [world.cases(night)[FINANCE] for night in ("02-10", "02-24", "03-03")]
    assert [(case.state, case.report.state) for case in found] == [("published", "alive"), ("published", "missing"), ("published", "withdrawn")]


# ---- who must report


def test_a_department_not_seen_for_years_may_be_no_more(world):
    world.night("02-05", EARLIER)
    assert world.says("02-05", year=2024) == "overdue"
    assert world.says(date(2027, 2, 5), year=2026) == "unknown not_seen_since"


def test_a_department_known_to_have_ended_owes_nothing(world):
    world.night("02-05", EARLIER)
    ended = replace(LAW, ended=[overdue_ended()])
    found = overdue.board(world.archive, ended, world.portals, [2023, 2024], at("02-06"))
    assert [(case.organ.issuer, case.year) for case in found] == [(GOVERNMENT, 2023), (GOVERNMENT, 2024), (FINANCE, 2023)]


def overdue_ended():
    from scheduler.deadlines import Ended

    return Ended(issuer=FINANCE, adcode="370782", last=2023)


def test_a_township_owes_none_since_2019_and_one_that_published_is_told(world):
    town = {"level": "township", "url": f"{HOST}/town.html"}
    world.night("02-05", EARLIER, world.page("诸城市龙都街道办事处", 2023, **town))
    assert world.says("02-05", "诸城市龙都街道办事处", 2024) == "-"
    assert world.says("02-05", "诸城市龙都街道办事处", 2023) == "published"


def test_a_list_that_begins_later_lacks_older_years_by_its_age(world):
    world.night("02-05", EARLIER)
    assert world.says("02-05", GOVERNMENT, 2021) == "unknown never_listed"


def test_a_year_that_a_list_skips_is_overdue_however_long_ago(world):
    world.night("02-05", [row(GOVERNMENT, 2020), *EARLIER], world.page(GOVERNMENT, 2020))
    assert world.says("02-05", GOVERNMENT, 2021) == "overdue"


def test_a_former_name_is_the_same_government(world):
    world.night("02-05", EARLIER, world.page(GOVERNMENT, 2024, issuer="诸城县人民政府"))
    assert [name for name, case in world.cases("04-02").items() if case.organ.who == "government"] == ["诸城县人民政府"]


def test_the_board_of_a_past_night_is_what_it_was_then(world):
    told = {}
    for number, night in enumerate(("02-01", "02-02", "02-03", "02-04")):
        world.night(night, None if number == 1 else EARLIER)
        told[night] = world.says(night)
    world.night("02-05", [NEW, *EARLIER], world.page(FINANCE, 2024, claimed="02-05"))
    assert {night: world.says(night) for night in told} == told


def test_the_plain_case_has_every_key_and_says_none_for_what_is_not_known(world):
    world.night("02-05", EARLIER)
    case = world.cases("02-05")[FINANCE].plain()
    assert case["id"] == f"370782 2024 {FINANCE}"
    assert (case["state"], case["days"], case["deadline"], case["report"], case["claimed"]) == ("overdue", 5, "2025-01-31", None, None)
    assert case.keys() == world.cases("02-05", 2023)[GOVERNMENT].plain().keys()


def test_portals_without_files_that_were_crawled_count_as_well(world):
    world.portals.clear()
    world.night("02-05", EARLIER)
    assert world.says("02-05") == "overdue"
    assert ZHUCHENG.key in {case.portal for case in world.cases("02-05").values()}
