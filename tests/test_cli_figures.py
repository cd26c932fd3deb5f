"""Numbers at the command line: asked for one by one, as series over the years, and as files."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from app.cli import cli
from tests.gold.figures import REPORTS
from tests.gold.figures.shapes import SHAPES

GOLD = {report.key: report for report in REPORTS}
KEYS = "report year adcode format scope table row column label kind value unit raw check"
FINDING_KEYS = "id time kind report portal adcode year state detail rule level blame quotes places"
ORGANS = {"诸城": ("诸城市人民政府", "www.zhucheng.gov.cn"), "潍坊": ("潍坊市人民政府", "www.weifang.gov.cn")}


def page(gold, city, year, *, host=None, change=None):
    """A gold report as a page of that city's government, as a browser saved it; `change` replaces one printed text by another."""
    issuer, official = ORGANS[city]
    (html,) = SHAPES["plain"](replace(GOLD[gold], issuer=issuer, year=year)).parts
    if change is not None:
        assert change[0] in html
        html = html.replace(change[0], change[1], 1)
    url = f"http://{host or official}/xxgk/{year}.html"
    return html if host == "" else f"<!-- saved from url=({len(url):04d}){url} -->\n{html}"


def run(*arguments, code=0):
    result = CliRunner().invoke(cli, list(map(str, arguments)), prog_name="nianbao")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def lines(*arguments):
    return [json.loads(line) for line in run(*arguments, "--json").stdout.splitlines()]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """诸城 2016 (two scopes), 2019, 2021 and 2024; 潍坊 2024 with a wrong total; a mirror's copy of that; a file that says no address."""
    folder = tmp_path_factory.mktemp("archive")
    place = f"sqlite:///{folder / 'nianbao.sqlite3'}"
    pages = {
        "1.html": page("望江2016", "诸城", 2016),
        "2.html": page("临川2019", "诸城", 2019),
        "3.html": page("海宁2021", "诸城", 2021),
        "4.html": page("德清2024", "诸城", 2024),
        "5.html": page("德清2024", "潍坊", 2024, change=broken_total()),
        "6.html": page("德清2024", "潍坊", 2024, host="mirror.example.com"),
        "7.html": page("海宁2021", "潍坊", 2021, host=""),
    }
    for name, html in pages.items():
        (folder / name).write_text(html, encoding="utf-8")
    assert [row["change"] for row in lines("import", folder, "--archive", place, "--now", "2026-01-20T02:00:00+08:00")] == ["new"] * 7
    return place


def broken_total():
    """The total of 结转下年度 of 德清2024 one too high: last cell of its row."""
    (html,) = SHAPES["plain"](GOLD["德清2024"]).parts
    start = html.index("四、结转下年度继续办理")
    row = html[start : html.index("</tr>", start)]
    total = GOLD["德清2024"].figures[None, "t3_requests", "carried_out", "total"].raw
    assert row.endswith(f"<td>{total}</td>")
    return row, row.removesuffix(f"<td>{total}</td>") + f"<td>{int(total) + 1}</td>"


def gold(name, table, row, column, scope=None):
    return GOLD[name].figures[scope, table, row, column]


def test_every_gold_cell_of_a_report_is_a_row_with_the_keys_of_the_contract(url):
    rows = lines("figures", "--archive", url, "--city", "诸城", "--year", 2024)
    assert all(set(KEYS.split()) <= set(row) for row in rows)
    official = {(row["scope"], row["table"], row["row"], row["column"]): row for row in rows if row["format"] == "gbgkbh_2021_30"}
    assert set(official) == set(GOLD["德清2024"].figures)
    for key, cell in GOLD["德清2024"].figures.items():
        assert (official[key]["kind"], official[key]["unit"]) == (cell.kind, cell.unit)
        assert (None if official[key]["value"] is None else Decimal(str(official[key]["value"]))) == cell.value
    assert {row["year"] for row in rows} == {2024}
    assert {row["adcode"] for row in rows} == {"370782"}


def test_figures_say_what_arithmetic_thinks_of_them(url):
    rows = lines("figures", "--archive", url, "--city", "潍坊", "--year", 2024, "--indicator", "carried_out")
    checks = {row["column"]: row["check"] for row in rows}
    assert checks["total"].startswith("T3-")
    sound = lines("figures", "--archive", url, "--city", "诸城", "--year", 2024, "--indicator", "carried_out")
    assert {row["check"] for row in sound} == {"holds"}


