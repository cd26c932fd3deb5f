"""The columns of the exported files: what each is called, of which kind it is, what it means in Chinese and in English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from crawler.series import Indicator, all_indicators


class Kind(StrEnum):
    """What the cells of a column are."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"  # exact
    DATE = "date"
    TIME = "time"  # UTC
    FLAG = "flag"
    LIST = "list"  # of texts


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an exported file."""

    name: str
    kind: Kind
    zh: str
    en: str


_REPORT = Column("report", Kind.INTEGER, "报告编号", "Number of the report in this archive; `nianbao show` takes it")
_YEAR = Column("year", Kind.INTEGER, "报告年度", "Reporting year, not the year of publication")
_ADCODE = Column("adcode", Kind.TEXT, "行政区划代码", "Division code of the issuer (GB/T 2260); a department carries that of its government")
_ISSUER = Column("issuer", Kind.TEXT, "发布机关", "The organ whose report it is")
_CITY = Column("city", Kind.TEXT, "行政区划", "Name of the division")
_TYPE = Column("type", Kind.TEXT, "文种", "Document type (docs/reading.md)")
_TRUST = Column("trust", Kind.TEXT, "来源可信度", "Who served it; only official_host and official_ip speak for the organ")
_SCOPE = Column("scope", Kind.TEXT, "统计范围", "市本级 or 本行政区域 where the report prints the table for both; empty where it does not say")
_FORMAT = Column("format", Kind.TEXT, "统计表格式", "Id of the official format; prose for numbers of the text; empty where none fits")

REPORTS = (
    _REPORT,
    Column("portal", Kind.TEXT, "门户", "Key of the portal it was found on"),
    _CITY,
    _ADCODE,
    _ISSUER,
    Column("level", Kind.TEXT, "层级", "Where the organ stands: state, province, prefecture, county, township, office, department"),
    _YEAR,
    _TYPE,
    Column("title", Kind.TEXT, "标题", "Title as the page gives it"),
    Column("published", Kind.DATE, "发布日期", "The date the page claims"),
    Column("signed", Kind.DATE, "落款日期", "The date under the text"),
    Column("first_seen", Kind.TIME, "首次采集时间", "When its bytes were fetched first, UTC"),
    Column("last_seen", Kind.TIME, "最近采集时间", "When its bytes were fetched last, UTC"),
    Column("state", Kind.TEXT, "状态", "Whether it can still be had from its portal: alive, missing, withdrawn"),
    _TRUST,
    Column("versions", Kind.INTEGER, "版本数", "Number of distinct contents seen"),
    Column("url", Kind.TEXT, "网址", "Where it stands, or stood last"),
)
FIGURES = (
    _REPORT,
    Column("version", Kind.INTEGER, "版本", "Version of the report that the figure was read from"),
    _YEAR,
    _ADCODE,
    _CITY,
    _ISSUER,
    _TYPE,
    _TRUST,
    _FORMAT,
    _SCOPE,
    Column("table", Kind.TEXT, "表", "Key of the table in its format"),
    Column("row", Kind.TEXT, "行", "Key of the row; empty for a number under a label that the format does not know"),
    Column("column", Kind.TEXT, "列", "Key of the column"),
    Column("label", Kind.TEXT, "标签", "The label as printed, with the groups above it"),
    Column("kind", Kind.TEXT, "单元格类型", "NUMBER, ZERO, BLANK, DASH, SLASH, NONE_WORD, TEXT or UNREADABLE; only the first two have a value"),
    Column("value", Kind.DECIMAL, "数值", "The exact value; 万 and 亿 are worked in, except in the units 万元 and 亿元. Blank is not zero"),
    Column("unit", Kind.TEXT, "单位", "What is counted, as printed, else as the format says"),
    Column("raw", Kind.TEXT, "原文", "The cell as printed"),
    Column(
        "check",
        Kind.TEXT,
        "校验",
        "What rules say of this figure: holds, not_assessed, or the rules that fail (docs/findings.md); empty where no rule is over it",
    ),
    Column("lower_bound", Kind.FLAG, "下限", "At least so many (1400余件)"),
    Column("certain", Kind.FLAG, "确定", "False when the label differs from the official words or the place had to be inferred"),
    Column("sentence", Kind.TEXT, "所在句子", "For numbers of the text, the sentence"),
    Column("place", Kind.TEXT, "位置", "Where it stands in the capture"),
    Column("capture", Kind.TEXT, "原件哈希", "sha256 of the bytes it was read from"),
)
FINDINGS = (
    Column("id", Kind.INTEGER, "编号", "Number of the finding"),
    Column("time", Kind.TIME, "发现时间", "When it was found first, UTC"),
    Column("kind", Kind.TEXT, "范围", "inside one report, or between reports"),
    Column("state", Kind.TEXT, "状态", "fails or not_assessable"),
    _REPORT,
    Column("portal", Kind.TEXT, "门户", "Key of the portal"),
    _YEAR,
    _ADCODE,
    _ISSUER,
    _TRUST,
    Column("rule", Kind.TEXT, "规则", "Id of the rule (docs/findings.md)"),
    Column("level", Kind.TEXT, "程度", "error, warn or info"),
    Column("blame", Kind.TEXT, "归因", "source: the organ's; reader: possibly ours"),
    Column("assessable", Kind.FLAG, "可判定", "False when cells that the rule needs are blank or unreadable"),
    _SCOPE,
    Column("table", Kind.TEXT, "表", "Key of the table"),
    Column("where", Kind.TEXT, "行或列", "The row or column that the rule was applied to"),
    Column("text", Kind.TEXT, "规则内容", "The rule in words"),
    Column("detail", Kind.TEXT, "说明", "What was found"),
    Column("quotes", Kind.LIST, "原文引用", "Both sides as printed"),
    Column("places", Kind.LIST, "位置", "Where they stand"),
    Column("left", Kind.DECIMAL, "左值", "The left side as a number"),
    Column("right", Kind.DECIMAL, "右值", "The right side as a number"),
)
SERIES = (
    _REPORT,
    _YEAR,
    _ADCODE,
    _CITY,
    _ISSUER,
    _TYPE,
    _TRUST,
    _SCOPE,
    Column("indicator", Kind.TEXT, "指标", "Key of the indicator"),
    Column("value", Kind.DECIMAL, "数值", "Exact for sums; shares have four decimal places. Empty where the report does not say it"),
    Column("unit", Kind.TEXT, "单位", "What is counted; 1 for a share"),
    Column("comparability", Kind.TEXT, "可比性", "With the values of the format in force: exact, approximate, not comparable"),
    Column("break_before", Kind.FLAG, "序列断点", "A line from the value before must be interrupted here"),
    Column("certain", Kind.FLAG, "确定", "Every figure used was read with certainty"),
    Column("reason", Kind.TEXT, "无值原因", "Why there is no value"),
    Column("numerator", Kind.DECIMAL, "分子", "The exact sum above the line of a share"),
    Column("denominator", Kind.DECIMAL, "分母", "The exact sum below it"),
    Column("figures", Kind.LIST, "所用数字", "Keys of the figures used"),
)
COMPARABILITY, BREAK = "_comparability", "_break_before"  # what stands beside each indicator of the wide file
WIDE_HEAD = (_REPORT, _YEAR, _ADCODE, _CITY, _ISSUER, _TYPE, _TRUST, _FORMAT, _SCOPE)


def wide(indicators: Sequence[Indicator]) -> tuple[Column, ...]:
    """One row a report and scope: for each indicator its value, its comparability and its break mark."""
    columns = list(WIDE_HEAD)
    for one in indicators:
        columns += [
            Column(one.key, Kind.DECIMAL, one.zh, one.en),
            Column(f"{one.key}{COMPARABILITY}", Kind.TEXT, f"{one.zh}：可比性", f"{one.en}: comparability"),
            Column(f"{one.key}{BREAK}", Kind.FLAG, f"{one.zh}：序列断点", f"{one.en}: break before this value"),
        ]
    return tuple(columns)


def all_files() -> dict[str, tuple[Column, ...]]:
    """The columns of every file that a folder can hold, with all indicators."""
    return {"reports": REPORTS, "figures": FIGURES, "findings": FINDINGS, "series": SERIES, "wide": wide(all_indicators())}


CODEBOOK = tuple(
    Column(name, Kind.TEXT, zh, en)
    for name, zh, en in (
        ("kind", "条目类型", "cell, prose, metric, derived or column"),
        ("key", "键", "What the entry explains; * stands for any scope"),
        ("label_zh", "中文名称", "In Chinese; the official label of a cell"),
        ("label_en", "英文名称", "In English"),
        ("format", "统计表格式", "Id of the format; for a column, the file it is in"),
        ("table", "表", "Key of the table"),
        ("row", "行", "Key of the row"),
        ("column", "列", "Key of the column"),
        ("unit", "单位", "What is counted; for a column, what kind its cells are"),
        ("comparability", "可比性", "How far the formats count alike, and the years before which a line must be interrupted"),
        ("definition", "定义", "What is counted, or from which cells it is computed"),
    )
)
