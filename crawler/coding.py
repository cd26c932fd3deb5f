"""Content coding undone within bounds, and bodies that were cut short noticed.

Scrapy's own middleware takes a gzip stream without its end for a whole page (31 of 31, RELIABILITY 0.4), follows `gzip, gzip` to gigabytes
(0.5) and drops the coded bytes. Here a stream must reach its end marker and its checksum, and nothing grows past the limit.
"""

from __future__ import annotations

import re
import zlib

import brotli
import zstandard

from crawler.errors import TooLarge, Unreachable

GZIP = b"\x1f\x8b"
_PIECE = 1024  # bytes handed to zstd at once
CODINGS_LIMIT = 3  # `gzip, gzip` is a proxy's mistake; more is an attack
MEMBERS_LIMIT = 100  # streams after each other; each costs a copy of all that follow it (200,000 empty ones of 20 bytes, 11 s)


def decode(body: bytes, header: str, *, limit: int, url: str, unasked: bool = False) -> bytes:
    """The entity body.

    Parameters:
        body: as it came, transfer coding undone.
        header: the Content-Encoding header or headers, comma-joined; empty when there was none.
        limit: most bytes at any stage.
        unasked: undo br and zstd as well. A crawl never asks for them; what others crawled may have them.

    Raises:
        Unreachable: the stream ends before its end (`truncated`), fails its checksum (`corrupt`), or its coding is unknown (`coding`).
        TooLarge: more than `limit` bytes come out, or the stream is made of more pieces than anybody makes.
    """
    codings = [c.strip().lower() for c in header.split(",")]
    codings = [c for c in codings if c and c != "identity"]
    if len(codings) > CODINGS_LIMIT:
        raise TooLarge(f"{len(codings)} content codings over each other", url=url, rule="codings")
    for coding in reversed(codings):
        if not body:
            return body  # 304 and HEAD keep the header of the body they do not send
        if coding in {"gzip", "x-gzip"}:
            if not body.startswith(GZIP):
                return body  # labelled, not coded: the plain page
            body = _inflate(body, zlib.MAX_WBITS | 16, limit, url)
        elif coding == "deflate":
            body = _deflated(body, limit, url)
        elif unasked and coding == "br":
            body = _brotli(body, limit, url)
        elif unasked and coding == "zstd":
            body = _zstd(body, limit, url)
        else:
            raise Unreachable(f"unknown content coding {coding!r}", url=url, rule="coding")
    # coded once more than labelled: no page begins with these bytes, while a .gz file that is meant as one arrives without a label
    for _ in range(CODINGS_LIMIT - 1):
        if not codings or not body.startswith(GZIP):
            break
        body = _inflate(body, zlib.MAX_WBITS | 16, limit, url)
    return body


def _deflated(body: bytes, limit: int, url: str) -> bytes:
    """`deflate` means zlib; some servers send the bare stream, some the plain page."""
    for wbits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            return _inflate(body, wbits, limit, url)
        except Unreachable as error:
            if error.rule == "truncated":
                raise
    if re.match(rb"\s*[<{\[]", body):
        return body
    raise Unreachable("a deflate stream that is none", url=url, rule="corrupt")


def _inflate(body: bytes, wbits: int, limit: int, url: str) -> bytes:
    """All members of a stream, each to its end."""
    out = bytearray()
    for _ in range(MEMBERS_LIMIT):
        stream = zlib.decompressobj(wbits)
        try:
            out += stream.decompress(body, limit + 1 - len(out))
        except zlib.error as error:
            raise Unreachable(f"a compressed body is damaged: {error}", url=url, rule="corrupt") from error
        if len(out) > limit:
            raise TooLarge(f"more than {limit} bytes unpacked", url=url, rule="unpacked")
        if not stream.eof:
            raise Unreachable("a compressed body stops before its end", url=url, rule="truncated")
        body = stream.unused_data
        if wbits != zlib.MAX_WBITS | 16 or not body.startswith(GZIP):
            return bytes(out)  # padding after the last member is nobody's
    raise TooLarge(f"more than {MEMBERS_LIMIT} compressed streams after each other", url=url, rule="members")


def _brotli(body: bytes, limit: int, url: str) -> bytes:
    """One stream of RFC 7932, to its end."""
    stream = brotli.Decompressor()
    out = bytearray()
    try:
        out += stream.process(body, output_buffer_limit=limit + 1)
        while not stream.is_finished() and len(out) <= limit and not stream.can_accept_more_data():
            out += stream.process(b"", output_buffer_limit=limit + 1 - len(out))
    except brotli.error as error:
        raise Unreachable(f"a compressed body is damaged: {error}", url=url, rule="corrupt") from error
    if len(out) > limit:
        raise TooLarge(f"more than {limit} bytes unpacked", url=url, rule="unpacked")
    if not stream.is_finished():
        raise Unreachable("a compressed body stops before its end", url=url, rule="truncated")
    return bytes(out)


def _zstd(body: bytes, limit: int, url: str) -> bytes:
    """One frame of RFC 8878, to its end."""
    stream = zstandard.ZstdDecompressor(max_window_size=2**27).decompressobj()
    out = bytearray()
    try:
        for start in range(0, len(body), _PIECE):
            out += stream.decompress(body[start : start + _PIECE])  # a piece grows a few thousandfold at most
            if len(out) > limit:
                raise TooLarge(f"more than {limit} bytes unpacked", url=url, rule="unpacked")
    except zstandard.ZstdError as error:
        raise Unreachable(f"a compressed body is damaged: {error}", url=url, rule="corrupt") from error
    if not stream.eof:
        raise Unreachable("a compressed body stops before its end", url=url, rule="truncated")
    return bytes(out)


def check_whole(body: bytes, *, url: str) -> None:
    """Look for the cut in a page whose end only the closed connection marked; HTTP itself cannot tell (26 of 31 stored in part).

    Meant for answers with neither Content-Length nor chunks. Pages that were opened by <html and close neither body nor html, and pages that
    stop inside a tag, were cut.

    Raises:
        Unreachable: with the rule `truncated`.
    """
    if not re.match(rb"(\xef\xbb\xbf)?\s*<", body):
        return
    end = body[-4096:].lower()
    opened = re.search(rb"<html[\s>]", body[:4096].lower()) is not None
    closed = b"</html" in end or b"</body" in end
    if (opened and not closed) or body.rfind(b"<") > body.rfind(b">"):
        raise Unreachable("the page stops in the middle and the server named no length", url=url, rule="truncated")
