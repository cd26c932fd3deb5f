"""Series over the years: what is counted alike, what is only near, and what is never computed."""

from decimal import Decimal
from itertools import pairwise

import pytest
import yaml

from crawler.reading import forms
from crawler.series import Comparability, all_indicators, english, measure, unbroken
from storage.records import Figure, FigureKind

OLD, TRIAL, NOW = "gbf_2014_32", "gbgkbh_2019_60", "gbgkbh_2021_30"
INDICATORS = {indicator.key: indicator for indicator in all_indicators()}


def figure(form, address, raw, *, scope=None, **facts):
    """A figure as the reader makes it of a cell that prints `raw`."""
    table, row, column = address.split("/")
    blank = {"": FigureKind.BLANK, "-": FigureKind.DASH, "/": FigureKind.SLASH, "无": FigureKind.NONE_WORD}.get(raw)
    value = None if blank else Decimal(raw)
    kind = blank or (FigureKind.NUMBER if value else FigureKind.ZERO)
    return Figure(format=form, scope=scope, table=table, row=row, column=column, label=row, raw=raw, kind=kind, value=value, **facts)


def requests(form=NOW, **cells):
    """Cells of the column 总计 of the table of requests."""
    return [figure(form, f"t3_requests/{row}/total", raw) for row, raw in cells.items()]


def old(scope=None, **cells):
    return [figure(OLD, f"s14_statistics/{row}/value", raw, scope=scope) for row, raw in cells.items()]


def one(key, figures, year, **more):
    return measure(figures, year=year, **more)[key]


def test_requests_received_are_the_same_quantity_in_all_three_formats():
    for figures, year in ((old(requests_received="15"), 2017), (requests(TRIAL, new_received="15"), 2019), (requests(new_received="15"), 2024)):
        value = one("requests_received", figures, year)
        assert (value.value, value.comparability, value.break_before, value.reason) == (Decimal(15), Comparability.EXACT, False, None)
        assert value.figures == (figures[0].key,)


def test_refusals_are_one_cell_until_2018_and_the_sum_of_eight_reasons_since():
    before = one("denied", old(reply_denied="7", denied_state_secret="1"), 2018)
    assert (before.value, before.comparability, len(before.figures)) == (Decimal(7), Comparability.APPROXIMATE, 1)
    reasons = [row.key for table in forms.by_id(NOW).tables if table.id == "t3_requests" for row in table.rows if row.key.startswith("denied_")]
    after = one("denied", requests(**{reason: str(n) for n, reason in enumerate(reasons)}), 2021)
    assert (after.value, after.comparability, len(after.figures)) == (Decimal(28), Comparability.EXACT, 8)


def test_lawsuits_are_two_groups_that_are_added_up():
    groups = {
        "litigation_direct_total": "4",
        "litigation_after_review_total": "2",
        "litigation_direct_corrected": "1",
        "litigation_after_review_corrected": "1",
    }
    figures = [figure(NOW, f"t4_review_litigation/cases/{column}", raw) for column, raw in groups.items()]
    values = measure(figures, year=2023)
    assert values["litigation_total"].value == 6
    rate = values["litigation_correction_rate"]
    assert (rate.numerator, rate.denominator, rate.value) == (Decimal(2), Decimal(6), Decimal("0.3333"))


def test_the_line_between_2018_and_2019_is_interrupted_where_the_quantity_changed():
    broken = {key for key, value in measure(requests(TRIAL, new_received="1"), year=2019).items() if value.break_before}
    assert {"unable_not_held_or_absent", "denied", "granted", "requests_resolved", "review_total"} <= broken
    assert not {"requests_received", "partial", "denied_security"} & broken
    assert not any(value.break_before for value in measure(requests(TRIAL, new_received="1"), year=2020).values())


