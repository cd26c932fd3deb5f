"""Content coding undone whole or not at all."""

import gzip
import random
import tracemalloc
import zlib

import pytest

from crawler import coding
from crawler.errors import TooLarge, Unreachable

PAGE = "<html><body>政府信息公开年度报告</body></html>".encode() * 50
LIMIT = 2**20


def decode(body, header="gzip", limit=LIMIT):
    return coding.decode(body, header, limit=limit, url="http://a.gov.cn/")


def deflate_raw(body):
    squeezed = zlib.compressobj(wbits=-15)
    return squeezed.compress(body) + squeezed.flush()


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (PAGE, ""),
        (PAGE, "identity"),
        (gzip.compress(PAGE), "gzip"),
        (gzip.compress(PAGE), "x-GZIP"),
        (gzip.compress(PAGE[:99]) + gzip.compress(PAGE[99:]), "gzip"),
        (gzip.compress(PAGE) + b"\0" * 20, "gzip"),
        (gzip.compress(gzip.compress(PAGE)), "gzip, gzip"),
        (gzip.compress(gzip.compress(PAGE)), "gzip"),  # coded twice, labelled once
        (zlib.compress(PAGE), "deflate"),
        (deflate_raw(PAGE), "deflate"),
        (PAGE, "gzip"),  # labelled, not coded
        (PAGE, "deflate"),
        (b"", "gzip"),
    ],
    # named, and not by their bodies: gzip writes the second into them, and two workers must collect the same
    ids=[
        *("plain", "identity", "gzip", "x-GZIP", "two members", "padded", "coded twice", "coded twice, labelled once"),
        *("deflate", "raw deflate", "plain as gzip", "plain as deflate", "empty"),
    ],
)
def test_what_was_coded_comes_back_whole(body, header):
    assert decode(body, header) == (PAGE if body else b"")


@pytest.mark.parametrize("cut", [11, 20, 60, -9, -8, -1])
def test_a_gzip_stream_without_its_end_is_no_page(cut):
    with pytest.raises(Unreachable) as loss:
        decode(gzip.compress(PAGE)[:cut])
    assert loss.value.rule == "truncated"
    assert loss.value.retry


def test_a_second_member_cut_short_is_no_page():
    with pytest.raises(Unreachable):
        decode(gzip.compress(PAGE) + gzip.compress(PAGE)[:40])


def test_a_deflate_stream_cut_short_is_no_page():
    for squeezed in (zlib.compress(PAGE), deflate_raw(PAGE)):
        with pytest.raises(Unreachable):
            decode(squeezed[: len(squeezed) // 2], "deflate")


def test_a_wrong_checksum_is_no_page():
    body = bytearray(gzip.compress(PAGE))
    body[-6] ^= 1
    with pytest.raises(Unreachable) as damage:
        decode(bytes(body))
    assert damage.value.rule == "corrupt"


def test_random_damage_never_passes_as_another_page():
    random.seed(7)
    whole = gzip.compress(random.randbytes(4000) + PAGE)
    for _ in range(300):
        body = bytearray(whole)
        body[random.randrange(10, len(body))] ^= 1 << random.randrange(8)
        try:
            assert decode(bytes(body)).endswith(PAGE)
        except Unreachable:
            pass


@pytest.mark.parametrize("header", ["br", "zstd", "gzip, br", "sdch"])
def test_a_coding_nobody_asked_for_is_refused(header):
    with pytest.raises(Unreachable):
        decode(b"\x0b\x02\x80whatever", header)


def test_a_stream_of_a_million_empty_pieces_ends_at_once():
    with pytest.raises(TooLarge) as flood:
        decode(gzip.compress(b"") * 10**6)
    assert flood.value.rule == "members"


def test_a_bomb_ends_at_the_limit():
    bomb = gzip.compress(b" " * (64 * LIMIT), 9)
    nested = gzip.compress(bomb, 9)
    for body, header in ((bomb, "gzip"), (nested, "gzip, gzip"), (nested, "gzip"), (zlib.compress(b" " * (64 * LIMIT)), "deflate")):
        tracemalloc.start()
        with pytest.raises(TooLarge):
            decode(body, header)
        assert tracemalloc.get_traced_memory()[1] < 8 * LIMIT
        tracemalloc.stop()
    with pytest.raises(TooLarge):
        decode(PAGE, ",".join(["gzip"] * 50))


def test_a_body_of_exactly_the_limit_passes():
    assert len(decode(gzip.compress(b"x" * LIMIT))) == LIMIT


@pytest.mark.parametrize(
    "body", ["<html><body>一二三</body></html>", "<!doctype html><html><body>x</body>\n", "<p>a < b</p>", "plain text", '{"a": "<']
)
def test_a_page_that_closes_what_it_opened_is_whole(body):
    coding.check_whole(body.encode(), url="u")


@pytest.mark.parametrize("body", ["<html><head></head><body><p>一二", "<html><body><p>一</p><a href='x", "<div><p>一</p><img src="])
def test_a_page_cut_in_the_middle_is_noticed(body):
    with pytest.raises(Unreachable) as cut:
        coding.check_whole(body.encode(), url="u")
    assert cut.value.rule == "truncated"
