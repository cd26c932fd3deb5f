"""Bodies are stored once and come out as they went in, or not at all."""

import hashlib

import pytest
import sqlalchemy as sa
import zstandard

from storage.errors import CorruptCapture
from storage.records import Capture
from storage.schema import blobs, captures

BODY = "<html><title>年报</title></html>".encode("gb18030") * 500


@pytest.mark.parametrize("body", [b"", b"\x00", BODY, bytes(range(256)) * 4000], ids=["empty", "nul", "gbk", "binary"])
def test_bytes_come_out_as_they_went_in(desk, body):
    assert desk.archive.capture(desk.keep(body=body)).body == body


def test_the_same_bytes_are_stored_once_and_small(desk):
    first, second = desk.keep(body=BODY), desk.keep(body=BODY)
    assert first != second
    ((size, stored),) = desk.rows("SELECT size, length(data) FROM blobs")
    assert size == len(BODY)
    assert stored < len(BODY) / 10


def test_a_capture_comes_back_with_every_fact(desk):
    capture = Capture(
        url="https://www.qingdao.gov.cn/a.html",
        final_url="https://www.qingdao.gov.cn/b.html",
        status=200,
        headers=(("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("X-Odd", "\u0000 年报")),
        body=BODY,
        fetched_at=desk.at,
        rendered=True,
        portal="qingdao",
        wire_sha256=hashlib.sha256(b"wire").hexdigest(),
        wire_bytes=4,
    )
    assert desk.archive.capture(desk.archive.keep(capture)) == capture


@pytest.mark.parametrize("damage", ["flipped", "cut", "another", "codec", "misnamed"])
def test_damaged_bytes_are_named_and_never_handed_out(desk, damage):
    number, sha256 = desk.keep(body=BODY), hashlib.sha256(BODY).hexdigest()
    with desk.archive.engine.begin() as connection:
        data = connection.execute(sa.select(blobs.c.data)).scalar_one()
        if damage == "misnamed":
            sha256 = "0" * 64
            connection.execute(sa.insert(blobs).values(sha256=sha256, size=len(BODY), codec="zstd", data=data))
            connection.execute(sa.update(captures).values(sha256=sha256))
        else:
            changed = {
                "flipped": {"data": data[:40] + bytes([data[40] ^ 1]) + data[41:]},
                "cut": {"data": data[: len(data) // 2]},
                "another": {"data": zstandard.compress(BODY[:-1] + b"?")},
                "codec": {"codec": "xz"},
            }
            connection.execute(sa.update(blobs).values(**changed[damage]))
    with pytest.raises(CorruptCapture, match=sha256):
        desk.archive.capture(number)
