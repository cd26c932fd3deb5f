"""Figures in the archive: exact, stored once, compared only as one reader read both sides."""

from dataclasses import replace
from decimal import Decimal

import pytest

from storage import queries
from storage.records import Blame, Figure, FigureKind, Finding, FindingLevel, Trust

FIGURE = [
    "report", "year", "adcode", "format", "scope", "table", "row", "column", "label", "kind", "value", "unit", "raw", "check",
]  # fmt: skip
FINDING = ["id", "time", "kind", "report", "portal", "adcode", "year", "state"]


def figure(row, raw, *, column="value", label=None, kind=None, **facts):
    value = Decimal(raw) if raw.replace(".", "").isdigit() else None
    kind = kind or (FigureKind.BLANK if not raw else FigureKind.ZERO if value == 0 else FigureKind.NUMBER)
    return Figure(
        **{
            "format": "gbf_2014_32", "table": "statistics", "row": row, "column": column, "label": label or row, "raw": raw, "kind": kind,
            "value": value, "unit": "件", "place": f"table 1 /table/{row}/{column}", "capture": "c" * 64, **facts,
        }
    )  # fmt: skip


def contradiction(*figures, rule="S14-1", **facts):
    places = ("; ".join(one.place for one in figures), "")
    return Finding(
        **{
            "rule": rule, "level": FindingLevel.ERROR, "blame": Blame.SOURCE, "text": "分项之和应等于总数", "detail": "12 + 120 不等于 131",
            "table": "statistics", "where": "value", "quotes": ("当面申请 12 + 网络申请 120", "收到申请数 131"), "places": places,
            "left": Decimal(132), "right": Decimal(131), **facts,
        }
    )  # fmt: skip


@pytest.fixture
def counted(report):
    """The report with its figures, one of them in prose, and one contradiction."""
    cells = (figure("in_person", "12", label="当面申请"), figure("online", "120", label="网络申请"), figure("letters", "", label="信函申请"))
    prose = figure(
        None,
        "10.9",
        label="主动公开政府信息",
        format="prose",
        table=None,
        column=None,
        value=Decimal("109000.00"),
        unit="条",
        place="line 1 chars 9-13",
    )
    return replace(report, figures=(*cells, prose), findings=(contradiction(*cells[:2]),))


def moved(reading, **rows):
    """The reading with other numbers in these rows, in its text as well."""
    figures = tuple(replace(one, raw=rows[one.row], value=Decimal(rows[one.row])) if one.row in rows else one for one in reading.figures)
    return replace(reading, figures=figures, text=f"{reading.text}\n{rows}")


def test_figures_are_told_with_the_keys_of_the_contract(desk, counted):
    desk.file(counted)
    rows = queries.figures(desk.archive)
    assert list(rows[0])[: len(FIGURE)] == FIGURE
    assert [rows[0][key] for key in FIGURE] == [
        1, 2017, "370782", "gbf_2014_32", None, "statistics", "in_person", "value", "当面申请", "NUMBER", 12, "件", "12", "S14-1",
    ]  # fmt: skip
    assert [row["raw"] for row in rows] == ["12", "120", "", "10.9"]
    assert [row["value"] for row in rows] == [12, 120, None, 109000]
    assert rows[0]["capture"] == "c" * 64


def test_a_number_comes_back_digit_for_digit(desk, counted):
    long = "12345678901234567890.000000000000000000000000000000000000001"
    desk.file(replace(counted, figures=(figure("a", "0.1"), figure("b", long), figure("c", "9" * 40))))
    assert [row["value"] for row in queries.figures(desk.archive)] == [0.1, long, int("9" * 40)]
    (standing,) = queries.standing(desk.archive)
    assert [one.value for one in standing.figures] == [Decimal("0.1"), Decimal(long), Decimal("9" * 40)]


def test_a_figure_is_read_from_the_archive_as_it_was_filed(desk, counted):
    desk.file(counted)
    (standing,) = queries.standing(desk.archive, year=2017, adcodes=["370782"])
    assert standing.figures == counted.figures
    assert (standing.report, standing.version, standing.issuer) == (1, 1, "诸城市人民政府")
    assert list(queries.standing(desk.archive, year=2016)) == []


def test_a_page_captured_every_night_stores_its_figures_once(desk, counted):
    for _ in range(4):
        desk.file(counted)
    assert desk.rows("SELECT COUNT(*) FROM figures") == [(4,)]
    assert desk.rows("SELECT COUNT(*) FROM findings") == [(1,)]
    assert len(queries.figures(desk.archive)) == 4


