"""When a report appeared: between the last list without it and the first sight of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage import appearing, queries
from storage.records import Candidate, Listing
from tests.storage.nightly import COLUMN, FIRST, HOST, PORTAL, Nights

A, B, C, D = (f"{HOST}/{name}.html" for name in "abcd")
OTHERS = [B, C, D]


@pytest.fixture
def nights(archive, report):
    return Nights(archive, report)


def appeared(nights):
    return queries.show(nights.archive, 1)["appeared"]


def at(day):
    return (FIRST + timedelta(days=day)).isoformat(timespec="seconds")


def test_a_report_appeared_between_the_last_list_without_it_and_the_first_with_it(nights):
    for day in (0, 1, 2):
        nights(day, OTHERS)
    nights(3, [A, *OTHERS])
    nights(5, [A, *OTHERS], {A: nights.page(A)})
    assert appeared(nights) == {
        "not_before": at(2), "not_before_listing": 3, "not_after": at(3), "not_after_listing": 4, "not_after_capture": None,
    }  # fmt: skip


def test_a_list_and_a_capture_of_one_moment_are_both_named(nights):
    nights(0, OTHERS)
    nights(1, [A, *OTHERS], {A: nights.page(A)})
    told = appeared(nights)
    assert (told["not_before"], told["not_after"], told["not_after_listing"]) == (at(0), at(1), 2)
    assert nights.archive.capture(told["not_after_capture"]).url == A


def test_of_a_report_that_stood_there_at_the_first_crawl_nobody_knows_how_long(nights):
    nights(0, [A, *OTHERS], {A: nights.page(A)})
    assert (appeared(nights)["not_before"], appeared(nights)["not_before_listing"], appeared(nights)["not_after"]) == (None, None, at(0))


def test_a_report_no_list_shows_is_known_from_its_capture(nights):
    nights(0, OTHERS)
    nights(1, OTHERS, {A: nights.page(A)})
    told = appeared(nights)
    assert (told["not_before"], told["not_after"], told["not_after_listing"]) == (None, at(1), None)


@pytest.mark.parametrize(
    ("rows", "options"),
    [
        ([f"{HOST}/x.html", f"{HOST}/y.html"], {}),
        (OTHERS, {"last": False}),
        (OTHERS, {"column": f"{HOST}/other/"}),
        ([("https://old.zhucheng.gov.cn/1.html", "诸城市2017年政府信息公开工作年度报告"), *OTHERS], {}),
    ],
    ids=["another list in its place", "a part of the list", "another column", "listed under another address"],
)  # fmt: skip
def test_a_list_that_proves_nothing_is_no_bound(nights, rows, options):
    nights(1, rows, **options)
    nights(2, [A, *OTHERS], {A: nights.page(A)})
    assert appeared(nights)["not_before"] is None


def test_before_a_list_that_proves_nothing_an_earlier_one_still_does(nights):
    nights(0, OTHERS)
    nights(1, [f"{HOST}/x.html"])
    nights(2, [A, *OTHERS], {A: nights.page(A)})
    assert (appeared(nights)["not_before"], appeared(nights)["not_before_listing"]) == (at(0), 1)


def test_a_column_that_lists_it_later_says_nothing_of_when_it_appeared(nights):
    nights(0, OTHERS, column=f"{HOST}/all/")
    nights(1, [A, B], {A: nights.page(A)})
    nights(2, OTHERS, column=f"{HOST}/all/")
    nights(3, [A, *OTHERS], column=f"{HOST}/all/")
    assert (appeared(nights)["not_before"], appeared(nights)["not_after"]) == (None, at(1))


def test_a_first_page_in_order_of_dates_bounds_what_would_stand_on_it(nights):
    def page(day, *rows):
        moment = FIRST + timedelta(days=day)
        run = nights.archive.start_run(PORTAL, moment)
        shown = tuple(Candidate(url=url, title=url, listed=listed) for url, listed in rows)
        listing = Listing(portal="zhucheng", column=COLUMN, last=False, rows=shown, read_at=moment)
        nights.archive.list(listing, capture=nights._keep(COLUMN, moment, run), run=run, reports=shown)

    page(0, (B, date(2018, 3, 1)), (C, date(2018, 1, 1)))
    page(1, (A, date(2018, 2, 1)), (B, date(2018, 3, 1)))
    nights(2, None, {A: nights.page(A)})
    assert appeared(nights)["not_before"] == at(0)
    nights.report = replace(nights.report, year=2011, title="another")
    page(3, (D, date(2017, 12, 1)), (B, date(2018, 3, 1)))
    nights(4, None, {D: nights.page(D)})
    assert queries.show(nights.archive, 2)["appeared"]["not_before"] is None  # it would have stood behind the page; the later one is in no order


def test_a_row_under_the_short_title_its_list_gives_it_is_the_report_whose_address_changed(nights):
    nights(0, OTHERS)
    nights(1, [(f"{HOST}/draft.html", "2017年报"), *OTHERS])
    nights(2, [(A, "2017年报"), *OTHERS], {A: nights.page(A)})
    assert appeared(nights)["not_before"] is None


def test_an_old_page_that_comes_in_late_moves_the_first_sight_and_takes_back_the_bound(desk, nights):
    nights(0, OTHERS)
    nights(1, [A, *OTHERS], {A: nights.page(A)})
    assert appeared(nights)["not_before"] == at(0)
    early = FIRST - timedelta(days=9)
    capture = nights._keep(A, early, None)
    desk.archive.file(nights.page(A), captures=[capture], portal="zhucheng", at=FIRST + timedelta(days=2))
    assert appeared(nights) == {
        "not_before": None, "not_before_listing": None, "not_after": at(-9), "not_after_listing": None, "not_after_capture": capture,
    }  # fmt: skip


def test_many_reports_are_asked_for_at_once(nights):
    nights(0, OTHERS)
    pages = [f"{HOST}/{year}.html" for year in range(2000, 2012)]
    looks = {}
    for year, url in enumerate(pages, 2000):
        nights.report = replace(nights.report, year=year, title=str(year))
        looks[url] = nights.page(url)
    nights(1, [*pages, *OTHERS], looks)
    found = appearing.appeared(nights.archive, "zhucheng")
    assert len(found) == 12
    assert {one.not_before for one in found.values()} == {FIRST}
    assert list(appearing.appeared(nights.archive, "zhucheng", [3])) == [3]
    assert appearing.appeared(nights.archive, "qingdao") == {}


def test_a_report_imported_without_a_portal_is_known_from_its_capture(desk, report):
    desk.portal = None
    desk.file(report)
    told = queries.show(desk.archive, 1)["appeared"]
    assert (told["not_before"], told["not_after"], told["not_after_capture"]) == (None, desk.at.isoformat(timespec="seconds"), 1)