@pytest.mark.parametrize(
    ("word", "cells"),
    [
        ("new_received", 7),
        ("t3_requests/new_received/total", 1),
        ("gbgkbh_2021_30/-/t3_requests/new_received/total", 1),
        ("t3.new_received.total", 1),
        ("t3.new_received", 7),
        ("new_received.total", 1),
        ("t4.review_corrected", 1),
        ("review_corrected", 1),
        ("requests_received", 1),
        ("litigation_total", 2),
        ("substantive_disclosure_rate", 3),
    ],
)
def test_an_indicator_is_a_row_a_cell_or_what_the_crosswalk_makes_of_cells(url, word, cells):
    rows = lines("figures", "--archive", url, "--city", "诸城", "--year", 2024, "--indicator", word)
    assert len([row for row in rows if row["format"] != "prose"]) == cells


def test_a_scope_can_be_asked_for_alone(url):
    rows = lines("figures", "--archive", url, "--city", "诸城", "--year", 2016, "--scope", "市本级", "--indicator", "requests_received")
    assert [row["raw"] for row in rows] == [gold("望江2016", "s14_statistics", "requests_received", "value", "市本级").raw]


def test_a_mirror_is_silent_where_the_organ_speaks_unless_it_is_named(url):
    (mirror,) = [row["report"] for row in lines("find", "--archive", url) if row["trust"] == "mirror"]
    everywhere = {row["report"] for row in lines("figures", "--archive", url)}
    assert mirror not in everywhere
    assert len(everywhere) == 6  # with the file that says no address
    assert {row["trust"] for row in lines("figures", "--archive", url, "--report", mirror)} == {"mirror"}


def test_the_wide_table_has_one_row_a_report_and_scope_with_exact_values(url):
    rows = lines("figures", "--wide", "--archive", url, "--city", "诸城")
    assert [(row["year"], row["scope"]) for row in rows] == [(2016, "市本级"), (2016, "本行政区域"), (2019, None), (2021, None), (2024, None)]
    received = [row["requests_received"] for row in rows]
    assert received == [
        gold("望江2016", "s14_statistics", "requests_received", "value", "市本级").raw,
        gold("望江2016", "s14_statistics", "requests_received", "value", "本行政区域").raw,
        *(gold(name, "t3_requests", "new_received", "total").raw for name in ("临川2019", "海宁2021", "德清2024")),
    ]
    last = rows[-1]
    granted, partial, total = (gold("德清2024", "t3_requests", row, "total").value for row in ("outcome_granted", "outcome_partial", "outcome_total"))
    assert Decimal(last["substantive_disclosure_rate"]) == ((granted + partial) / total).quantize(Decimal("0.0001"))


def test_the_wide_table_marks_what_must_not_be_drawn_as_one_line(url):
    rows = {(row["year"], row["scope"]): row for row in lines("figures", "--wide", "--archive", url, "--city", "诸城")}
    assert rows[2016, "市本级"]["breaks"] == []
    assert set(rows[2019, None]["breaks"]) >= {"granted", "unable_not_held_or_absent", "requests_received"}  # another scope is counted
    assert rows[2021, None]["breaks"] == ["normative_docs_in_force"]
    assert rows[2024, None]["breaks"] == []
    assert rows[2016, "市本级"]["comparability"]["granted"] == "approximate"
    assert rows[2019, None]["comparability"]["normative_docs_in_force"] == "not comparable"
    shown = run("figures", "--wide", "--archive", url, "--city", "诸城", "--indicator", "granted").stdout.splitlines()
    values = [line.split()[-1] for line in shown]
    first, third = (
        gold("望江2016", "s14_statistics", "reply_granted", "value", "市本级"),
        gold("临川2019", "t3_requests", "outcome_granted", "total"),
    )
    assert values[0] == "granted"
    assert values[1] == f"≈{first.raw}"
    assert values[3] == f"|{third.raw}"


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no pseudo-terminals here")
def test_on_a_terminal_the_years_of_an_organ_stand_side_by_side(url):
    ours, theirs = os.openpty()
    arguments = ["figures", "--wide", "--city", "诸城", "--indicator", "granted", "--archive", url]
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    subprocess.run(command, stdout=theirs, env=os.environ | {"COLUMNS": "120", "TERM": "dumb"}, timeout=60, check=True)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    line = next(line for line in shown.splitlines() if line.startswith("予以公开"))
    later = [gold(name, "t3_requests", "outcome_granted", "total").raw for name in ("临川2019", "海宁2021", "德清2024")]
    assert line.split()[3:] == [f"|{later[0]}", *later[1:]]


