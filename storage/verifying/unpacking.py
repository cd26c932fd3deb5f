"""What a body is stored with: whether it is whole, and whether one flipped bit of the body's row led to something else.

Nothing here believes a name: only a body that hashes to what it is called proves what was there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from storage import encoding
from storage.encoding import DELTA, WITH_DICTIONARY, Undecodable
from storage.schema import blobs, dictionaries
from storage.verifying import repairs, strictly
from storage.verifying.strictly import Row


def base_of(connection: Connection, values: Mapping[str, Any]) -> Row | None:
    """The body that a body is the difference to; None where it is none, or there is no such body."""
    if values["codec"] != DELTA:
        return None
    return next(strictly.rows(connection, select(blobs).where(blobs.c.sha256 == values["base"]), blobs, at_once=1), None)


def dictionary_of(connection: Connection, values: Mapping[str, Any]) -> Row | None:
    """The dictionary that a body is stored with; None where it has none, or there is no such dictionary."""
    if values["codec"] != WITH_DICTIONARY:
        return None
    found = select(dictionaries).where(dictionaries.c.id == values["dictionary"])
    return next(strictly.rows(connection, found, dictionaries, at_once=1), None)


def is_whole(dictionary: Row) -> bool:
    """Whether a dictionary can be read and hashes to its name."""
    return dictionary.trouble is None and hashlib.sha256(dictionary.values["data"]).hexdigest() == dictionary.values["sha256"]


def plain(connection: Connection, values: Mapping[str, Any]) -> bytes | None:
    """What comes out of a row of `blobs`, whatever its name; None where nothing does."""
    base, dictionary = base_of(connection, values), dictionary_of(connection, values)
    given = None
    if values["codec"] == DELTA:
        if base is None or base.trouble is not None or base.values["codec"] == DELTA:
            return None
        given = plain(connection, base.values)
    elif values["codec"] == WITH_DICTIONARY:
        given = None if dictionary is None or dictionary.trouble is not None else dictionary.values["data"]
    if given is None and values["codec"] in {DELTA, WITH_DICTIONARY}:
        return None
    try:
        return encoding.decode(values["data"], codec=values["codec"], size=values["size"], given=given)
    except Undecodable:
        return None


def one_bit_explains(connection: Connection, values: Mapping[str, Any]) -> bool:
    """Whether the body comes out when one bit of its row (not of its stored bytes) is turned back."""
    for other in _near(connection, values):
        body = plain(connection, {**values, **other})
        if body is not None and hashlib.sha256(body).hexdigest() == values["sha256"]:
            return True
    return False


def _near(connection: Connection, values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the row may have said: only what leads somewhere is tried."""
    size = encoding.stated_size(values["data"], values["codec"])
    if size is not None and (size ^ values["size"]).bit_count() == 1:
        yield {"size": size}
    yield from ({"codec": codec} for codec in encoding.CODECS if repairs.one_bit_apart(codec, values["codec"]))
    if values["dictionary"] is not None:
        numbers = connection.execute(select(dictionaries.c.id)).scalars().all()
        yield from ({"dictionary": number} for number in numbers if (number ^ values["dictionary"]).bit_count() == 1)
    if values["base"] is not None:
        names = repairs.one_bit_from(values["base"])
        yield from ({"base": name} for name in connection.execute(select(blobs.c.sha256).where(blobs.c.sha256.in_(names))).scalars().all())