def test_a_gap_in_the_series_does_not_hide_the_break():
    figures = requests(TRIAL, outcome_granted="3")
    assert not one("granted", figures, 2020).break_before
    assert one("granted", figures, 2020, since=2017).break_before
    assert not unbroken(INDICATORS["granted"], 2018, 2019)
    assert unbroken(INDICATORS["granted"], 2019, 2024)


def test_documents_ever_made_public_are_not_documents_in_force():
    trial = one("normative_docs_in_force", [figure(TRIAL, "t2_art20_1/normative_documents/total_disclosed", "120")], 2020)
    now = one("normative_docs_in_force", [figure(NOW, "t2_art20_1/normative_documents/in_force", "95")], 2021)
    assert trial.comparability is Comparability.NOT_COMPARABLE
    assert (now.comparability, now.break_before) == (Comparability.EXACT, True)


@pytest.mark.parametrize(("raw", "word"), [("", "BLANK"), ("-", "DASH"), ("/", "SLASH"), ("无", "NONE_WORD")])
def test_nothing_is_computed_from_a_cell_that_says_no_number(raw, word):
    figures = requests(outcome_granted="6", outcome_partial=raw, outcome_total="10")
    rate = one("substantive_disclosure_rate", figures, 2022)
    assert (rate.value, rate.numerator) == (None, None)
    assert rate.reason == f"t3_requests/outcome_partial/total says {word}"
    assert one("partial", figures, 2022).value is None


def test_a_zero_is_a_number():
    rate = one("substantive_disclosure_rate", requests(outcome_granted="6", outcome_partial="0", outcome_total="8"), 2022)
    assert (rate.value, rate.numerator, rate.denominator) == (Decimal("0.7500"), Decimal(6), Decimal(8))


def test_a_share_of_nothing_has_no_value_and_says_why():
    rate = one("substantive_disclosure_rate", requests(outcome_granted="0", outcome_partial="0", outcome_total="0"), 2022)
    assert (rate.value, rate.reason, rate.denominator) == (None, "the denominator is 0", Decimal(0))


def test_the_rates_of_the_text_book_year():
    """200 received (160 by people), 20 from last year, 210 concluded: 120 in full, 30 in part, 21 cannot be provided; 10 go on."""
    figures = requests(
        new_received="200",
        carried_in="20",
        outcome_granted="120",
        outcome_partial="30",
        unable_not_held="15",
        unable_needs_creation="4",
        unable_still_unclear="2",
        outcome_total="210",
        carried_out="10",
    )
    figures.append(figure(NOW, "t3_requests/new_received/natural_person", "160"))
    values = measure(figures, year=2024)
    rates = {key: str(values[key].value) for key in INDICATORS if INDICATORS[key].derived and values[key].value is not None}
    assert rates == {
        "substantive_disclosure_rate": "0.7143",
        "unable_rate": "0.1000",
        "carry_out_rate": "0.0455",
        "natural_person_share": "0.8000",
    }


def test_a_quantity_that_a_format_does_not_print_is_not_made_up():
    value = one("requests_carried_in", old(requests_received="15"), 2017)
    assert (value.value, value.reason, value.comparability) == (None, "not in this report's format", None)
    assert one("requests_received", [], 2012).reason == "no table of a known format"


def test_the_scopes_of_one_report_are_kept_apart():
    figures = old("市本级", requests_received="15") + old("本行政区域", requests_received="48")
    assert one("requests_received", figures, 2017, scope="市本级").value == 15
    assert one("requests_received", figures, 2017, scope="本行政区域").value == 48
    assert one("requests_received", figures, 2017).value is None


def test_a_cell_printed_twice_counts_once_and_says_nothing_when_the_two_differ():
    assert one("requests_received", requests(new_received="15") * 2, 2022).value == 15
    value = one("requests_received", requests(new_received="15") + requests(new_received="51"), 2022)
    assert (value.value, value.reason) == (None, "t3_requests/new_received/total is printed 2 times, and not alike")