@pytest.mark.parametrize(
    ("indicator", "rows"),
    [
        ("online", ["online"]),
        ("网络", ["online"]),
        ("online.value", ["online"]),
        ("statistics.online.value", ["online"]),
        ("statistics.online", ["online"]),
        ("gbf_2014_32/-/statistics/online/value", ["online"]),
        ("value", ["in_person", "online", "letters"]),
        ("100%", []),
    ],
)
def test_an_indicator_is_named_by_key_or_by_label(desk, counted, indicator, rows):
    desk.file(counted)
    assert [row["row"] for row in queries.figures(desk.archive, indicator=indicator)] == rows


def test_the_beginning_of_a_tables_name_will_do(desk, counted):
    desk.file(
        replace(counted, figures=(figure("new_received", "3", column="total", table="t3_requests"), figure("cases", "1", column="total", table="t4")))
    )
    assert [row["table"] for row in queries.figures(desk.archive, indicator="t3.new_received.total")] == ["t3_requests"]
    assert [row["table"] for row in queries.figures(desk.archive, indicator="t4.total")] == ["t4"]


def test_scopes_are_asked_for_by_name(desk, counted):
    two = (figure("online", "1", scope="市本级"), figure("online", "2", scope="本行政区域"), figure("letters", "3"))
    desk.file(replace(counted, figures=two))
    assert [row["value"] for row in queries.figures(desk.archive, scope="本行政区域")] == [2]
    assert [row["value"] for row in queries.figures(desk.archive, scope="")] == [3]
    assert [row["value"] for row in queries.figures(desk.archive, limit=2)] == [1, 2]


def test_a_rule_that_fails_is_named_and_nothing_else_is_said_to_hold_unasked(desk, counted):
    desk.file(counted)
    assert [row["check"] for row in queries.figures(desk.archive)] == ["S14-1", "S14-1", "not_assessed", None]
    ruled = queries.figures(desk.archive, ruled=lambda one: True)
    assert [row["check"] for row in ruled] == ["S14-1", "S14-1", "not_assessed", "holds"]


def test_a_rule_that_could_not_be_assessed_says_nothing_against_its_figures(desk, counted):
    blank = contradiction(counted.figures[0], assessable=False, holds=None, level=FindingLevel.INFO, blame=Blame.READER)
    desk.file(replace(counted, findings=(blank,)))
    assert queries.figures(desk.archive, indicator="in_person")[0]["check"] == "not_assessed"
    (told,) = queries.findings(desk.archive)
    assert (told["state"], told["blame"], told["holds"]) == ("not_assessable", "reader", None)
    assert queries.findings(desk.archive, assessable=True) == []


def test_findings_are_told_with_the_keys_of_the_contract(desk, counted):
    desk.file(counted)
    (told,) = queries.findings(desk.archive)
    assert list(told)[: len(FINDING)] == FINDING
    assert (told["kind"], told["report"], told["portal"], told["state"]) == ("inside", 1, "zhucheng", "fails")
    assert (told["rule"], told["level"], told["blame"], told["left"], told["right"]) == ("S14-1", "error", "source", 132, 131)
    assert told["quotes"] == ["当面申请 12 + 网络申请 120", "收到申请数 131"]
    assert told["time"] == "2026-01-21T18:00:00+00:00"
    assert queries.findings(desk.archive, rule="S14-2") == queries.findings(desk.archive, blame="reader") == []
    assert queries.findings(desk.archive, report=1, level="error", adcodes=["370782"]) == [told]


def test_a_mirrors_figures_never_mix_with_the_organs(desk, counted):
    desk.file(counted)
    desk.file(replace(counted, url="http://mirror.example.com/1.html", trust=Trust.MIRROR))
    assert {row["report"] for row in queries.figures(desk.archive)} == {1}
    assert {row["report"] for row in queries.findings(desk.archive)} == {1}
    assert [one.report for one in queries.standing(desk.archive)] == [1]
    assert len(queries.figures(desk.archive, report=2)) == 4


def test_a_version_is_shown_with_its_own_figures(desk, counted):
    desk.file(counted)
    desk.file(replace(moved(counted, online="119"), findings=()))
    now, then = queries.show(desk.archive, 1), queries.show(desk.archive, 1, 1)
    assert ([one["raw"] for one in now["figures"]][:2], now["findings"]) == (["12", "119"], [])
    assert [one["raw"] for one in then["figures"]][:2] == ["12", "120"]
    assert [one["rule"] for one in then["findings"]] == ["S14-1"]
    assert then["hashes"]["figures_sha256"] == counted.figures_sha256
    assert queries.history(desk.archive, 1)[0]["figures_sha256"] == counted.figures_sha256


