"""A government's totals against those of the governments below it."""

import pytest

from crawler.reading import divisions
from storage.archive import Archive
from storage.records import Level
from tests.crosscheck_archive import Shelf, figure, reading, requests

LIAOYUAN = "220400"


@pytest.fixture
def shelf(tmp_path):
    with Archive.open(f"sqlite:///{tmp_path / 'nianbao.sqlite3'}") as archive:
        yield Shelf(archive)


def city(raw, year=2023, **facts):
    told = {"issuer": "辽源市人民政府", "adcode": LIAOYUAN, "city": "辽源市", "level": Level.PREFECTURE}
    return reading(year, requests(new_received=raw), **{**told, **facts})


def counties(*numbers, year=2023):
    below = divisions.children(LIAOYUAN)
    assert len(below) == 4
    return [
        reading(year, requests(new_received=raw), issuer=f"{one.name}人民政府", adcode=one.code, city=one.name)
        for one, raw in zip(below, numbers, strict=False)
    ]


def test_a_city_that_counts_less_than_its_counties_together_is_found(shelf):
    shelf.file(city("100"), *counties("20", "30", "40", "11"))
    (found,) = shelf.between()
    assert (found["rule"], found["level"], found["report"], found["left"], found["right"]) == ("XH-1", "warn", 1, 100, 101)
    assert found["quotes"][0] == "辽源市人民政府2023年报告：new_received（总计） 100"
    assert found["quotes"][1] == "4个下级行政区new_received（总计）合计101：龙山区20、西安区30、东丰县40、东辽县11"
    assert len(set(found["places"][1].split("; "))) == 1  # the same place in captures of one hash, as these are made


@pytest.mark.parametrize(
    "reports",
    [
        [city("101"), *counties("20", "30", "40", "11")],
        [city("50"), *counties("20", "30", "40")],
        [city("50"), *counties("20", "30", "40", "")],
        [city(""), *counties("20", "30", "40", "11")],
        [city("50"), *counties("20", "30", "40", "11", year=2022)],
        [city("50", year=2018), *counties("20", "30", "40", "11", year=2018)],
        [city("50", issuer="辽源市财政局", level=Level.DEPARTMENT), *counties("20", "30", "40", "11")],
    ],
    ids=["more", "one is missing", "one is blank", "its own is blank", "another year", "before 2019", "a department"],
)
def test_nothing_is_held_against_a_city_whose_counties_are_not_all_known(shelf, reports):
    shelf.file(*reports)
    assert [row for row in shelf.between() if row["rule"] == "XH-1"] == []


def test_the_number_of_the_city_alone_is_not_that_of_the_whole_area(shelf):
    own = (figure("t3_requests", "new_received", "total", "50", scope="市本级"),)
    shelf.file(reading(2023, own, issuer="辽源市人民政府", adcode=LIAOYUAN, level=Level.PREFECTURE), *counties("20", "30", "40", "11"))
    assert shelf.between(rule="XH-1") == []


def test_the_last_county_to_publish_completes_the_comparison(shelf):
    from crawler.crosschecks import compare_new

    reports = [city("100"), *counties("20", "30", "40", "11")]
    shelf.file(*reports[:-1])
    assert compare_new(shelf.archive, at=shelf.at).new == 0
    shelf.file(reports[-1])
    assert compare_new(shelf.archive, at=shelf.at).new == 1
