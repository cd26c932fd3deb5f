"""A name stands for one division, or for none."""

from __future__ import annotations

import pytest

from crawler.reading import divisions
from storage.records import Level


def codes(found):
    return [division.code for division in found]


@pytest.mark.parametrize("asked", ["zhucheng", "Zhu Cheng", "诸城", "诸城市", "370782", "山东省诸城市"])
def test_an_operator_may_name_a_city_in_many_ways(asked):
    assert codes(divisions.search(asked)) == ["370782"]


def test_a_name_of_several_places_is_answered_with_all_of_them():
    assert len(divisions.search("鼓楼区")) == 4


def test_a_short_name_means_the_city_before_its_namesake_districts():
    assert codes(divisions.search("西安")) == ["610100"]
    assert codes(divisions.search("吉林")) == ["220000", "220200"]


@pytest.mark.parametrize("asked", ["襄樊市", "襄樊"])
def test_a_former_name_leads_to_the_place_of_today(asked):
    assert codes(divisions.search(asked)) == ["420600"]


@pytest.mark.parametrize("asked", ["月球", "", "999999", "x", "诸城镇"])
def test_an_unknown_city_is_nowhere(asked):
    assert divisions.search(asked) == ()


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("青岛市", "370200"),
        ("庆阳市", "621000"),
        ("辽源市", "220400"),
        ("杭州市", "330100"),
        ("广东省广州市海珠区", "440105"),
        ("大理州", "532900"),
        ("大理白族自治州", "532900"),
        ("内蒙古自治区", "150000"),
        ("北京市朝阳区", "110105"),
        ("济源市", "419001"),
    ],
)
def test_a_full_name_that_only_one_place_bears_is_that_place(name, code):
    assert divisions.find(name).code == code


@pytest.mark.parametrize("name", ["鼓楼区", "朝阳区", "西安区", "城区", "诸城", "市", "江苏省诸城市", "昌岗街道"])
def test_an_ambiguous_or_unknown_name_is_not_guessed(name):
    assert divisions.find(name) is None


def test_a_name_is_sought_within_the_portals_province_nearest_first():
    assert divisions.find("鼓楼区", within="320100").code == "320106"  # 南京
    assert divisions.find("鼓楼区", within="320300").code == "320302"  # 徐州
    assert divisions.find("鼓楼区", within="320500") is None  # 苏州 has none, its province two
    assert divisions.find("西安区", within="220400").code == "220403"  # 辽源, not 牡丹江
    assert divisions.find("青岛市", within="370782").code == "370200"
    assert divisions.find("青岛市", within="220400") is None


def test_former_names_are_known_by_year():
    assert divisions.find("襄樊市", year=2009).code == "420600"
    assert divisions.find("襄樊市", year=2010).code == "420600"  # renamed in December 2010
    assert divisions.find("襄樊市", year=2015) is None
    assert divisions.find("襄阳市", year=2008) is None
    assert divisions.find("祁阳县", year=2011).code == "431181"
    assert divisions.find("江东区", within="330200", year=2014).code == "330212"  # merged into 鄞州区


def test_the_year_tells_a_county_level_city_from_the_prefecture_that_took_its_name():
    assert divisions.find("毕节市", year=2009).code == "520502"
    assert divisions.find("毕节市", year=2010) is None  # the year of the change: either
    assert divisions.find("毕节市", year=2015).code == "520500"
    assert divisions.find("巢湖市", year=2009) is None  # a prefecture then, dissolved since


def test_a_division_knows_those_above_it():
    zhucheng = divisions.by_code("370782")
    assert [above.name for above in zhucheng.ancestors] == ["潍坊市", "山东省"]
    assert (zhucheng.level, zhucheng.parent) == (Level.COUNTY, "370700")
    assert divisions.by_code("130603") is None  # 北市区, dissolved


def test_a_text_that_begins_with_a_place_tells_where_its_name_ends():
    assert divisions.leading("广州市海珠区昌岗街道办事处")[1] == 6
    found, end = divisions.leading("杭州钱江经济开发区")
    assert (found.code, end) == ("330100", 2)
    assert divisions.leading("西安区政府") == (None, 3)  # never the city of 西安
    assert divisions.leading("昌岗街道办事处") == (None, 0)


def test_a_host_belongs_to_the_division_with_the_longest_domain():
    assert divisions.by_host("tjj.hangzhou.gov.cn").code == "330100"
    assert divisions.by_host("xxgk.zhucheng.gov.cn").code == "370782"
    assert divisions.by_host("www.hangzhou.gov.cn.example.com") is None


def test_every_division_stands_below_one_that_exists():
    table = [divisions.by_code(row.split(",")[0]) for row in divisions_rows()]
    assert len(table) == 3214
    for division in table:
        assert division.parent is None or divisions.by_code(division.parent) is not None, division.code
        assert division.pinyin.isascii()
        assert division.pinyin.isalpha(), division.code


def divisions_rows():
    from importlib import resources

    return resources.files("crawler.reading").joinpath("divisions.csv").read_text(encoding="utf-8").splitlines()[1:]
