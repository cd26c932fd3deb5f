"""Findings between a report and its other years, and how they are kept."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from crawler.crosschecks import compare_new, recheck
from storage import queries
from storage.archive import Archive
from storage.records import DocumentType, FigureKind, Trust
from tests.crosscheck_archive import Shelf, figure, reading, requests

FORM_2019 = "gbgkbh_2019_60"
ROUNDED = figure("t3_requests", "carried_out", "total", "1.2万", value=Decimal(12000), kind=FigureKind.NUMBER)


@pytest.fixture
def shelf(tmp_path):
    with Archive.open(f"sqlite:///{tmp_path / 'nianbao.sqlite3'}") as archive:
        yield Shelf(archive)


def documents(**cells):
    return tuple(figure("t2_art20_1", "normative_documents", column, raw) for column, raw in cells.items())


def fees(raw, **facts):
    return (figure("t2_art20_8", "administrative_fees", "fee_amount", raw, **{"unit": "万元", **facts}),)


def items(table="t2_art20_5", row="administrative_license", **cells):
    return tuple(figure(table, row, column, raw, form=FORM_2019) for column, raw in cells.items())


def test_what_was_carried_out_must_be_carried_in(shelf):
    shelf.file(reading(2022, requests(carried_out="12")), reading(2023, requests(carried_in="11")))
    (found,) = shelf.between()
    assert (found["rule"], found["level"], found["blame"], found["state"]) == ("XY-1", "error", "source", "fails")
    assert (found["report"], found["year"], found["where"]) == (2, 2023, "total")
    assert (found["left"], found["right"]) == (12, 11)
    assert found["quotes"] == ["2022年报告：carried_out（总计） 12", "2023年报告：carried_in（总计） 11"]
    assert found["places"] == [f"capture {'c' * 64} table 1 /t3_requests/{row}/total" for row in ("carried_out", "carried_in")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (reading(2022, requests(carried_out="12")), reading(2023, requests(carried_in="12"))),
        (reading(2022, requests(carried_out="0")), reading(2023, requests(carried_in=""))),
        (reading(2022, (ROUNDED,)), reading(2023, requests(carried_in="11987"))),
        (reading(2022, requests(new_received="12")), reading(2023, requests(carried_in="11"))),
        (reading(2021, requests(carried_out="12")), reading(2023, requests(carried_in="11"))),
        (reading(2018, requests(carried_out="12")), reading(2019, requests(carried_in="11"))),
        (reading(2022, requests(carried_out="12"), issuer="诸城市教育局"), reading(2023, requests(carried_in="11"))),
        (reading(2022, requests(carried_out="12"), adcode="370783"), reading(2023, requests(carried_in="11"))),
        (reading(2022, requests(carried_out="12"), trust=Trust.MIRROR), reading(2023, requests(carried_in="11"))),
        (reading(2022, requests(carried_out="12"), type=DocumentType.WORK_SUMMARY), reading(2023, requests(carried_in="11"))),
        (
            reading(2022, (figure("t3_requests", "carried_out", "total", "12", scope="市本级"),)),
            reading(2023, (figure("t3_requests", "carried_in", "total", "11", scope="本行政区域"),)),
        ),
        (reading(2022, (*requests(carried_out="12"), *requests(carried_out="11"))), reading(2023, requests(carried_in="11"))),
    ],
    ids=["equal", "blank beside zero", "rounded", "row missing", "a year missing", "before 2019", "another organ", "another division", "a mirror",
         "no report", "another scope", "told twice"],
)  # fmt: skip
def test_what_cannot_be_held_against_the_year_before_is_not(shelf, before, after):
    shelf.file(before, after)
    assert shelf.between() == []


def test_a_number_beside_a_blank_total_is_not_assessable_and_nobodys_mistake(shelf):
    shelf.file(reading(2022, requests(carried_out="12")), reading(2023, requests(carried_in="")))
    (found,) = shelf.between()
    assert (found["rule"], found["state"], found["level"], found["blame"], found["holds"]) == ("XY-1", "not_assessable", "info", "reader", None)


def test_a_cell_read_without_certainty_never_counts_against_the_organ(shelf):
    unsure = (replace(requests(carried_in="11")[0], certain=False),)
    shelf.file(reading(2022, requests(carried_out="12")), reading(2023, unsure))
    assert [(row["rule"], row["blame"]) for row in shelf.between()] == [("XY-1", "reader")]


def test_each_column_is_carried_over_for_itself(shelf):
    columns = ("natural_person", "legal_service_org", "total")
    shelf.file(
        reading(2022, [figure("t3_requests", "carried_out", column, raw) for column, raw in zip(columns, "123", strict=True)]),
        reading(2023, [figure("t3_requests", "carried_in", column, raw) for column, raw in zip(columns, "213", strict=True)]),
    )
    assert [row["where"] for row in shelf.between()] == ["natural_person", "legal_service_org"]


def test_documents_in_force_follow_from_the_year_before(shelf):
    shelf.file(
        reading(2021, documents(issued="1", repealed="0", in_force="7")),
        reading(2022, documents(issued="5", repealed="2", in_force="10")),
        reading(2023, documents(issued="1", repealed="1", in_force="11")),
    )
    (found,) = shelf.between()
    assert (found["rule"], found["year"], found["level"], found["left"], found["right"]) == ("T2-2", 2023, "warn", 10, 11)


def test_documents_in_force_are_not_compared_with_a_report_that_leaves_one_blank(shelf):
    shelf.file(reading(2021, documents(in_force="")), reading(2022, documents(issued="5", repealed="2", in_force="9")))
    shelf.file(reading(2023, documents(issued="5", repealed="", in_force="19")))
    assert shelf.between() == []


def test_the_items_of_2020_follow_from_those_of_2019_and_their_change(shelf):
    penalties = ("t2_art20_6", "administrative_penalty")
    shelf.file(
        reading(2019, items(items_last_year="200", items_change="-3") + items(*penalties, items_last_year="5", items_change="5")),
        reading(2020, items(items_last_year="198") + items(*penalties, items_last_year="10")),
    )
    (found,) = shelf.between()
    assert (found["rule"], found["left"], found["right"]) == ("T2-19-2", 197, 198)


@pytest.mark.parametrize(
    ("before", "after", "rules"),
    [
        (fees("12.5"), fees("125000"), ["T2-4"]),
        (fees("125000"), fees("12.5"), ["T2-4"]),
        (fees("12.5"), fees("1250"), []),
        (fees("12.5"), fees("0"), []),
        (fees("12.5"), fees(""), []),
        (fees("12.5"), fees("125000", unit="元"), []),
    ],
)
def test_fees_in_yuan_beside_fees_in_ten_thousands_are_a_slip_of_the_unit(shelf, before, after, rules):
    shelf.file(reading(2022, before), reading(2023, after))
    assert [row["rule"] for row in shelf.between()] == rules


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [("120", "1320", 1), ("1320", "120", 1), ("120", "1200", 0), ("120", "0", 1), ("0", "120", 0), ("0", "0", 0), ("3", "0", 0), ("120", "", 0)],
)
def test_a_total_that_jumps_tenfold_or_falls_to_nothing_is_worth_a_look(shelf, before, after, count):
    shelf.file(reading(2022, requests(new_received=before)), reading(2023, requests(new_received=after)))
    assert [(row["rule"], row["level"]) for row in shelf.between()] == [("XY-3", "info")] * count


def test_totals_of_the_form_of_2014_are_looked_at_as_well(shelf):
    cells = [figure("statistics", row, "value", raw, form="gbf_2014_32") for row, raw in (("requests_received", "30"), ("staff_total", "2"))]
    shelf.file(reading(2016, cells), reading(2017, [replace(one, raw="400", value=400 * one.value) for one in cells]))
    assert [(row["rule"], row["where"]) for row in shelf.between()] == [("XY-3", "requests_received")]


def test_a_comparison_repeated_changes_nothing(shelf):
    shelf.file(reading(2022, requests(carried_out="12")), reading(2023, requests(carried_in="11")))
    first = shelf.between()
    shelf.night += 30
    assert shelf.between() == first
    done = recheck(shelf.archive, at=shelf.at)
    assert (done.reports, done.new, done.gone) == (2, 0, 0)


def test_a_corrected_report_takes_its_findings_back(shelf):
    shelf.file(reading(2022, requests(carried_out="12")), reading(2023, requests(carried_in="11")))
    assert shelf.rules() == [(2023, "XY-1")]
    shelf.file(reading(2023, requests(carried_in="12")))
    assert shelf.rules() == []


def test_only_what_is_new_and_what_rests_on_it_is_compared_at_the_end_of_a_run(shelf):
    shelf.file(reading(2021), reading(2023, requests(carried_in="11")))
    assert compare_new(shelf.archive, at=shelf.at).reports == 2
    assert compare_new(shelf.archive, at=shelf.at).reports == 0
    shelf.file(reading(2022, requests(carried_out="12")))  # filed last, and next year's report contradicts it
    done = compare_new(shelf.archive, at=shelf.at + timedelta(hours=1), portal="zhucheng")
    assert (done.reports, done.new) == (2, 1)
    (found,) = queries.findings(shelf.archive)
    assert (found["report"], found["year"], found["rule"]) == (2, 2023, "XY-1")
    assert compare_new(shelf.archive, at=shelf.at, portal="weifang").reports == 0


def test_a_date_corrected_without_a_new_version_is_looked_at_again(shelf):
    report = reading(2023)
    shelf.file(report)
    compare_new(shelf.archive, at=shelf.at)
    shelf.file(replace(report, published=report.published + timedelta(days=1)))
    assert compare_new(shelf.archive, at=shelf.at).reports == 1


def test_reports_can_be_named(shelf):
    shelf.file(reading(2022, requests(carried_out="12")), reading(2023, requests(carried_in="11")))
    assert recheck(shelf.archive, at=shelf.at, reports=[1]).new == 0
    assert recheck(shelf.archive, at=shelf.at, reports=[2]).new == 1


def test_the_figures_of_a_finding_between_reports_say_which_rule_fails(shelf):
    shelf.file(reading(2022, requests(carried_out="12", carried_in="1")), reading(2023, requests(carried_in="11")))
    shelf.between()
    assert [row["check"] for row in queries.figures(shelf.archive, year=2023)] == ["XY-1"]
    assert queries.show(shelf.archive, 2)["findings"][0]["rule"] == "XY-1"