def test_a_single_cell_can_be_a_column_of_the_wide_table(url):
    word = "t3_requests/new_received/natural_person"
    rows = lines("figures", "--wide", "--archive", url, "--city", "诸城", "--year", 2024, "--indicator", word, "--indicator", "licenses")
    assert rows[0][word] == gold("德清2024", "t3_requests", "new_received", "natural_person").raw
    assert set(rows[0]["figures"]) <= {word, "licenses"}
    assert rows[0]["comparability"] == {"licenses": "exact"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("figures", "--indicator", "requests_recieved"), "did you mean requests_received"),
        (("figures", "--indicator", "=cmd"), "docs/codebook.md"),
        (("figures", "--below"), "--below needs --city"),
        (("figures", "--report", "99"), "99"),
        (("findings", "--below"), "--below needs --city"),
        (("findings", "--report", "99"), "99"),
        (("findings", "--blame", "nobody"), "source"),
        (("export", "xlsx", "out"), "parquet"),
        (("export", "parquet", "out", "--bom"), "--bom is for CSV"),
    ],
)
def test_a_mistake_is_named_and_ends_with_two(url, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments, "--archive", url, code=2)
    assert said in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_contradiction_is_told_with_both_quotes_and_both_places(url):
    rows = lines("findings", "--archive", url, "--city", "潍坊", "--blame", "source")
    assert all(set(FINDING_KEYS.split()) <= set(row) for row in rows)
    table = [row for row in rows if row["table"] == "t3_requests"]
    assert table
    for row in table:
        assert (row["state"], row["year"], row["adcode"], len(row["quotes"]), len(row["places"])) == ("fails", 2024, "370700", 2, 2)
    rule = table[0]["rule"]
    assert {row["rule"] for row in lines("findings", "--archive", url, "--rule", rule)} == {rule}
    assert rule in run("findings", "--archive", url, "--city", "潍坊").stdout


def test_findings_can_be_checked_anew_and_stay_what_they_were(url):
    before = lines("findings", "--archive", url)
    lines("findings", "--archive", url, "--recheck")
    assert lines("findings", "--archive", url) == lines("findings", "--archive", url, "--recheck")
    assert [row["id"] for row in before if row["kind"] == "inside"] == [
        row["id"] for row in lines("findings", "--archive", url) if row["kind"] == "inside"
    ]


def test_show_and_read_tell_figures_and_findings(url, tmp_path):
    (report,) = [row["report"] for row in lines("find", "--archive", url, "--city", "潍坊", "--year", 2024) if row["trust"] != "mirror"]
    shown = lines("show", report, "--archive", url)[0]
    assert len(shown["figures"]) >= 200
    assert shown["findings"]
    (tmp_path / "a.html").write_text(page("德清2024", "潍坊", 2024, change=broken_total()), encoding="utf-8")
    (read,) = lines("read", tmp_path / "a.html")
    assert [figure["raw"] for figure in read["figures"]] == [figure["raw"] for figure in shown["figures"]]
    inside = [finding for finding in shown["findings"] if not finding["rule"].startswith(("XY", "XH", "XC"))]
    assert [finding["rule"] for finding in read["findings"]] == [finding["rule"] for finding in inside]
    told = {(row["table"], row["row"], row["column"]): row["check"] for row in lines("figures", "--archive", url, "--report", report) if row["table"]}
    assert {(row["table"], row["row"], row["column"]): row["check"] for row in read["figures"] if row["table"]} == told


def test_a_difference_tells_a_changed_figure_once_and_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    old, new = broken_total()
    for night, html in enumerate((page("德清2024", "诸城", 2024), page("德清2024", "诸城", 2024, change=(old, new)))):
        Path("a.html").write_text(html, encoding="utf-8")
        lines("import", "a.html", "--now", f"2026-01-2{night}T02:00:00+08:00")
    total = gold("德清2024", "t3_requests", "carried_out", "total").raw
    (found,) = lines("diff", 1)
    assert [(row["row"], row["column"], row["before"], row["after"]) for row in found["figures"]] == [
        ("carried_out", "total", total, str(int(total) + 1))
    ]
    heading, row, *rest = run("diff", 1).stdout.splitlines()[1:]
    assert heading.split() == ["figure", "before", "after"]
    assert row.split()[-2:] == [total, str(int(total) + 1)]
    assert "四、结转下年度继续办理 · 总计" in row
    assert rest[0] == ""