def test_tables_of_two_formats_in_one_report_are_not_mixed():
    value = one("requests_received", requests(TRIAL, new_received="1") + requests(NOW, new_received="2"), 2021)
    assert value.value is None
    assert "2 formats" in value.reason


def test_one_table_in_the_old_form_and_the_rest_in_the_new_one_are_each_read_in_their_own():
    figures = [*requests(NOW, new_received="2"), figure(TRIAL, "t2_art20_5/administrative_license/decisions", "7")]
    values = measure(figures, year=2021)
    assert (values["requests_received"].value, values["licenses"].value) == (2, 7)
    assert values["partial"].reason == "t3_requests/outcome_partial/total is not printed"


def test_a_number_no_organ_can_have_counted_is_left_aside():
    value = one("requests_received", requests(new_received="9" * 400), 2022)
    assert (value.value, value.reason) == (None, "t3_requests/new_received/total has more than 60 digits")


def test_numbers_of_prose_are_no_series():
    prose = Figure(format="prose", row="requests_received", label="受理", raw="9", kind=FigureKind.NUMBER, value=Decimal(9), sentence="受理9条")
    assert one("requests_received", [prose], 2014).value is None


def test_a_doubtful_cell_makes_a_doubtful_value():
    figures = [*requests(outcome_granted="6", outcome_total="10"), figure(NOW, "t3_requests/outcome_partial/total", "1", certain=False)]
    assert not one("substantive_disclosure_rate", figures, 2022).certain
    assert one("granted", figures, 2022).certain


def test_sums_of_many_digits_are_exact():
    figures = [figure(OLD, f"s14_statistics/{row}/value", raw) for row, raw in (("denied_trade_secret", "1" + "0" * 50), ("denied_privacy", "0.001"))]
    assert one("denied_third_party", figures, 2016).value == Decimal("1" + "0" * 50 + ".001")


def test_the_crosswalk_names_only_cells_that_the_formats_have():
    known = {
        (form.id, f"{table.id}/{row.key}/{column.key}")
        for form in forms.all_formats()
        for table in form.tables
        for row in table.rows
        for column in table.columns
    }
    named = {
        (form, address)
        for indicator in INDICATORS.values()
        for sums in (indicator.cells, indicator.denominator)
        for form, addresses in sums.items()
        for address in addresses
    }
    assert named <= known


def test_a_break_stands_where_a_format_begins_that_counts_otherwise():
    first = {form.id: form.first for form in forms.all_formats()}
    for indicator in INDICATORS.values():
        assert set(indicator.match) == set(indicator.cells)
        assert not indicator.derived or set(indicator.denominator) == set(indicator.cells)
        in_order = sorted(indicator.cells, key=first.__getitem__)
        changed = {first[later] for form, later in pairwise(in_order) if indicator.match[form] != indicator.match[later]}
        assert set(indicator.breaks) == changed, indicator.key


@pytest.mark.corpus
def test_the_crosswalk_is_that_of_the_indicators_file(shared):
    """Metrics, members and derived metrics, as the material beside the project names them."""
    given = yaml.safe_load((shared / "indicators.yaml").read_text(encoding="utf-8"))
    assert [metric["metric"] for metric in given["crosswalk"]] == [key for key in INDICATORS if not INDICATORS[key].derived]
    assert [metric["id"] for metric in given["derived_metrics"]] == [key for key in INDICATORS if INDICATORS[key].derived]
    for metric in given["crosswalk"]:
        for short, form in (("f2014", OLD), ("f2019", TRIAL), ("f2021", NOW)):
            assert (metric[short] is None) == (form not in INDICATORS[metric["metric"]].cells), metric["metric"]


def test_every_row_and_column_of_every_format_has_english_words():
    for form in forms.all_formats():
        assert english.of_format(form.id)
        for table in form.tables:
            words = [english.of_table(table.id), *(english.of_row(table.id, row.key) for row in table.rows)]
            words += [english.of_column(table.id, column.key) for column in table.columns]
            assert all(word.isascii() or "国办" in word for word in words)
