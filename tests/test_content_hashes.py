"""What makes two readings the same content."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from crawler.reading import read
from storage.records import Capture, normalised

PAGE = """<html><head><title>甲市人民政府2017年政府信息公开工作年度报告</title></head><body><div id="zoom">
<p>2017年，全市主动公开政府信息1024条，收到申请31件，均按期答复。</p>
<table>{blank}<tr><td>指标</td><td>单位</td>{gap}<td>统计数</td></tr>
<tr><td>收到申请数</td><td>件</td>{gap}<td>{first}</td></tr><tr><td>申请办结数</td><td>件</td>{gap}<td>{second}</td></tr></table>
</div></body></html>"""


def content(now, **words):
    words = {"blank": "", "gap": "", "first": "31", "second": "30", **words}
    capture = Capture(url="http://www.example.gov.cn/t20180101_1.html", status=200, body=PAGE.format(**words).encode(), fetched_at=now)
    return read(capture, second_opinion=False)


@pytest.mark.parametrize("layout", [{"blank": "<tr><td></td><td>&nbsp;</td><td></td></tr>"}, {"gap": "<td> </td>"}])
def test_a_blank_row_or_column_of_a_new_layout_is_no_new_content(now, layout):
    assert content(now, **layout).content_sha256 == content(now).content_sha256


def test_a_digit_that_changes_or_moves_is_new_content(now):
    hashes = {content(now).content_sha256, content(now, second="31").content_sha256, content(now, first="30", second="31").content_sha256}
    assert len(hashes) == 3


def test_a_character_that_this_python_does_not_know_yet_is_a_word():
    """An ideograph of a village's name, assigned in a later Unicode: each Python's hash must hold it, and hold it alike."""
    unassigned = next(chr(code) for code in range(0x323B0, sys.maxunicode) if unicodedata.category(chr(code)) == "Cn")
    assert normalised(f"甲{unassigned}村") == f"甲{unassigned}村"


@pytest.mark.parametrize("code", [0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF, 0x00, 0xAD, 0x200B, 0x3000, 0xD800, 0xE000, 0x100000])
def test_noncharacters_and_what_nobody_sees_are_no_words(code):
    assert normalised(f"甲{chr(code)}村") == "甲村"


@pytest.mark.parametrize("code", [0xFDCF, 0xFDF0, 0xFFFD, 0x1FFFD, 0x20000])
def test_what_stands_beside_noncharacters_is_kept(code):
    assert normalised(chr(code)) == unicodedata.normalize("NFKC", chr(code)) != ""


def test_only_noncharacters_are_dropped_of_what_no_unicode_assigns():
    dropped = {code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) == "Cn" and not normalised(chr(code))}
    assert len(dropped) == 66
