"""Office files are zip archives: how large they unpack is measured before a parser unpacks them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from crawler.errors import TooLarge, Unreadable

MEMBERS_LIMIT = 4000
UNPACKED_LIMIT = 192 * 2**20  # bytes of all members together: pictures of a long report come to 60 MB
XML_LIMIT = 40 * 2**20  # bytes of one XML member: a tree takes ten times as much memory
_HEADER = struct.Struct("<4s5H3L2H")
_STEP = 2**20


@contextmanager
def opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    """The archive, after every member was unpacked into nothing and counted: what a member declares may be a lie.

    Raises:
        TooLarge: `members`, or `unpacked`: more than fits in a reader's memory.
        Unreadable: `damaged`, or `encrypted`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MEMBERS_LIMIT:
                raise TooLarge(f"{len(members)} members in one file", rule="members")
            if (declared := sum(member.file_size for member in members)) > UNPACKED_LIMIT:
                raise TooLarge(f"{declared} bytes unpacked, by its own account", rule="unpacked")
            if any(member.flag_bits & 1 for member in members):
                raise Unreadable("the file opens with a password only", rule="encrypted")
            total = 0
            for member in members:
                total += _size(data, member, UNPACKED_LIMIT - total)
            yield archive
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError, KeyError, OSError) as error:
        raise Unreadable(f"a damaged file: {type(error).__name__}: {error}", rule="damaged") from error


def _size(data: bytes, member: zipfile.ZipInfo, left: int) -> int:
    """How many bytes a member really unpacks to."""
    limit = min(left, XML_LIMIT) if member.filename.lower().endswith((".xml", ".rels")) else left
    fields = _HEADER.unpack_from(data, member.header_offset)
    start = member.header_offset + _HEADER.size + fields[9] + fields[10]
    if member.compress_type != zipfile.ZIP_DEFLATED:
        return min(member.compress_size, len(data))
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    rest = data[start : start + member.compress_size]
    size = 0
    while rest and not unpacker.eof:
        size += len(unpacker.decompress(rest, _STEP))
        rest = unpacker.unconsumed_tail
        if size > limit:
            raise TooLarge(f"{member.filename} unpacks to more than {limit} bytes", rule="unpacked")
    return size


def declared_entities(archive: zipfile.ZipFile, names: Collection[str]) -> bool:
    """Whether an XML member declares a document type: Office files have none, and an attack needs one."""
    for name in names:
        with archive.open(name) as member:
            start = member.read(4096).replace(b"\0", b"")  # UTF-16 as well
        if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
            return True
    return False
