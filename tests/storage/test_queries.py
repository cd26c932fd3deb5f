"""Questions and their answers, with the keys of the command line's contract."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from storage import queries
from storage.errors import UnknownReport
from storage.records import Attachment, DocumentType, Level, Trust

FOUND = [
    "report", "portal", "city", "adcode", "issuer", "level", "year", "type", "title", "published", "signed", "first_seen", "last_seen", "state",
    "trust", "versions", "url",
]  # fmt: skip


@pytest.fixture
def shelf(desk, report):
    """Five reports of three cities and a mirror's copy."""
    for number, facts in enumerate(
        [
            {"issuer": "诸城市人民政府", "adcode": "370782", "city": "诸城市", "year": 2017},
            {"issuer": "诸城市人民政府", "adcode": "370782", "city": "诸城市", "year": 2018},
            {"issuer": "青岛市人民政府", "adcode": "370200", "city": "青岛市", "year": 2017, "level": Level.PREFECTURE},
            {"issuer": "青岛市教育局", "adcode": "370200", "city": "青岛市", "year": 2017, "level": Level.DEPARTMENT},
            {"issuer": "杭州市人民政府", "adcode": "330100", "city": "杭州市", "year": 2014, "type": DocumentType.SELF_CHECK_REPORT},
        ]
    ):
        facts = {"title": f"{facts['issuer']}{facts['year']}年年度报告", "text": f"第{number}份，100%公开，政府_信息\\公开", **facts}
        desk.file(replace(report, url=f"https://gov.cn/{number}.html", **facts))
    desk.file(replace(report, url="http://mirror.example.com/1.html", trust=Trust.MIRROR))
    return desk.archive


def issuers(found):
    return [(row["issuer"], row["year"], row["trust"]) for row in found]


def test_everything_is_found_official_reports_first_newest_year_first(shelf):
    assert issuers(queries.find(shelf)) == [
        ("诸城市人民政府", 2018, "official_host"),
        ("青岛市人民政府", 2017, "official_host"),
        ("青岛市教育局", 2017, "official_host"),
        ("诸城市人民政府", 2017, "official_host"),
        ("杭州市人民政府", 2014, "official_host"),
        ("诸城市人民政府", 2017, "mirror"),
    ]


def test_a_report_is_told_with_the_keys_of_the_contract(shelf):
    row = queries.find(shelf, adcodes=["370200"], issuer="教育")[0]
    assert list(row) == FOUND
    assert row == {
        "report": 4,
        "portal": "zhucheng",
        "city": "青岛市",
        "adcode": "370200",
        "issuer": "青岛市教育局",
        "level": "department",
        "year": 2017,
        "type": "statutory_annual_report",
        "title": "青岛市教育局2017年年度报告",
        "published": "2018-03-29",
        "signed": None,
        "first_seen": "2026-01-24T18:00:00+00:00",
        "last_seen": "2026-01-24T18:00:00+00:00",
        "state": "alive",
        "trust": "official_host",
        "versions": 1,
        "url": "https://gov.cn/3.html",
    }


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"adcodes": ["370782"]}, 3),
        ({"adcodes": ["370782", "370200"]}, 5),
        ({"adcodes": []}, 0),
        ({"year": 2017}, 4),
        ({"type": "self_check_report"}, 1),
        ({"issuer": "青岛"}, 2),
        ({"adcodes": ["370782"], "year": 2017, "issuer": "诸城"}, 2),
        ({"text": "第3份"}, 1),
        ({"text": "2014年年度"}, 1),
        ({"text": "找不到"}, 0),
        ({"limit": 2}, 2),
    ],
)
def test_questions_narrow_what_is_found(shelf, asked, count):
    assert len(queries.find(shelf, **asked)) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [("100%公", 5), ("1%公开", 0), ("政府_信息", 5), ("政府_公开", 0), ("_信息\\公", 5), ("' OR 1=1 --", 0), ("/", 0), ("%", 6), ("_", 5)],
)
def test_signs_that_databases_find_special_are_ordinary_text(shelf, text, count):
    assert len(queries.find(shelf, text=text)) == count


def test_an_old_wording_is_found_too(desk, report):
    desk.file(report)
    desk.file(replace(report, text="全新的文字。"))
    assert len(queries.find(desk.archive, text="主动公开政府信息")) == 1


