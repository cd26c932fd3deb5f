"""Files that leave the archive: exact numbers, no formulas, whole or not at all."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.exports import codebook, columns, files
from app.exports.columns import Column, Kind
from crawler.reading import forms
from crawler.series import all_indicators

DOCS = Path(__file__).resolve().parent.parent / "docs"
COLUMNS = (
    Column("label", Kind.TEXT, "标签", "label"),
    Column("value", Kind.DECIMAL, "数值", "value"),
    Column("certain", Kind.FLAG, "确定", "certain"),
)


def row(label, value=None, certain=True):
    return {"label": label, "value": value, "certain": certain}


def read_csv(path, encoding="utf-8"):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    "text",
    [
        "=HYPERLINK(0)", "+1036", "-3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1036",
        "－3", "＠a", " =1", "\u200b=1", "\u3000＝1", "﹢1", "\ttab",
    ],
)  # fmt: skip
def test_a_text_that_a_spreadsheet_would_calculate_is_defanged_in_csv_and_whole_in_json(tmp_path, text):
    files.write_csv(tmp_path / "a.csv", COLUMNS, [row(text, "-3")])
    assert read_csv(tmp_path / "a.csv")[1] == [f"'{text}", "-3", "true"]
    files.write_jsonl(tmp_path / "a.jsonl", COLUMNS, [row(text, "-3")])
    assert json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8")) == row(text, "-3")


@pytest.mark.parametrize("text", ["1.当面申请数", "（一）收到申请数", "a=b", "10-12", "—", "'quoted", "", "2019年"])
def test_other_texts_stay_as_they_are(tmp_path, text):
    files.write_csv(tmp_path / "a.csv", COLUMNS, [row(text)])
    assert read_csv(tmp_path / "a.csv")[1] == [text, "", "true"]


def test_line_breaks_quotes_and_commas_of_a_label_survive(tmp_path):
    label = '一、"总体",\n情况'
    files.write_csv(tmp_path / "a.csv", COLUMNS, [row(label)])
    assert read_csv(tmp_path / "a.csv")[1][0] == label


def test_excel_knows_utf8_by_the_mark_it_is_given(tmp_path):
    files.write_csv(tmp_path / "a.csv", COLUMNS, [row("标签")], bom=True)
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbflabel,value,certain\r\n")
    files.write_csv(tmp_path / "b.csv", COLUMNS, [row("标签")])
    assert (tmp_path / "b.csv").read_bytes().startswith(b"label,")


def test_parquet_holds_exact_decimals_and_their_words(tmp_path):
    numbers = ["71", "-3", "0", "25.1", "0.0000000001", "9" * 28, None, "9" * 29, "0.00000000001", "1.500000000000000"]
    files.write_parquet(tmp_path / "a.parquet", COLUMNS, [row("x", number) for number in numbers])
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.schema.field("value").type == pa.decimal128(38, 10)
    assert table["value_text"].to_pylist() == numbers
    expected = [None if number is None or number in {"9" * 29, "0.00000000001"} else Decimal(number) for number in numbers]
    assert table["value"].to_pylist() == expected
    assert table.schema.field("label").metadata[b"zh"].decode() == "标签"


def test_parquet_knows_dates_times_and_lists(tmp_path):
    kinds = (
        Column("day", Kind.DATE, "", ""),
        Column("time", Kind.TIME, "", ""),
        Column("quotes", Kind.LIST, "", ""),
        Column("n", Kind.INTEGER, "", ""),
    )
    one = {"day": "2018-03-29", "time": "2026-01-20T18:00:00+00:00", "quotes": ["九", "=15"], "n": 3}
    files.write_parquet(tmp_path / "a.parquet", kinds, [one, dict.fromkeys(one)])
    first, second = pq.read_table(tmp_path / "a.parquet").to_pylist()
    assert (first["day"].isoformat(), first["time"].isoformat(), first["quotes"], first["n"]) == tuple(one.values())
    assert set(second.values()) == {None}


def test_no_rows_make_a_file_with_a_heading(tmp_path):
    files.write_parquet(tmp_path / "a.parquet", COLUMNS, [])
    assert pq.read_table(tmp_path / "a.parquet").column_names == ["label", "value", "value_text", "certain"]
    files.write_csv(tmp_path / "a.csv", COLUMNS, [])
    assert len(read_csv(tmp_path / "a.csv")) == 1


def test_more_rows_than_one_batch_are_all_written(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "ROWS_AT_ONCE", 7)
    assert files.write_parquet(tmp_path / "a.parquet", COLUMNS, (row(str(n)) for n in range(20))) == 20
    assert pq.read_table(tmp_path / "a.parquet")["label"].to_pylist() == [str(n) for n in range(20)]


def test_a_file_appears_whole_or_not_at_all(tmp_path):
    target = tmp_path / "deep" / "a.csv"
    half = (row(str(n)) if n < 3 else 1 / 0 for n in range(9))
    with pytest.raises(ZeroDivisionError), files.appearing(target) as temporary:
        files.write_csv(temporary, COLUMNS, half)
    assert list(target.parent.iterdir()) == []
    with files.appearing(target) as temporary:
        temporary.write_text("whole", encoding="utf-8")
        assert not target.exists()
    assert [(path.name, path.read_text(encoding="utf-8")) for path in target.parent.iterdir()] == [("a.csv", "whole")]


def test_the_codebook_has_every_cell_indicator_and_column_in_two_languages():
    told = columns.all_files()
    entries = codebook.entries(told)
    cells = sum(len(table.rows) * len(table.columns) for form in forms.all_formats() for table in form.tables)
    kinds = [entry["kind"] for entry in entries]
    assert kinds.count("cell") == cells
    assert kinds.count("metric") + kinds.count("derived") == len(all_indicators())
    assert kinds.count("column") == sum(map(len, told.values()))
    assert len({entry["key"] for entry in entries}) == len(entries)
    assert all(entry["label_zh"] and entry["label_en"] for entry in entries)
    assert not [entry["key"] for entry in entries if entry["kind"] != "cell" and not entry["unit"]]


def test_the_codebook_says_of_a_cell_what_it_is_part_of_and_how_it_compares():
    entries = {entry["key"]: entry for entry in codebook.entries({})}
    total = entries["gbgkbh_2019_60/*/t2_art20_1/normative_documents/total_disclosed"]
    assert total["comparability"] == "normative_docs_in_force: not comparable"
    assert entries["normative_docs_in_force"]["comparability"].endswith("break before 2021")
    assert entries["gbf_2014_32/*/s14_statistics/requests_received/value"]["label_zh"] == "三、依申请公开情况 / （一）收到申请数 / 统计数"
    assert entries["gbgkbh_2021_30/*/t3_requests/new_received/natural_person"]["label_en"] == "Requests received this year · Natural persons"


def test_the_codebook_for_people_names_every_row_column_and_indicator():
    text = codebook.markdown({"wide": columns.wide(all_indicators())})
    keys = {one.key for one in all_indicators()} | {f"{form.id}" for form in forms.all_formats()}
    keys |= {line.key for form in forms.all_formats() for table in form.tables for line in (*table.rows, *table.columns)}
    assert sorted(key for key in keys if f"| {key} |" not in text and f"## {key}\n" not in text) == []
    assert "| <indicator>_break_before |" in text


def test_the_page_of_the_codebook_is_the_codebook():
    """To write it anew: python -c 'from app.exports import codebook, columns; print(codebook.markdown(columns.all_files()), end="")'"""
    assert (DOCS / "codebook.md").read_text(encoding="utf-8") == codebook.markdown(columns.all_files())


def test_the_page_of_the_findings_names_every_rule_of_the_formats():
    text = (DOCS / "findings.md").read_text(encoding="utf-8")
    rules = [rule["id"] for form in forms.all_formats() for table in form.tables for rule in table.rules]
    assert [rule for rule in rules if f"`{rule}`" not in text] == []
