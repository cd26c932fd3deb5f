"""What a cell says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crawler.reading import labels, values
from storage.records import FigureKind


def test_digits_that_stand_apart_are_doubtful_and_those_with_commas_are_not() -> None:
    assert (values.parse("1 036").number, values.parse("1 036").doubtful) == (1036, True)
    assert not any(values.parse(raw).doubtful for raw in ("1,036", "1036", " 1036 条", "1036 万元", "增 36"))


@pytest.mark.parametrize(
    ("raw", "slack"),
    [
        ("10.9万条", 1000),
        ("2万", 10000),
        ("1.25亿", 1000000),
        ("3千余件", 1000),
        ("１．３万", 1000),
        ("109123", 0),
        ("25.1万元", 0),
        ("12,345件", 0),
        ("", 0),
    ],
)
def test_a_number_in_ten_thousands_is_rounded_to_its_last_digit(raw: str, slack: int) -> None:
    assert values.rounding(raw) == slack


@pytest.mark.parametrize(
    ("raw", "number", "unit"),
    [
        ("12", "12", None),
        ("１２３", "123", None),
        ("1,036", "1036", None),
        ("1，036", "1036", None),
        ("1 036", "1036", None),
        ("12,345,678", "12345678", None),
        ("10.9万条", "109000", "条"),
        ("1.2万", "12000", None),
        ("3亿", "300000000", None),
        ("25.1万元", "25.1", "万元"),
        ("251000元", "251000", "元"),
        ("12.5亿元", "12.5", "亿元"),
        ("36件", "36", "件"),
        ("48人次", "48", "人次"),
        ("+1036", "1036", None),
        ("增1036", "1036", None),
        ("增加12项", "12", "项"),
        ("减3", "-3", None),
        ("减少3", "-3", None),
        ("-3", "-3", None),
        ("－3", "-3", None),
        ("−3", "-3", None),
        ("净减3", "-3", None),
        (" 7\u3000", "7", None),
        ("\u200b7", "7", None),
        ("007", "7", None),
    ],
)
def test_a_number_is_read_exactly(raw: str, number: str, unit: str | None) -> None:
    found = values.parse(raw)
    assert (found.kind, found.number, found.unit, found.lower_bound) == (FigureKind.NUMBER, Decimal(number), unit, False)


@pytest.mark.parametrize("raw", ["0", "０", "0.00", "零", "〇", "0件", "+0", "增0"])
def test_zero_is_printed(raw: str) -> None:
    assert (values.parse(raw).kind, values.parse(raw).number) == (FigureKind.ZERO, 0)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("", "BLANK"),
        ("\u3000", "BLANK"),
        ("\xa0\n", "BLANK"),
        ("—", "DASH"),
        ("-", "DASH"),
        ("——", "DASH"),
        ("－", "DASH"),
        ("/", "SLASH"),
        ("／", "SLASH"),
        ("无", "NONE_WORD"),
        ("不涉及", "NONE_WORD"),
        ("见附件", "TEXT"),
        ("5（含上年1件）", "TEXT"),
        ("12%", "TEXT"),
        ("13²", "UNREADABLE"),
        ("13①", "UNREADABLE"),
        ("1\n036", "UNREADABLE"),
        ("1 2 3", "UNREADABLE"),
        ("1,23", "UNREADABLE"),
        ("1.2.3", "UNREADABLE"),
        ("1\ufffd3", "UNREADABLE"),
    ],
)
def test_what_is_no_number_says_why(raw: str, kind: str) -> None:
    assert values.parse(raw).kind == kind
    assert values.parse(raw).number is None


@pytest.mark.parametrize("raw", ["1400余件", "1400多件", "0.14万余件"])
def test_more_than_a_number_is_a_lower_bound(raw: str) -> None:
    assert values.parse(raw) == values.Value(FigureKind.NUMBER, Decimal(1400), "件", lower_bound=True)


@pytest.mark.parametrize(
    ("printed", "official"),
    [
        ("（一）予以公开", "予以公开"),
        ("(一)予以公开", "予以公开"),
        ("一、予以公开", "予以公开"),
        ("1．属于国家秘密", "1.属于国家秘密"),
        ("①属于国家秘密", "1.属于国家秘密"),
        ("(1)属于国家秘密", "1.属于国家秘密"),
        ("（七）总计①", "（七）总计"),
        ("行政许可²", "行政许可"),
        ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）※", "（二）部分公开"),
        ("１、属于国家秘密", "1.属于国家秘密"),
        ('3.危及"三安全一稳定"', "3.危及“三安全一稳定”"),
        ("（二）部分公开", "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
        ("行政规范性文件", "规范性文件"),
        ("自 然\n人", "自然人"),
        ("其它处理", "（六）其他处理"),
        ("收到申请数量", "（一）收到申请数"),
        ("其中: 涉及国家秘密", "其中：涉及国家秘密"),
        ("本年增(减)", "本年增（减）"),
        ("本年收费金额〔单位：万元〕", "本年收费金额"),
    ],
)
def test_a_label_is_the_same_however_it_is_printed(printed: str, official: str) -> None:
    assert labels.core(printed) == labels.core(official)


@pytest.mark.parametrize(
    ("one", "other"),
    [("予以公开", "不予公开"), ("其他", "其他处理"), ("总计", "小计"), ("2.重复申请", "4.无正当理由大量反复申请"), ("本年新收", "上年结转")],
)
def test_labels_that_mean_different_things_are_not_alike(one: str, other: str) -> None:
    assert labels.likeness(labels.core(one), labels.core(other)) == 0


def test_a_misprint_is_alike_but_not_the_same() -> None:
    assert 0.8 <= labels.likeness(labels.core("没有现成信息需要另行制做"), labels.core("2.没有现成信息需要另行制作")) < 1


@pytest.mark.parametrize(
    ("heading", "unit"), [("本年收费金额（单位：万元）", "万元"), ("采购总金额（元）", "元"), ("计量单位：件", "件"), ("自然人", None)]
)
def test_a_heading_may_name_its_unit(heading: str, unit: str | None) -> None:
    assert values.unit_note(heading) == unit
