"""The official formats as data: complete, consistent, and shipped."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.reading import scopes
from crawler.reading.forms import Format, Table, all_formats, by_id
from tests.gold.figures.reports import LAYOUTS

TABLES = [(form, table) for form in all_formats() for table in form.tables]


def test_every_format_is_shipped_with_the_package() -> None:
    names = {file.name for file in files("crawler.reading").joinpath("formats").iterdir() if file.name.endswith(".yaml")}
    assert {f"{form.id}.yaml" for form in all_formats()} <= names
    assert [form.id for form in all_formats()] == ["regulation_2007_art32", "gbf_2014_32", "gbgkbh_2019_60", "gbgkbh_2021_30"]


def test_the_years_of_the_formats_follow_each_other() -> None:
    spans = [(form.first, form.last) for form in all_formats()]
    assert spans == [(2008, 2013), (2014, 2018), (2019, 2020), (2021, None)]
    assert by_id("gbgkbh_2021_30").fits(2030)
    assert not by_id("gbgkbh_2021_30").fits(None)


@pytest.mark.parametrize(("form", "table"), TABLES, ids=[f"{form.id}-{table.id}" for form, table in TABLES])
def test_rules_name_rows_and_columns_of_their_table(form: Format, table: Table) -> None:
    keys = {line.key for line in (*table.rows, *table.columns)} | set(form.scopes)
    for rule in table.rules:
        assert rule["level"] in {"error", "warn", "info"}, rule["id"]
        for side in ("left", "right", "left_columns", "right_columns", "minus", "totals"):
            assert {name.partition("[")[0] for name in rule.get(side, ())} <= keys, rule["id"]


@pytest.mark.parametrize(("form", "table"), TABLES, ids=[f"{form.id}-{table.id}" for form, table in TABLES])
def test_keys_are_unique_and_labels_told_apart_by_their_groups(form: Format, table: Table) -> None:
    for lines in (table.rows, table.columns):
        assert max(Counter(line.key for line in lines).values()) == 1
        labelled = Counter((line.cores[:1], line.path) for line in lines)
        assert not table.columns or max(labelled.values()) == 1


def test_rule_ids_are_unique_in_a_format() -> None:
    for form in all_formats():
        assert max(Counter(rule["id"] for table in form.tables for rule in table.rules).values()) == 1


@pytest.mark.corpus
def test_the_formats_hold_every_row_column_and_rule_of_the_indicators(shared: Path) -> None:
    raw: dict[str, Any] = yaml.safe_load((shared / "indicators.yaml").read_text(encoding="utf-8"))
    for theirs in raw["formats"]:
        ours = by_id(theirs["id"])
        tables = {table.id: table for table in ours.tables}
        for table in theirs["tables"]:
            mine = tables[table["id"]]
            assert [line["key"] for line in table["columns"]] == [line.key for line in mine.columns]
            rows = [*table["rows"], *theirs.get("local_extension_rows", ()), *table.get("local_extension_rows", ())]
            assert {line["key"] for line in rows} == {line.key for line in mine.rows}
            assert {line["key"]: line["label"] for line in rows} == {line.key: line.label for line in mine.rows}
            assert {rule["id"] for rule in (*table.get("rules", ()), *theirs.get("rules", ()))} == {rule["id"] for rule in mine.rules}


def test_the_gold_prints_every_row_of_the_forms() -> None:
    assert {key for key, *_ in LAYOUTS["s14_statistics"] if key} == {line.key for line in by_id("gbf_2014_32").tables[0].rows}


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("（市本级）", "市本级"),
        ("县本级", "市本级"),
        ("2017年度政府信息公开情况统计表（本行政区域）", "本行政区域"),
        ("附表1：全市汇总表", "本行政区域"),
        ("统计范围：本单位", "市本级"),
        ("全县", "本行政区域"),
        ("全市共受理申请88件", None),
        ("附表：1.统计表（市本级） 2.统计表（本行政区域）", None),
        ("全市各级各部门高度重视，认真做好公开工作", None),
        ("5.不属于本行政机关公开数", None),
        ("三、收到和处理政府信息公开申请情况", None),
    ],
)
def test_a_scope_is_named_by_titles_and_not_by_sentences(text: str, scope: str | None) -> None:
    assert scopes.of_title(text) == scope