def test_a_version_is_shown_whole(desk, report):
    desk.file(replace(report, attachments=(Attachment(url="https://gov.cn/a.doc", name="附件.doc"),), evidence={"year": "title: 2017年"}))
    shown = queries.show(desk.archive, 1)
    assert list(shown)[: len(FOUND)] == FOUND
    assert shown["text"] == report.text
    assert shown["tables"] == [{"caption": None, "rows": [["指标", "数量"], ["当面申请", "12"], ["网络申请", "120"]]}]
    assert (shown["figures"], shown["findings"]) == ([], [])
    assert shown["attachments"] == [{"url": "https://gov.cn/a.doc", "name": "附件.doc", "sha256": None, "joined": False, "trouble": None}]
    assert shown["evidence"] == {"year": "title: 2017年"}
    assert shown["hashes"]["text_sha256"] == report.text_sha256
    assert shown["hashes"]["body_sha256"] == desk.archive.capture(1).sha256


def test_an_old_version_is_shown_with_the_title_and_date_it_had(desk, report):
    desk.file(report)
    desk.file(replace(report, text="另一种文字。", title="更正后的标题", published=date(2018, 4, 1)))
    old, new = queries.show(desk.archive, 1, 1), queries.show(desk.archive, 1)
    assert (old["version"], old["title"], old["published"], old["text"]) == (1, report.title, "2018-03-29", report.text)
    assert (new["version"], new["title"], new["published"], new["text"]) == (2, "更正后的标题", "2018-04-01", "另一种文字。")


def test_what_is_shown_is_what_the_page_says_now_even_if_it_went_back(desk, report):
    desk.file(report)
    desk.file(replace(report, text="另一种文字。"))
    desk.file(report)
    assert queries.show(desk.archive, 1)["version"] == 1


def test_history_tells_versions_oldest_first(desk, report):
    desk.file(report)
    desk.file(replace(report, text="另一种文字。"))
    first, second = queries.history(desk.archive, 1)
    assert (first["version"], second["version"]) == (1, 2)
    assert first["text_sha256"] == report.text_sha256
    assert first["last_seen"] < second["first_seen"]


def test_a_diff_compares_the_last_two_versions_unless_told_otherwise(desk, report):
    for figure in ("10.9", "10.8", "10.7"):
        desk.file(replace(report, text=report.text.replace("10.9", figure)))
    last, whole = queries.diff(desk.archive, 1), queries.diff(desk.archive, 1, 1, 3)
    assert (last["before"]["version"], last["after"]["version"]) == (2, 3)
    assert [(number["before"], number["after"]) for number in whole["numbers"]] == [("10.9", "10.7")]
    assert not whole["same"]
    assert queries.diff(desk.archive, 1, 2, 2)["same"]


@pytest.mark.parametrize(("report", "versions"), [(9, ()), (1, ()), (1, (1, 5)), (1, (0,))])
def test_a_diff_of_what_is_not_there_says_what_is(desk, report, versions, request):
    desk.file(request.getfixturevalue("shown"))
    with pytest.raises(UnknownReport, match=r"no report 9|only one version|it has version 1 only"):
        queries.diff(desk.archive, report, *versions)


@pytest.fixture
def shown(request):
    """The report, under a name the parameters above leave free."""
    from storage.records import Reading

    return Reading(
        reader="1", url="https://gov.cn/1.html", encoding="utf-8", type=None, issuer=None, level=None, adcode=None, city=None, year=None, title=None,
        published=None, signed=None, source=None, trust=Trust.OFFICIAL_HOST, text="文字",
    )  # fmt: skip


def test_unknown_reports_and_versions_are_refused(desk, report):
    desk.file(report)
    for ask in (lambda: queries.show(desk.archive, 2), lambda: queries.show(desk.archive, 1, 2), lambda: queries.history(desk.archive, 2)):
        with pytest.raises(UnknownReport):
            ask()


def test_changes_are_told_since_a_time_with_the_keys_of_the_contract(desk, report):
    desk.file(report)
    since = desk.at + timedelta(hours=1)
    desk.file(replace(report, text=report.text.replace("10.9", "10.8")))
    (change,) = queries.changes(desk.archive, since)
    keys = "id time kind report portal adcode year title version before after url detail capture_before capture_after listing"
    assert list(change) == keys.split()
    assert (change["id"], change["kind"], change["adcode"], change["year"], change["before"], change["after"]) == (
        2,
        "figures_changed",
        "370782",
        2017,
        1,
        2,
    )
    assert len(queries.changes(desk.archive)) == 2
    assert queries.changes(desk.archive, datetime(2027, 1, 1, tzinfo=UTC)) == []


def test_facts_nobody_knows_are_none_and_never_made_up(desk, report):
    unknown = dict.fromkeys(("issuer", "adcode", "city", "level", "year", "title", "published", "type"))
    desk.file(replace(report, **unknown))
    (found,) = queries.find(desk.archive)
    assert {key: found[key] for key in unknown} == unknown
