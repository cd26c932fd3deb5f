"""A better reader corrects what the archive says of old captures; the portals did nothing, so nothing is news."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage import queries, rereads
from storage.records import DocumentType
from tests.storage.conftest import URL
from tests.storage.nightly import FIRST, HOST, Nights


@pytest.fixture
def again(desk):
    """Files a reading of captures that were filed before."""

    def file(reading, *captures):
        return desk.archive.file(reading, captures=captures, portal="zhucheng", at=desk.at)

    return file


def better(report, **facts):
    return replace(report, reader="2", **facts)


def seen(report):
    """What a better reader sees besides: a telephone number that the first overlooked."""
    return better(report, text=report.text + "\n联系电话：0536-6062345")


def test_a_better_reader_raises_no_change(desk, report, again):
    desk.file(report)
    assert again(seen(report), 1) is None
    shown = queries.show(desk.archive, 1)
    assert (shown["reader"], shown["text"], shown["versions"]) == ("2", seen(report).text, 1)
    assert shown["hashes"]["content_sha256"] == seen(report).content_sha256
    assert len(queries.changes(desk.archive)) == 1


def test_what_the_better_reader_sees_tomorrow_is_no_news_either(desk, report, again):
    desk.file(report)
    desk.file(report)
    for captures in desk.archive.outdated("2"):
        assert again(seen(report), *captures) is None
    assert desk.file(seen(report)) is None
    assert queries.find(desk.archive)[0]["versions"] == 1


def test_a_true_edit_after_a_better_reader_is_news(desk, report, again):
    desk.file(report)
    again(seen(report), 1)
    change = desk.file(replace(seen(report), text=seen(report).text.replace("10.9", "10.8")))
    assert (change.kind, change.before, change.after) == ("figures_changed", 1, 2)


def test_only_readings_that_something_rests_on_are_read_again(desk, report, again):
    for _ in range(4):
        desk.file(report)
    assert desk.archive.outdated("2") == [(1,), (4,)]
    assert desk.archive.outdated("2", "qingdao") == []
    assert desk.archive.outdated("1") == []
    for captures in desk.archive.outdated("2", "zhucheng"):
        again(seen(report), *captures)
    assert desk.archive.outdated("2") == []


def test_two_versions_in_which_the_better_reader_sees_no_difference_stay_two_and_silent(desk, report, again):
    with_counter = replace(report, text=report.text + "\n点击数：17")
    desk.file(with_counter)
    desk.file(report)
    again(better(report), 1)
    again(better(report), 2)
    assert desk.archive.outdated("2") == []
    assert desk.file(better(report)) is None
    assert len(queries.changes(desk.archive)) == 2
    assert len(queries.history(desk.archive, 1)) == 2


def test_a_difference_the_first_reader_was_blind_to_becomes_a_version_in_silence(desk, report, again):
    desk.file(report)
    desk.file(report)
    again(better(report, text=report.text + "\n附件一"), 1)
    again(better(report, text=report.text + "\n附件二"), 2)
    assert desk.file(better(report, text=report.text + "\n附件二")) is None
    assert len(queries.history(desk.archive, 1)) == 2
    assert len(queries.changes(desk.archive)) == 1


def test_a_title_that_was_none_is_taken_back(desk, report, again):
    desk.file(report)
    again(better(report, title=None), 1)
    assert queries.find(desk.archive)[0]["title"] is None
    assert desk.file(better(report, title=None)) is None


def test_a_year_the_first_reader_got_wrong_is_corrected_in_place(desk, report, again):
    desk.file(replace(report, year=2018))
    assert again(better(report), 1) is None
    (found,) = queries.find(desk.archive)
    assert (found["report"], found["year"]) == (1, 2017)
    assert desk.file(better(report)) is None


def test_a_page_the_better_reader_recognises_joins_its_report(desk, report, again):
    desk.file(report)
    second = replace(report, url="https://www.zhucheng.gov.cn/copy.html", year=None)
    desk.file(second)
    assert len(queries.find(desk.archive)) == 2
    assert again(better(second, year=2017), 2) is None
    assert again(better(report), 1) is None
    assert desk.file(better(second, year=2017)) is None
    assert desk.file(better(report)) is None
    assert len(queries.changes(desk.archive)) == 2
    assert desk.rows("SELECT COUNT(*) FROM locations WHERE report = 1 AND ended_at IS NULL") == [(2,)]
    assert [found["report"] for found in queries.find(desk.archive)] == [1]


def test_a_page_that_is_filed_to_another_report_was_its_since_it_shows_this(desk, report, again):
    page = replace(report, url="https://www.zhucheng.gov.cn/2016.html")
    desk.file(report)
    desk.file(replace(page, text="正在整理。"))
    seen = []
    for _ in range(4):
        desk.file(page)
        seen.append(desk.at)
    for captures in desk.archive.outdated("2"):
        read = desk.archive.capture(captures[0]).url == page.url and captures != (2,)
        again(better(page, year=2016) if read else better(report), *captures)
    found = {row["year"]: row for row in queries.find(desk.archive)}
    assert (found[2016]["first_seen"], found[2016]["last_seen"]) == (seen[0].isoformat(), seen[-1].isoformat())
    assert queries.history(desk.archive, found[2016]["report"])[0]["first_seen"] == seen[0].isoformat()
    assert len(queries.changes(desk.archive)) == 3
    assert desk.archive.outdated("2") == []
    assert rereads.count(desk.archive, "2") == 0


def test_a_page_that_another_address_leads_to_is_still_asked_for_when_it_joins_a_report(archive, report):
    nights, own, asked, led = Nights(archive, report), f"{HOST}/own.html", f"{HOST}/asked.html", f"{HOST}/led.html"
    rest = [f"{HOST}/{number}.html" for number in range(3)]
    nights(0, [own, *rest], {own: nights.page(own)})
    nights(1, [own, asked, *rest], {asked: nights.page(led, year=2016)})
    for captures in archive.outdated("2"):
        url = archive.capture(captures[0]).url
        assert archive.file(nights.page(led if url == asked else own, reader="2"), captures=captures, portal="zhucheng", at=FIRST) is None
    assert nights(2, [own, asked, *rest], {asked: 304}) == []
    assert queries.find(archive)[0]["last_seen"] == (FIRST + timedelta(days=2)).isoformat()
    assert [kind for day in (3, 10, 17, 24) for kind in nights(day, rest, {own: 404, asked: 404})] == ["missing", "withdrawn"]


@pytest.mark.parametrize("by", ["a reread", "the next night"])
def test_a_report_taken_for_another_one_is_itself_again_when_a_better_reader_sees_that(desk, report, again, by):
    last_year = replace(report, url="https://www.zhucheng.gov.cn/2016.html", year=2016)
    desk.file(last_year)
    desk.file(report)
    again(better(report, year=2016), 2)
    assert [found["year"] for found in queries.find(desk.archive)] == [2016]
    third = replace(report, reader="3")
    if by == "a reread":
        assert again(third, 2) is None
    assert desk.file(third) is None
    assert [(found["report"], found["year"], found["url"]) for found in queries.find(desk.archive)] == [(2, 2017, URL), (1, 2016, last_year.url)]
    assert desk.missing().report == 2


def test_a_better_reader_that_takes_a_page_for_another_document_files_it_there(desk, report, again):
    desk.file(report)
    again(better(report, type=DocumentType.WORK_SUMMARY), 1)
    (found,) = queries.find(desk.archive)
    assert found["type"] == "work_summary"


def test_the_first_readers_words_are_not_lost(desk, report, again):
    desk.file(report)
    again(seen(report), 1)
    assert desk.rows("SELECT reader FROM readings ORDER BY id") == [("1",), ("2",)]
    assert desk.rows("SELECT COUNT(*) FROM contents") == [(2,)]
