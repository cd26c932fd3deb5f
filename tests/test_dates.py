"""Dates are read exactly as printed, or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.reading import dates


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("2018-03-29", date(2018, 3, 29)),
        ("2012-3-30", date(2012, 3, 30)),
        ("2018/3/29", date(2018, 3, 29)),
        ("2018.3.29", date(2018, 3, 29)),
        ("2021- 01- 28 09: 55: 47", date(2021, 1, 28)),
        ("2026-\n 01-\n 23", date(2026, 1, 23)),
        ("2023-05-16 12:34:05", date(2023, 5, 16)),
        ("2019-10-21T09:00", date(2019, 10, 21)),
        ("20230516", date(2023, 5, 16)),
        ("2015年3月30日", date(2015, 3, 30)),
        ("2015 年 3月 30 日", date(2015, 3, 30)),
        ("2020年08月02日", date(2020, 8, 2)),
        ("２０１５年３月３０日", date(2015, 3, 30)),
        ("二〇一〇年一月十九日", date(2010, 1, 19)),
        ("二○一五年三月三十日", date(2015, 3, 30)),
        ("二零一八年十二月三十一日", date(2018, 12, 31)),
        ("二0一五年十月十日", date(2015, 10, 10)),
        ("二Ｏ一二年二月廿九日", date(2012, 2, 29)),
        ("2016-02-29", date(2016, 2, 29)),
    ],
)
def test_a_date_is_read_however_it_is_printed(printed, meant):
    assert dates.parse(printed) == meant


@pytest.mark.parametrize(
    "printed",
    [
        "20251月1日",  # the month's separator was lost: January 1 or November 1
        "2018-02-30",
        "2015-02-29",
        "2018年13月1日",
        "2018年3月",
        "2018年",
        "2018年3月29条",
        "2107年1月1日",
        "2018-3-29-1",
        "12018-03-29",
        "192.168.2010.1.2",
        "2021012600000016",
        "鲁政办发〔2017〕39号",
        "二〇一八年三月",
        "二〇一八年二月三十日",
        "二〇一八年十十月一日",
        "",
        "2017.1.1-2017.12.31",  # two dates are not one
    ],
)
def test_what_is_no_exact_date_is_no_date(printed):
    assert dates.parse(printed) is None


def test_all_dates_of_a_text_are_found_where_they_stand():
    text = "统计期限自2017年1月1日至2017年12月31日。二〇一八年三月二十九日印发,2018-02-30作废"
    found = dates.find(text)
    assert [hit.date for hit in found] == [date(2017, 1, 1), date(2017, 12, 31), date(2018, 3, 29)]
    assert [text[hit.start : hit.end] for hit in found] == [hit.raw for hit in found]


def test_both_ends_of_a_range_are_dates():
    assert [hit.date for hit in dates.find("2017.1.1-2017.12.31")] == [date(2017, 1, 1), date(2017, 12, 31)]


def test_a_year_is_a_year_in_any_digits():
    assert [dates.year(text) for text in ("2018", "２０１８", "二〇一八", "二零一八", "二0一八", "十八", "201")] == [2018] * 5 + [None, None]
