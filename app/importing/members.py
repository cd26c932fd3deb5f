"""The bytes of WARC records out of a file that anybody may have written: gzip members and plain records, bounded, and going on behind damage.

warcio's reader trusts lengths, unpacks without bound and cannot go on behind a broken member; an archive of others needs all three.
"""

from __future__ import annotations

import mmap
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

GZIP = b"\x1f\x8b\x08"
BEGINNING = re.compile(rb"WARC/1\.[01]\r?\n")
HEAD_LIMIT = 2**20  # bytes of the lines before a record's block
_CHUNK = 2**16


class Damaged(Exception):
    """A record cannot be taken out of its file; the message says why, `rule` in a word."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(f"{rule}: {detail}")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Raw:
    """A record as it stands in a file.

    Attributes:
        offset: where it begins; of a compressed one, where its gzip member begins.
        headers: names in lower case, in order.
        trouble: what is wrong with it; then the rest may be missing.
    """

    offset: int
    headers: tuple[tuple[str, str], ...] = ()
    block: bytes = b""
    trouble: Damaged | None = None

    def header(self, name: str) -> str | None:
        """The first header of that name, in lower case."""
        return next((value for key, value in self.headers if key == name), None)


class _Bytes(Protocol):
    """What records are taken from."""

    def read(self, count: int) -> bytes: ...

    def line(self, limit: int) -> bytes: ...


class _Plain:
    """An uncompressed file, from a place on."""

    def __init__(self, data: mmap.mmap, at: int) -> None:
        self.data, self.at = data, at

    def read(self, count: int) -> bytes:
        got = self.data[self.at : self.at + count]
        self.at += len(got)
        return got

    def line(self, limit: int) -> bytes:
        end = self.data.find(b"\n", self.at, self.at + limit)
        return self.read(limit if end < 0 else end + 1 - self.at)


class _Member:
    """One gzip member, unpacked no further than is asked for."""

    def __init__(self, data: mmap.mmap, at: int) -> None:
        self._data, self._at = data, at
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._buffer = bytearray()

    def read(self, count: int) -> bytes:
        while len(self._buffer) < count and self._more():
            pass
        got = bytes(self._buffer[:count])
        del self._buffer[:count]
        return got

    def line(self, limit: int) -> bytes:
        looked = 0
        while (end := self._buffer.find(b"\n", looked)) < 0 and len(self._buffer) < limit:
            looked = len(self._buffer)
            if not self._more():
                break
        return self.read(limit if end < 0 else min(end + 1, limit))

    def ended(self) -> bool:
        """Whether the member holds no further record; blank lines are none."""
        while (byte := self.read(1)) in {b"\r", b"\n"}:
            pass
        self._buffer[:0] = byte
        return not byte

    @property
    def end(self) -> int:
        """Where the member ends; known when it is read to its end."""
        return self._at - len(self._stream.unused_data)

    def _more(self) -> bool:
        if self._stream.eof:
            return False
        packed = self._stream.unconsumed_tail
        if not packed:
            packed = self._data[self._at : self._at + _CHUNK]
            self._at += len(packed)
            if not packed:
                raise Damaged("truncated", "the file ends in the middle of a gzip member")
        try:
            self._buffer += self._stream.decompress(packed, _CHUNK)
        except zlib.error as error:
            raise Damaged("gzip", f"a gzip member is broken: {error}") from error
        return True


def records(path: Path, limit: int) -> Iterator[Raw]:
    """Every record of a WARC file, in its order; what is damaged comes as a record with `trouble`, and the next whole one follows.

    Args:
        limit: bytes of a record's block; of larger ones only the headers come, with `trouble`.

    Raises:
        Damaged: the file is empty, or no WARC. OSError: it cannot be read.
    """
    with path.open("rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise Damaged("empty", "the file is empty") from error
        with data:
            if data[:3] == GZIP:
                yield from _compressed(data, limit)
            elif BEGINNING.match(data):
                yield from _uncompressed(data, limit)
            else:
                raise Damaged("format", "no WARC file: it begins neither with WARC/1 nor with a gzip member")


def _compressed(data: mmap.mmap, limit: int) -> Iterator[Raw]:
    start = 0
    while start < len(data):
        member = _Member(data, start)
        waiting: Raw | None = None  # until what follows it, or the member's checksum, shows that it is whole
        whole = True
        try:
            while not member.ended():
                if waiting is not None:
                    yield waiting
                waiting = _record(member, start, limit)
                if waiting.trouble is not None:
                    whole = False
                    break
        except Damaged as trouble:
            waiting = Raw(start, trouble=trouble) if waiting is None else replace(waiting, trouble=trouble)
            whole = False
        if waiting is not None:
            yield waiting
        start = member.end if whole else _next_member(data, start + 1)
        while start < len(data) and data[start] == 0:
            start += 1  # padding
        if start < len(data) and data[start : start + 3] != GZIP:
            yield Raw(start, trouble=Damaged("gzip", "what follows a gzip member is none"))
            start = _next_member(data, start)


def _next_member(data: mmap.mmap, at: int) -> int:
    """Where the next gzip member begins that holds a WARC record; the file's end when there is none."""
    while (at := data.find(GZIP, at)) >= 0:
        try:
            if _Member(data, at).read(5) == b"WARC/":
                return at
        except Damaged:
            pass
        at += 1
    return len(data)


