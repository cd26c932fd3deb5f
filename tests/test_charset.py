"""Headers and meta tags lie; the bytes are asked first."""

from __future__ import annotations

import codecs

import pytest

from crawler.reading.charset import decode

TEXT = "诸城市人民政府2017年政府信息公开工作年度报告，主动公开7790条。"


@pytest.mark.parametrize(
    ("body", "header", "encoding"),
    [
        pytest.param(TEXT.encode(), "text/html; charset=gbk", "utf-8", id="header says gbk, bytes are utf-8"),
        pytest.param(TEXT.encode("gbk"), "text/html; charset=utf-8", "gb18030", id="header says utf-8, bytes are gbk"),
        pytest.param(b'<meta charset="utf-8">' + TEXT.encode("gbk"), None, "gb18030", id="page says utf-8, bytes are gbk"),
        pytest.param(b'<meta charset="gb2312">' + TEXT.encode(), None, "utf-8", id="page says gb2312, bytes are utf-8"),
        pytest.param(TEXT.encode("gbk"), None, "gb18030", id="nothing said"),
        pytest.param(TEXT.encode("gbk"), "text/html; charset=iso-8859-1", "gb18030", id="latin-1 decodes anything and proves nothing"),
        pytest.param(codecs.BOM_UTF8 + TEXT.encode(), "text/html; charset=gbk", "utf-8", id="byte order mark"),
        pytest.param(TEXT.encode("utf-16"), "text/html; charset=utf-8", "utf-16-le", id="utf-16 under a wrong label"),
        pytest.param(("<html><body>" * 9 + TEXT).encode("utf-16-be"), None, "utf-16-be", id="utf-16 without mark"),
        pytest.param(b"<!--" + b"x" * 5000 + b"--><meta charset=gbk>" + TEXT.encode("gbk"), None, "gb18030", id="declared late"),
        pytest.param(b'<meta httpequiv="ContentType" content="text/html;charset=gb2312">' + TEXT.encode("gbk"), None, "gb18030", id="broken meta"),
    ],
)
def test_the_words_come_out_right_whatever_is_declared(body: bytes, header: str | None, encoding: str) -> None:
    text, found = decode(body, header)
    assert TEXT in text
    assert found == encoding


def test_rare_characters_of_gb18030_survive_a_gb2312_label() -> None:
    rare = "㙍䶮𠮷" + TEXT
    assert decode(b'<meta charset="gb2312">' + rare.encode("gb18030"))[0].endswith(rare)


def test_a_utf8_page_with_a_few_broken_bytes_stays_utf8() -> None:
    body = TEXT.encode() * 20 + b"\xff\xfe\xe8" + TEXT.encode() * 20
    text, encoding = decode(body, "text/html; charset=gbk")
    assert encoding == "utf-8"
    assert text.count(TEXT) == 40


def test_a_utf8_fragment_in_the_footer_does_not_turn_a_gbk_page() -> None:
    body = b'<meta charset="gbk">' + TEXT.encode("gbk") * 20 + "版权".encode()
    text, encoding = decode(body)
    assert encoding == "gb18030"
    assert text.count(TEXT) == 20


def test_a_traditional_page_in_big5_is_read_as_declared() -> None:
    text, _ = decode(b'<meta charset="big5">' + "政府資訊公開".encode("big5"))
    assert text.endswith("政府資訊公開")


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00", b"\xff", b"\xff\xfe", b"charset=", b"<meta charset=nonsense>\xb0\xa1", b"<meta charset=hex>\xb0\xa1", b"<meta charset=idna>\xb0"],
)
def test_nothing_that_can_be_sent_raises(body: bytes) -> None:
    decode(body, "text/html; charset=\xff")