def test_a_copy_speaks_where_the_organ_s_own_report_is_not_archived(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mirror.html").write_text(page("德清2024", "潍坊", 2024, host="mirror.example.com", change=broken_total()), encoding="utf-8")
    lines("import", "mirror.html")
    assert {row["trust"] for row in lines("figures")} == {"mirror"}
    broken = [row for row in lines("findings") if row["table"] == "t3_requests"]
    assert {(row["trust"], row["state"]) for row in broken} == {("mirror", "fails")}
    Path("own.html").write_text(page("德清2024", "潍坊", 2024), encoding="utf-8")
    lines("import", "own.html")
    assert {row["trust"] for row in lines("figures")} == {"official_host"}
    assert [row for row in lines("findings") if row["table"] == "t3_requests"] == []


# --- files --------------------------------------------------------------------------------------------------------------------------------


def read_csv(path, encoding="utf-8"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_of_csv_holds_everything_and_its_dictionary(url, tmp_path):
    rows = lines("export", "csv", tmp_path / "out", "--archive", url, "--wide")
    names = ["reports.csv", "figures.csv", "findings.csv", "series.csv", "wide.csv", "codebook.csv", "codebook.md", "heads.txt"]
    assert [Path(row["path"]).name for row in rows] == names
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)
    assert len(read_csv(tmp_path / "out" / "reports.csv")) == 7
    figures = read_csv(tmp_path / "out" / "figures.csv")
    asked = lines("figures", "--archive", url)
    assert len(figures) == len(asked) == rows[1]["rows"]
    assert len(read_csv(tmp_path / "out" / "findings.csv")) == len(lines("findings", "--archive", url))
    explained = {entry["key"] for entry in read_csv(tmp_path / "out" / "codebook.csv")}
    for row in figures:
        if row["row"] and row["format"] != "prose":
            assert f"{row['format']}/*/{row['table']}/{row['row']}/{row['column']}" in explained
    for name in names[:5]:
        with (tmp_path / "out" / name).open(encoding="utf-8", newline="") as file:
            assert {f"{name.removesuffix('.csv')}.{column}" for column in next(csv.reader(file))} <= explained
    series = read_csv(tmp_path / "out" / "series.csv")
    assert {row["indicator"] for row in series} <= explained


def test_no_text_of_a_csv_is_a_formula_and_numbers_are_numbers(url, tmp_path):
    run("export", "csv", tmp_path / "out", "--archive", url)
    figures = read_csv(tmp_path / "out" / "figures.csv")
    numbers = {"value", "report", "year", "version"}
    assert not [cell for row in figures for name, cell in row.items() if name not in numbers and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]
    signed = [row for row in figures if row["column"] == "items_change" and row["raw"].startswith("'")]
    assert signed
    for row in figures:
        assert row["value"] == "" or Decimal(row["value"]).is_finite()


def test_parquet_and_json_lines_say_the_same_as_the_command_line(url, tmp_path):
    asked = {(row["report"], row["place"], row["format"]): row for row in lines("figures", "--archive", url)}
    run("export", "jsonl", tmp_path / "figures.jsonl", "--archive", url)
    told = [json.loads(line) for line in (tmp_path / "figures.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(told) == len(asked)
    for row in told:
        known = asked[row["report"], row["place"], row["format"]]
        assert {name: known[name] for name in row} == row
    run("export", "parquet", tmp_path / "figures.parquet", "--archive", url)
    table = pq.read_table(tmp_path / "figures.parquet").to_pylist()
    assert [row["value"] for row in table] == [None if row["value"] is None else Decimal(str(row["value"])) for row in told]
    written = ["figures.jsonl", "figures.parquet"]
    beside = [f"{name}.codebook.{suffix}" for name in written for suffix in ("csv", "md")]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(written + beside)


def test_a_city_a_year_and_an_indicator_narrow_a_file(url, tmp_path):
    target = tmp_path / "诸城.csv"
    run("export", "csv", target, "--archive", url, "--city", "诸城", "--year", 2024, "--indicator", "new_received", "--bom")
    rows = read_csv(target, "utf-8-sig")
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    assert {(row["year"], row["row"]) for row in rows} == {("2024", "new_received")}


def test_a_wide_file_has_three_columns_an_indicator(url, tmp_path):
    run("export", "csv", tmp_path / "wide.csv", "--archive", url, "--wide", "--city", "诸城", "--indicator", "granted", "--indicator", "granted")
    rows = read_csv(tmp_path / "wide.csv")
    assert list(rows[0])[-4:] == ["scope", "granted", "granted_comparability", "granted_break_before"]
    assert [(row["granted_comparability"], row["granted_break_before"]) for row in rows][1:3] == [("approximate", "false"), ("exact", "true")]


def test_files_that_are_there_are_replaced_only_when_told(url, tmp_path):
    target = tmp_path / "figures.jsonl"
    target.write_text("mine", encoding="utf-8")
    assert "--force" in run("export", "jsonl", target, "--archive", url, code=2).stderr
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["mine"]
    run("export", "jsonl", target, "--archive", url, "--force", "--year", 2024)
    assert target.read_text(encoding="utf-8").startswith('{"report"')


def test_an_archive_that_fails_on_the_way_leaves_no_file(url, tmp_path, monkeypatch):
    from app import findings

    def broken(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(findings, "wanted", broken)
    assert "No space left" in run("export", "csv", tmp_path / "out", "--archive", url, code=1).stderr
    assert list((tmp_path / "out").iterdir()) == []
