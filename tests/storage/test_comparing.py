"""What a comparison between reports asks of the archive, and what it leaves there."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from storage import comparing, queries
from storage.comparing import Fingerprint
from storage.records import Blame, Candidate, Figure, FigureKind, Finding, FindingLevel, Listing, Trust
from storage.standing import standing

ROWS = (Candidate(url="https://www.zhucheng.gov.cn/1.html", title="年度报告", listed=date(2026, 1, 2)), Candidate(url="https://a.cn/", title="概况"))


def finding(detail="12与11不等", **facts):
    said = {"rule": "XY-1", "level": FindingLevel.ERROR, "blame": Blame.SOURCE, "text": "应相等", "detail": detail, "table": "t3_requests"}
    return Finding(**{**said, "quotes": ("12", "11"), "places": ("there", "here"), "left": Decimal("12.50"), "right": Decimal(11), **facts})


@pytest.fixture
def filed(desk, report):
    desk.file(report)
    desk.file(replace(report, url="https://www.zhucheng.gov.cn/2018.html", year=2018))
    desk.file(replace(report, url="http://mirror.example.com/1.html", trust=Trust.MIRROR))
    return desk


def reports(archive):
    return {one.report: one for one in standing(archive)}


def test_every_official_report_is_due_until_it_was_compared(filed):
    archive = filed.archive
    assert comparing.unchecked(archive, "1") == [1, 2]
    assert comparing.unchecked(archive, "1", "weifang") == []
    archive.compared(reports(archive)[1], [], "1", filed.at)
    assert comparing.unchecked(archive, "1", "zhucheng") == [2]
    assert comparing.unchecked(archive, "2") == [1, 2]


def test_a_report_is_due_again_when_it_says_something_else(filed, report):
    archive = filed.archive
    for one in reports(archive).values():
        archive.compared(one, [], "1", filed.at)
    filed.file(report)
    assert comparing.unchecked(archive, "1") == []
    filed.file(replace(report, published=date(2018, 3, 30)))
    assert comparing.unchecked(archive, "1") == [1]
    archive.compared(reports(archive)[1], [], "1", filed.at)
    counted = replace(report, published=date(2018, 3, 30), reader="2", figures=(Figure(format="f", label="一", raw="1", kind=FigureKind.NUMBER),))
    archive.file(counted, captures=[5], portal="zhucheng", at=filed.at)
    assert comparing.unchecked(archive, "1") == [1]


def test_a_fingerprint_alone_does_not_make_a_report_compared(filed):
    archive = filed.archive
    archive.fingerprinted(1, Fingerprint(content_sha256="a" * 64, bits="1:ff", length=400))
    assert comparing.unchecked(archive, "1") == [1, 2]
    archive.compared(reports(archive)[1], [], "1", filed.at)
    archive.fingerprinted(1, Fingerprint(content_sha256="b" * 64, bits="1:fe", length=401))
    assert comparing.unchecked(archive, "1") == [2]
    assert comparing.fingerprints(archive, [1, 2]) == {1: Fingerprint(content_sha256="b" * 64, bits="1:fe", length=401)}


def test_what_is_found_again_keeps_its_number_and_its_time(filed):
    archive = filed.archive
    one = reports(archive)[2]
    assert archive.compared(one, [finding(), finding("13与11不等")], "1", filed.at) == (2, 0)
    first = queries.findings(archive)
    assert [(row["kind"], row["report"], row["year"], row["left"]) for row in first] == [("between", 2, 2018, 12.5)] * 2
    later = filed.at + timedelta(days=9)
    assert archive.compared(one, [finding("13与11不等", places=("elsewhere", "here")), finding("14与11不等")], "1", later) == (1, 1)
    told = queries.findings(archive)
    assert told[0] == first[1]
    assert told[1]["time"] == later.isoformat(timespec="seconds")
    assert archive.compared(one, [], "1", later) == (0, 2)
    assert queries.findings(archive) == []


def test_findings_between_reports_stand_beside_those_inside(filed, report):
    archive = filed.archive
    filed.file(replace(report, text=report.text + "更正", findings=(finding("文中一处", rule="XT-2"),)))
    archive.compared(reports(archive)[1], [finding()], "1", filed.at)
    assert [row["rule"] for row in queries.findings(archive, report=1)] == ["XT-2", "XY-1"]
    assert [one["rule"] for one in queries.show(archive, 1)["findings"]] == ["XT-2", "XY-1"]
    assert queries.show(archive, 1, 1)["findings"] == []  # of an earlier version nothing is said beyond what it says itself


def test_listings_of_a_time_are_told_with_their_bytes(desk):
    for day in range(3):
        desk.night += 1
        capture = desk.keep("https://www.zhucheng.gov.cn/nb/", body=f"night {day}".encode())
        listing = Listing(portal="zhucheng", column="https://www.zhucheng.gov.cn/nb/", rows=ROWS, read_at=desk.at)
        desk.archive.list(listing, capture=capture, run=None, reports=())
    first, second = comparing.listed(desk.archive, "zhucheng", desk.at - timedelta(days=1), desk.at)
    assert (first.id, second.id, second.read_at, second.page, second.last) == (2, 3, desk.at, 1, True)
    assert first.rows == (("https://www.zhucheng.gov.cn/1.html", "年度报告", "2026-01-02"), ("https://a.cn/", "概况", None))
    assert first.capture == desk.archive.capture(2).sha256
    assert comparing.listed(desk.archive, "weifang", desk.at - timedelta(days=9), desk.at) == []


def test_a_report_is_known_by_every_address_it_stood_at_or_was_asked_for_at(desk, report):
    asked = desk.keep("https://www.zhucheng.gov.cn/old.html")
    desk.archive.file(report, captures=[asked], portal="zhucheng", at=desk.at)
    desk.file(replace(report, url="https://www.zhucheng.gov.cn/copy.html"))
    assert comparing.addresses(desk.archive, 1) == {
        "https://www.zhucheng.gov.cn/old.html", report.url, "https://www.zhucheng.gov.cn/copy.html",
    }  # fmt: skip


def test_standing_reports_are_asked_for_by_years_and_without_their_figures(filed, report):
    filed.file(replace(report, year=2019, url="https://a.gov.cn/", figures=(Figure(format="f", label="一", raw="1", kind=FigureKind.NUMBER),)))
    assert [one.year for one in standing(filed.archive, years={2018, 2019})] == [2018, 2019]
    assert [len(one.figures) for one in standing(filed.archive, years={2019})] == [1]
    assert [len(one.figures) for one in standing(filed.archive, years={2019}, figured=False)] == [0]
    assert [one.trust for one in standing(filed.archive, reports=[3])] == ["mirror"]
    assert comparing.content(filed.archive, report.content_sha256).text == report.text
