"""Bodies: stored once under the sha256 of their plain bytes, and checked against it whenever they are taken out.

Whether a body stands alone, needs a portal's dictionary or is the difference to an earlier body (storage/packing.py decides that later, in the
background), no reader can tell.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Connection, Row, select

from storage import dictionaries, encoding
from storage.encoding import Undecodable
from storage.engine import insert_new
from storage.errors import CorruptCapture
from storage.schema import blobs

CODEC = encoding.KEPT


def pack(body: bytes) -> bytes:
    """Compressed, as it will be stored. Done before a transaction begins, so that no writer waits for it."""
    return encoding.quick(body)


def put(connection: Connection, body: bytes, packed: bytes) -> str:
    """Store a body unless it is there.

    Returns:
        Its sha256, in hexadecimal.
    """
    sha256 = hashlib.sha256(body).hexdigest()
    insert_new(connection, blobs, sha256=sha256, size=len(body), codec=CODEC, data=packed, data_sha256=hashlib.sha256(packed).hexdigest())
    return sha256


def get(connection: Connection, sha256: str) -> bytes:
    """The body of that name.

    Raises:
        CorruptCapture: it, or what it is stored with, is missing, cannot be unpacked, or no longer hashes to its name. Named are both.
    """
    row = connection.execute(select(blobs).where(blobs.c.sha256 == sha256)).one_or_none()
    if row is None:
        raise CorruptCapture(f"{sha256}: no such body in the archive")
    return _checked(row, _given(connection, row))


def _given(connection: Connection, row: Row[Any]) -> bytes | None:
    """What a body is stored with: a dictionary, or the body it is the difference to."""
    if row.codec == encoding.WITH_DICTIONARY:
        try:
            return dictionaries.get(connection, row.dictionary)
        except CorruptCapture as error:
            raise CorruptCapture(f"{row.sha256}: {error}") from error
    if row.codec != encoding.DELTA:
        return None
    base = connection.execute(select(blobs).where(blobs.c.sha256 == row.base)).one_or_none()
    if base is None:
        raise CorruptCapture(f"{row.sha256}: stored as the difference to {row.base}, which is not in the archive")
    if base.codec == encoding.DELTA:
        raise CorruptCapture(f"{row.sha256}: stored as the difference to {row.base}, which is a difference itself")
    try:
        return _checked(base, _given(connection, base))
    except CorruptCapture as error:
        raise CorruptCapture(f"{row.sha256}: stored as the difference to another body; {error}") from error


def _checked(row: Row[Any], given: bytes | None) -> bytes:
    try:
        body = encoding.decode(row.data, codec=row.codec, size=row.size, given=given)
    except Undecodable as error:
        raise CorruptCapture(f"{row.sha256}: {error}") from error
    found = hashlib.sha256(body).hexdigest()
    if found != row.sha256:
        raise CorruptCapture(f"{row.sha256}: the stored bytes hash to {found}")
    return body
