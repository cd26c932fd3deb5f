"""Openings of real annual reports: issuer, division, year and kind are right wherever their words say so, and absent where they do not.

The expectations are facts by position in the corpus file. `None` stands where the opening's words leave it open: no year is taken from an
address, no place from a copy whose words name none.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from crawler.reading import divisions, trust
from crawler.reading.identity import identify
from crawler.reading.look import look
from storage.records import Capture, Origin, Trust

REPORT, NOTICE = "statutory_annual_report", "format_or_notice"

# kind, issuer, adcode, year, published; for official ones the adcode of the portal that serves them comes last
OFFICIAL = {
    0: (REPORT, "青岛市人民政府", "370200", 2013, date(2014, 3, 27), "370200"),
    1: (REPORT, "青岛市人民政府", "370200", 2017, None, "370200"),
    2: (REPORT, None, "370200", None, None, "370200"),  # the words name neither place nor year: the portal's place, no year
    3: (REPORT, "青岛市人民政府", "370200", 2024, date(2025, 3, 7), "370200"),
    4: (REPORT, "庆阳市人民政府", "621000", 2021, date(2022, 3, 1), "621000"),
    5: (REPORT, "诸城市人民政府", "370782", 2017, date(2018, 3, 29), "370782"),
    6: (REPORT, None, "330100", 2015, None, "330100"),
    7: (REPORT, "杭州市统计局", "330100", 2020, date(2021, 1, 28), "330100"),
    8: (REPORT, None, "350700", 2012, None, "350700"),  # compiled by an office of a leading group: for its government, or for itself?
    9: (REPORT, "丽水市人民政府", "331100", 2017, None, "331100"),
    10: (REPORT, None, "371482", 2024, None, "371482"),
    11: (REPORT, "荣成市水利局", "371082", 2019, None, "371082"),
    12: (REPORT, None, "429005", 2025, None, "429005"),  # 管理区, of which the city has several
    13: (REPORT, "阳新县城东管理区", "420222", 2025, date(2026, 1, 20), "420222"),
    14: (REPORT, None, "211381", 2025, None, "211381"),
    15: (REPORT, "昆明市人民政府", "530100", 2009, None, "530100"),
    16: (REPORT, "中山市大涌镇人民政府办公室", "442000", 2009, None, "442000"),
    17: (REPORT, "连平县人民政府", "441623", 2011, date(2012, 3, 30), "441623"),
    18: (REPORT, "祁阳县人民政府", "431181", 2011, None, "431100"),  # a county's report on its city's portal, under its former name
    19: (None, None, "440100", None, None, "440100"),  # from the middle of a 成绩单: nothing says what it is
    27: (NOTICE, None, "430600", None, None, "430600"),  # articles of a rule about annual reports
}
COPIES = {
    20: (REPORT, "贺州市人民政府", "451100", 2009, None),  # wrapped in a notice
    21: (REPORT, None, None, None, None),
    22: (REPORT, None, None, 2020, None),  # the county's name was replaced by a betting brand
    23: (None, None, None, None, None),
    24: (REPORT, None, None, None, None),
    25: (REPORT, "青岛市人民政府", "370200", 2015, date(2016, 3, 28)),
    26: (REPORT, None, None, None, None),
}


@pytest.fixture(scope="module")
def openings(shared):
    return json.loads((shared / "pages" / "annual_report_openings.json").read_text(encoding="utf-8"))


def understood(opening, origin):
    """As `read` understands a text, except that an opening of nothing but a header may have no body."""
    page, _ = look(
        Capture(
            url=opening["url"],
            status=200,
            headers=(("Content-Type", "text/plain; charset=utf-8"),),
            body=opening["opening"].encode(),
            fetched_at=datetime(2026, 1, 20, tzinfo=UTC),
        ),
        origin,
    )
    return identify(page), trust.judge(page.url, page.html, page.body.text, origin, junk=page.junk)[0]


def facts(found):
    return (found.type, found.issuer, found.adcode, found.year, found.published)


@pytest.mark.corpus
@pytest.mark.parametrize("number", sorted(OFFICIAL))
def test_an_opening_on_its_portal_is_identified_as_far_as_its_words_go(openings, number):
    *expected, adcode = OFFICIAL[number]
    opening = openings[number]
    portal = divisions.by_code(adcode)
    origin = Origin(key="portal", name=f"{portal.name}人民政府", adcode=adcode, hosts=(trust.hostname(opening["url"]),), family="static")
    found, trusted = understood(opening, origin)
    assert facts(found) == tuple(expected)
    assert trusted is Trust.OFFICIAL_HOST


@pytest.mark.corpus
@pytest.mark.parametrize("number", sorted(set(OFFICIAL) - {14}))  # whose host no second source confirms
def test_an_opening_from_a_known_host_needs_no_portal_file(openings, number):
    found, _ = understood(openings[number], None)
    assert facts(found) == OFFICIAL[number][:5]


@pytest.mark.corpus
@pytest.mark.parametrize("number", sorted(COPIES))
def test_a_copys_opening_is_identified_by_its_words_alone_and_stays_a_mirror(openings, number):
    found, trusted = understood(openings[number], None)
    assert facts(found) == COPIES[number]
    assert trusted is Trust.MIRROR


@pytest.mark.corpus
def test_every_opening_has_its_expectation(openings):
    assert sorted({*OFFICIAL, *COPIES}) == list(range(len(openings)))
    for number in OFFICIAL:
        assert openings[number]["official"], number


@pytest.mark.corpus
def test_no_year_or_place_contradicts_what_is_known_of_the_documents(openings):
    """The corpus file knows more than the openings say; what we read must never contradict it."""
    for number, (_, _, adcode, year, *_) in {**OFFICIAL, **COPIES}.items():
        known = openings[number]
        if year is not None:
            assert year == known["report_year"], number
        if adcode is not None:
            division = divisions.by_code(adcode)
            assert any(name in known["place"] for name in division.names()), number