def test_a_figure_that_moves_is_a_change_of_its_own_class_whatever_else_moves(desk, counted):
    desk.file(counted)
    change = desk.file(replace(moved(counted, online="119"), text=counted.text.replace("同比增长", "较上年下降")))
    assert (change.kind, change.before, change.after) == ("figures_changed", 1, 2)
    assert change.detail == "网络申请 120 → 119"


def test_words_that_change_around_the_same_figures_are_a_change_of_text(desk, counted):
    desk.file(counted)
    assert desk.file(replace(counted, text=counted.text.replace("同比增长", "较上年下降"))).kind == "text_changed"


def test_the_same_number_printed_another_way_is_no_changed_figure(desk, counted):
    desk.file(counted)
    other = replace(counted.figures[1], raw="１２０ 件", place="table 2 /elsewhere")
    change = desk.file(replace(counted, figures=(counted.figures[0], other, *counted.figures[2:]), text=counted.text + "\n以上。"))
    assert change.kind == "text_changed"
    assert queries.diff(desk.archive, 1)["figures"] == []


def test_going_back_to_the_old_figures_is_told_the_other_way_round(desk, counted):
    desk.file(counted)
    desk.file(moved(counted, online="119"))
    change = desk.file(counted)
    assert (change.kind, change.before, change.after) == ("figures_changed", 2, 1)
    assert change.detail.startswith("网络申请 119 → 120")


def test_figures_of_an_earlier_wording_filed_late_are_told_in_the_order_of_time(desk, counted):
    early = desk.keep()
    desk.file(moved(counted, online="119"))
    change = desk.archive.file(counted, captures=[early], portal="zhucheng", at=desk.at)
    assert change.kind == "figures_changed"
    assert "网络申请 120 → 119" in change.detail


def test_figures_are_not_compared_across_readers(desk, counted):
    desk.file(replace(counted, figures=()))
    better = replace(counted, reader="2", text=counted.text.replace("同比增长", "较上年下降"))
    assert desk.file(better).kind == "text_changed"
    assert queries.diff(desk.archive, 1)["figures"] == []


def test_figures_a_better_reader_sees_are_no_news(desk, counted):
    desk.file(replace(counted, figures=(), findings=()))
    assert queries.figures(desk.archive) == []
    assert desk.archive.file(replace(counted, reader="2"), captures=[1], portal="zhucheng", at=desk.at) is None
    assert desk.file(replace(counted, reader="2")) is None
    assert len(queries.figures(desk.archive)) == 4
    assert [change["kind"] for change in queries.changes(desk.archive)] == ["new"]


def test_a_better_readers_figures_take_the_place_of_the_old_ones(desk, counted):
    desk.file(counted)
    desk.file(counted)
    better = replace(moved(counted, online="121"), text=counted.text, reader="2", findings=())
    for captures in desk.archive.outdated("2"):
        desk.archive.file(better, captures=captures, portal="zhucheng", at=desk.at)
    assert [row["raw"] for row in queries.figures(desk.archive)] == ["12", "121", "", "10.9"]
    assert queries.findings(desk.archive) == []
    assert desk.rows("SELECT COUNT(*) FROM figures") == [(4,)]
    assert desk.rows("SELECT reader FROM assessments") == [("2",)]
    change = desk.file(replace(moved(better, online="120"), text=counted.text + "更正"))
    assert change.kind == "figures_changed"
    assert change.detail.startswith("网络申请 121 → 120")


def test_a_capture_read_again_by_the_reader_of_old_brings_its_figures_back_with_it(desk, counted):
    desk.file(counted)
    desk.archive.file(replace(counted, reader="2"), captures=[1], portal="zhucheng", at=desk.at)
    desk.file(counted)
    assert len(queries.figures(desk.archive)) == 4


def test_a_corrected_date_brings_the_findings_of_today_without_a_version(desk, counted):
    desk.file(counted)
    desk.file(replace(counted, published=counted.published.replace(day=30), findings=()))
    assert queries.findings(desk.archive) == []
    assert queries.find(desk.archive)[0]["versions"] == 1
    assert len(queries.figures(desk.archive)) == 4


def test_a_diff_tells_figures_first(desk, counted):
    desk.file(counted)
    desk.file(moved(counted, online="119"))
    found = queries.diff(desk.archive, 1)
    assert list(found)[3:] == ["figures", "cells", "numbers", "lines", "same"]
    (told,) = found["figures"]
    assert (told["label"], told["scope"], told["before"], told["after"]) == ("网络申请", None, "120", "119")
    assert (told["kind_before"], told["kind_after"], told["row"], told["unit"]) == ("NUMBER", "NUMBER", "online", "件")
