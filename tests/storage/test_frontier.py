"""What is to be fetched, and what a list that no longer shows a report is worth."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from storage import queries
from storage.records import Candidate, Listing

COLUMN = "https://www.zhucheng.gov.cn/gk/"
WEEK = timedelta(days=7)


def candidate(name, listed=None):
    return Candidate(url=f"https://www.zhucheng.gov.cn/{name}.html", title=name, listed=listed)


@pytest.fixture
def column(desk, report):
    """Reads a page of the column: names of its rows in order; every row is a report, and filed by default."""

    def read(names, page=1, last=True, filed=True, new_night=True):
        desk.night += new_night
        rows = tuple(candidate(name) for name in names)
        listing = Listing(portal="zhucheng", column=COLUMN, page=page, last=last, rows=rows, read_at=desk.at)
        listed = desk.archive.list(listing, capture=desk.keep(COLUMN), run=None, reports=rows)
        for row in rows if filed else ():
            capture = desk.keep(row.url)
            desk.archive.file(replace(report, url=row.url, year=None, text=row.title * 50), captures=[capture], portal="zhucheng", at=desk.at)
        return listed

    return read


def absent(listed):
    return [url.removeprefix("https://www.zhucheng.gov.cn/").removesuffix(".html") for url in listed.absent]


def test_a_report_is_new_once_and_known_from_then_on(column):
    first, second = column(["b", "a"]), column(["c", "b", "a"])
    assert first.new == (candidate("b").url, candidate("a").url)
    assert second.new == (candidate("c").url,)
    assert second.known == (candidate("b").url, candidate("a").url)


def test_a_row_listed_twice_is_one_page_to_fetch(desk, column):
    assert len(column(["a", "a"], filed=False).new) == 1
    assert len(desk.archive.due("zhucheng", desk.at, WEEK)) == 1


def test_a_row_that_went_to_the_next_page_is_not_absent(column):
    column(["c", "b", "a"], last=False)
    assert absent(column(["d", "c", "b"], last=False)) == []


def test_a_row_removed_in_the_middle_is_absent(column):
    column(["c", "b", "a"], last=False)
    assert absent(column(["d", "c", "a"], last=False)) == ["b"]


def test_a_row_removed_at_the_end_of_the_last_page_is_absent(column):
    column(["c", "b", "a"])
    assert absent(column(["c", "b"])) == ["a"]


def test_a_row_removed_at_the_end_of_a_page_is_absent_when_one_of_the_next_page_came_up(column):
    column(["d", "c"], page=1, last=False)
    column(["b", "a"], page=2, new_night=False)
    assert absent(column(["d", "b"], page=1, last=False)) == ["c"]
    assert absent(column(["a"], page=2, new_night=False)) == []


def test_a_row_pulled_up_to_the_page_before_is_not_absent(column):
    column(["d", "c"], page=1, last=False)
    column(["b", "a"], page=2, new_night=False)
    assert absent(column(["d", "c", "b"], page=1, last=False)) == []
    assert absent(column(["a"], page=2, new_night=False)) == []


def test_a_list_without_rows_is_no_listing(desk):
    listing = Listing(portal="zhucheng", column=COLUMN, rows=(), read_at=desk.at)
    with pytest.raises(ValueError, match="without rows"):
        desk.archive.list(listing, capture=desk.keep(COLUMN), run=None, reports=())
    assert desk.rows("SELECT COUNT(*) FROM listings") == [(0,)]


def test_a_list_that_shows_every_second_row_raises_questions_and_no_change(desk, column):
    column(["f", "e", "d", "c", "b", "a"])
    assert absent(column(["f", "d", "b"])) == ["e", "c", "a"]
    assert {change["kind"] for change in queries.changes(desk.archive)} == {"new"}
    assert {found["state"] for found in queries.find(desk.archive)} == {"alive"}


def test_a_candidate_that_was_never_filed_is_not_absent(column):
    column(["b", "a"], filed=False)
    assert absent(column(["b"], filed=False)) == []


def test_a_report_known_to_be_missing_is_not_asked_about_again(desk, column):
    column(["b", "a"])
    desk.gone(candidate("a").url)
    assert absent(column(["b"])) == []


def test_what_is_absent_is_due_for_one_direct_look(desk, column, report):
    column(["b", "a"])
    column(["b"])
    assert [task.url for task in desk.archive.due("zhucheng", desk.at, WEEK)] == [candidate("a").url]
    desk.night += 1
    capture = desk.keep(candidate("a").url)
    desk.archive.unchanged(candidate("a").url, "zhucheng", capture, None, desk.at)
    assert desk.archive.due("zhucheng", desk.at, WEEK) == []


def test_a_listing_read_twice_from_one_capture_is_one_listing(desk):
    listing = Listing(portal="zhucheng", column=COLUMN, rows=(candidate("a"),), read_at=desk.at)
    capture = desk.keep(COLUMN)
    first, second = (desk.archive.list(listing, capture=capture, run=None, reports=listing.rows) for _ in range(2))
    assert (first.id, second.id) == (1, 1)
    assert desk.rows("SELECT COUNT(*) FROM listings") == [(1,)]


def test_two_columns_do_not_make_each_others_rows_absent(desk, column):
    column(["b", "a"])
    desk.night += 1
    other = Listing(portal="zhucheng", column="https://www.zhucheng.gov.cn/old/", rows=(candidate("b"),), read_at=desk.at)
    assert desk.archive.list(other, capture=desk.keep(), run=None, reports=other.rows).absent == ()


def test_the_newest_listed_come_first_and_undated_ones_last(desk):
    rows = (candidate("x"), candidate("a", date(2016, 1, 1)), candidate("b", date(2018, 1, 1)))
    desk.archive.list(Listing(portal="zhucheng", column=COLUMN, rows=rows, read_at=desk.at), capture=desk.keep(COLUMN), run=None, reports=rows)
    assert [task.title for task in desk.archive.due("zhucheng", desk.at, WEEK)] == ["b", "a", "x"]


def test_a_filed_page_is_due_again_after_the_revisit_time_or_when_everything_is_asked_for(desk, column):
    column(["a"])
    assert desk.archive.due("zhucheng", desk.at, WEEK) == []
    assert len(desk.archive.due("zhucheng", desk.at, WEEK, full=True)) == 1
    assert len(desk.archive.due("zhucheng", desk.at + WEEK, WEEK)) == 1
    assert desk.archive.due("qingdao", desk.at + WEEK, WEEK) == []


def test_validators_are_handed_out_only_for_what_was_filed(desk, column, report):
    column(["a"], filed=False)
    url = candidate("a").url
    capture = desk.keep(url, headers=(("ETag", '"5ab"'), ("last-modified", "Thu, 29 Mar 2018 08:00:00 GMT")))
    desk.archive.answered(url, "zhucheng", [capture], None, desk.at)
    desk.archive.failed(url, "zhucheng", "empty_reading", desk.at)
    (task,) = desk.archive.due("zhucheng", desk.at, WEEK)
    assert (task.etag, task.last_modified, task.capture) == (None, None, None)
    desk.archive.file(replace(report, url=url), captures=[capture], portal="zhucheng", at=desk.at)
    (task,) = desk.archive.due("zhucheng", desk.at, WEEK, full=True)
    assert (task.etag, task.last_modified, task.capture) == ('"5ab"', "Thu, 29 Mar 2018 08:00:00 GMT", capture)


def test_a_page_that_is_gone_is_asked_for_whole_when_it_is_looked_at_again(desk, column):
    column(["a"])
    desk.gone(candidate("a").url)
    (task,) = desk.archive.due("zhucheng", desk.at + WEEK, WEEK)
    assert (task.state, task.etag, task.last_modified) == ("gone", None, None)


def test_not_modified_means_seen_again(desk, column):
    column(["a"])
    desk.night += 3
    assert desk.archive.unchanged(candidate("a").url, "zhucheng", desk.keep(candidate("a").url, status=304, body=b""), None, desk.at) is None
    (found,) = queries.find(desk.archive)
    assert found["last_seen"] == desk.at.isoformat()
    assert desk.archive.due("zhucheng", desk.at + timedelta(days=6), WEEK) == []


def test_not_modified_on_a_missing_report_restores_it(desk, column):
    column(["a"])
    desk.missing(candidate("a").url)
    change = desk.archive.unchanged(candidate("a").url, "zhucheng", desk.keep(candidate("a").url, status=304, body=b""), None, desk.at)
    assert change.kind == "restored"


def test_a_failed_page_is_due_at_once_and_then_less_and_less_but_every_night(desk, column):
    column(["a"], filed=False)
    url, at = candidate("a").url, desk.at
    waits = []
    for _ in range(9):
        desk.archive.failed(url, "zhucheng", "unreachable", at)
        waits.append(next(hours for hours in range(30) if desk.archive.due("zhucheng", at + timedelta(hours=hours), WEEK)))
    assert waits == [0, 1, 2, 3, 4, 5, 6, 6, 6]


def test_a_page_of_which_more_is_told_at_the_runs_end_is_due_at_once_however_often_runs_die_before_that(desk, column):
    column(["a"], filed=False)
    for _ in range(5):
        desk.archive.failed(candidate("a").url, "zhucheng", "not_found", desk.at, waits=False)
        assert len(desk.archive.due("zhucheng", desk.at, WEEK)) == 1


def test_a_page_that_holds_no_report_is_looked_at_again_when_known_pages_are(desk, column):
    column(["a"], filed=False)
    desk.archive.failed(candidate("a").url, "zhucheng", "not_a_report", desk.at, retry=False)
    assert desk.archive.due("zhucheng", desk.at + timedelta(days=1), WEEK) == []
    assert len(desk.archive.due("zhucheng", desk.at + WEEK, WEEK)) == 1


def test_kept_pages_are_read_from_the_archive_without_a_request(desk, column, report):
    column(["a"], filed=False)
    url = candidate("a").url
    captures = [desk.keep(url), desk.keep(url + "?page=2")]
    desk.archive.answered(url, "zhucheng", captures, None, desk.at)
    assert desk.archive.due("zhucheng", desk.at, WEEK, full=True) == []
    (task,) = desk.archive.unread("zhucheng")
    assert task.captures == tuple(captures)
    desk.archive.file(replace(report, url=url), captures=task.captures, portal="zhucheng", at=desk.at)
    assert desk.archive.unread("zhucheng") == []


def test_an_older_reading_filed_late_does_not_lose_the_bytes_that_wait(desk, column, report):
    column(["a"], filed=False)
    url = candidate("a").url
    old, new = desk.keep(url), desk.keep(url)
    desk.archive.answered(url, "zhucheng", [new], None, desk.at)
    desk.archive.file(replace(report, url=url), captures=[old], portal="zhucheng", at=desk.at)
    assert [task.captures for task in desk.archive.unread("zhucheng")] == [(new,)]


def test_a_page_no_list_showed_can_be_fetched_too(desk, report):
    capture = desk.keep(report.url)
    desk.archive.answered(report.url, "zhucheng", [capture], None, desk.at)
    assert [task.url for task in desk.archive.unread("zhucheng")] == [report.url]


def test_the_only_row_of_a_last_page_that_is_no_more_is_absent(column):
    column(["c", "b"], page=1, last=False)
    column(["a"], page=2, new_night=False)
    assert absent(column(["c", "b"], page=1, last=True)) == ["a"]


@pytest.fixture
def led_elsewhere(desk, column, report):
    """The list shows a.html, which leads to a page of another address, where the report is read."""
    column(["b", "a"], filed=False)
    there = replace(report, url="https://xxgk.zhucheng.gov.cn/detail/1.html")
    desk.archive.file(there, captures=[desk.keep(candidate("a").url)], portal="zhucheng", at=desk.at)
    return candidate("a").url


def test_a_report_behind_a_redirect_is_missing_when_the_listed_address_is_gone(desk, led_elsewhere):
    change = desk.missing(led_elsewhere)
    assert (change.kind, change.report) == ("missing", 1)


def test_a_report_behind_a_redirect_is_seen_when_the_listed_address_is_unchanged(desk, led_elsewhere):
    desk.night += 1
    desk.archive.unchanged(led_elsewhere, "zhucheng", desk.keep(led_elsewhere, status=304, body=b""), None, desk.at)
    assert queries.find(desk.archive)[0]["last_seen"] == desk.at.isoformat()


def test_a_report_behind_a_redirect_can_be_absent_and_can_move(desk, column, led_elsewhere, report):
    assert absent(column(["b"], filed=False)) == ["a"]
    assert desk.file(replace(report, url="https://www.zhucheng.gov.cn/new.html")).kind == "moved"