def _uncompressed(data: mmap.mmap, limit: int) -> Iterator[Raw]:
    start = 0
    while start < len(data):
        source = _Plain(data, start)
        try:
            raw = _record(source, start, limit)
        except Damaged as trouble:
            raw = Raw(start, trouble=trouble)
        yield raw
        behind = source.at
        if raw.trouble is not None and raw.trouble.rule == "too_large":
            behind += int(raw.header("content-length") or 0)
        while behind < len(data) and data[behind] in b"\r\n":
            behind += 1
        if raw.trouble is None or (raw.trouble.rule == "too_large" and (behind == len(data) or BEGINNING.match(data, behind))):
            start = behind
        else:  # one wrong digit of a length hides nothing behind it
            found = re.compile(rb"\n" + BEGINNING.pattern).search(data, start)
            start = found.start() + 1 if found else len(data)


def _record(source: _Bytes, offset: int, limit: int) -> Raw:
    """The record that begins here.

    Raises:
        Damaged: it is none, or stops before its end.
    """
    if not BEGINNING.match(first := source.line(HEAD_LIMIT)):
        raise Damaged("format", f"no WARC record begins here but {first[:40]!r}")
    headers = _headers(source)
    raw = Raw(offset, headers)
    told = raw.header("content-length") or ""
    if not (told.isascii() and told.isdigit() and len(told) < 16):
        raise Damaged("length", f"Content-Length {told[:40]!r} is no length")
    length = int(told)
    if length > limit:
        return Raw(offset, headers, trouble=Damaged("too_large", f"a record of {length} bytes; {limit} are read"))
    block = source.read(length)
    if len(block) < length:
        raise Damaged("truncated", f"{len(block)} bytes of a record of {length}")
    after = source.line(2)
    if after.strip(b"\r\n"):
        return Raw(offset, headers, block, Damaged("length", f"{after!r} follows a record of {length} bytes, where it should end"))
    return Raw(offset, headers, block)


def _headers(source: _Bytes) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    left = HEAD_LIMIT
    while line := source.line(left):
        left -= len(line)
        if not line.endswith(b"\n"):
            raise Damaged("headers", f"a record's headers do not end within {HEAD_LIMIT} bytes" if left <= 0 else "the headers stop in the middle")
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            return tuple(found)
        if text[0] in " \t" and found:
            name, value = found.pop()
            found.append((name, f"{value} {text.strip()}"))
        else:
            name, _, value = text.partition(":")
            found.append((name.strip().lower(), value.strip()))
    raise Damaged("headers", "the headers stop in the middle")
