"""Bodies: each unpacked and hashed again, whatever codec holds it, and its stored bytes held against their own hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import exists, select

from storage import blobs, encoding
from storage.errors import CorruptCapture
from storage.evidence.facts import Kind
from storage.schema import blobs as table
from storage.schema import captures, dictionaries, ledger
from storage.verifying import repairs, strictly, unpacking
from storage.verifying.bad import Bad, Check, Verdict
from storage.verifying.strictly import Row


def check(check: Check) -> Iterator[Bad]:
    """Every body, or those of captures entered since."""
    yield from _dictionaries(check)
    query = select(table)
    if check.since:
        entered = exists().where(ledger.c.kind == Kind.CAPTURE, ledger.c.ref == captures.c.id, ledger.c.seq > check.since)
        query = query.where(exists().where(captures.c.sha256 == table.c.sha256, entered))
    for row in strictly.rows(check.connection, query, table, at_once=1):  # a body may have 64 MB
        check.looked_at("bodies")
        found = _problem(check, row)
        if found is not None:
            sha256 = row.values.get("sha256")
            check.named.add(("blobs", sha256))
            url = strictly.one(check.connection, select(captures.c.url).where(captures.c.sha256 == sha256).order_by(captures.c.id))
            yield Bad(kind="body", id=str(sha256 or f"row {row.key}"), place=url, verdict=found[0], what=found[1])


def _problem(check: Check, row: Row) -> tuple[Verdict, str] | None:
    if row.trouble is not None:
        _may_be_meant(check, row)
        return Verdict.ROT, f"cannot be read: {row.trouble}"
    values = row.values
    packed = hashlib.sha256(values["data"]).hexdigest() == values["data_sha256"]
    base = unpacking.base_of(check.connection, values)
    for needed, name in ((base, f"body {values['base']}"), (unpacking.dictionary_of(check.connection, values), f"dictionary {values['dictionary']}")):
        if needed is not None and needed.trouble is not None:
            return Verdict.ROT, f"it is stored with {name}, which cannot be read: {needed.trouble}"
    try:
        blobs.get(check.connection, values["sha256"])
    except CorruptCapture as error:
        if not packed:
            return Verdict.ROT, f"its stored bytes are damaged: {error}"
        return _whole_but_another(check, values, base, str(error))
    if packed:
        return None
    return Verdict.ROT, "its stored bytes are not those that were written, though they still unpack to the body"


def _may_be_meant(check: Check, row: Row) -> None:
    """Note what a body whose name cannot be read is called by its captures, and by what is stored as the difference to it."""
    if "sha256" not in row.values and {"data", "size", "codec", "base", "dictionary"} <= set(row.values):
        body = unpacking.plain(check.connection, row.values)
        check.alternatives["body"].update([] if body is None else [hashlib.sha256(body).hexdigest()])


def _is_nameless(check: Check, sha256: str) -> bool:
    """Whether the body of this name is there and its name cannot be read."""
    if sha256 not in check.alternatives["body"]:
        for named in strictly.rows(check.connection, select(table.c.sha256), table):
            if named.trouble is not None:
                for row in strictly.rows(check.connection, select(table), table, only=named.key):
                    _may_be_meant(check, row)
    return sha256 in check.alternatives["body"]


def _whole_but_another(check: Check, values: dict[str, Any], base: Row | None, error: str) -> tuple[Verdict, str]:
    """The stored bytes fit their own hash, and yet the body of that name does not come out of them."""
    if base is not None and base.values["codec"] == encoding.DELTA:
        return Verdict.TAMPERING, error  # no flipped bit makes a difference of a body that stands by itself; two might go round in a circle
    if base is not None and (found := _problem(check, base)) is not None:
        return found[0], error  # the difference is whole, and what it is the difference to is not
    if base is None and values["codec"] == encoding.DELTA and _is_nameless(check, values["base"]):
        return Verdict.ROT, error
    dictionary = unpacking.dictionary_of(check.connection, values)
    if (dictionary is not None and not unpacking.is_whole(dictionary)) or unpacking.one_bit_explains(check.connection, values):
        return Verdict.ROT, error
    body = unpacking.plain(check.connection, values)
    if body is None:
        return Verdict.TAMPERING, f"its stored bytes fit their hash and nothing comes out of them: {error}"
    sha256 = hashlib.sha256(body).hexdigest()
    check.alternatives["body"].add(sha256)
    if sha256 == values["sha256"]:
        return Verdict.ROT, f"its row is whole, and an index of the database does not lead to it: {error}"
    if repairs.one_bit_apart(values["sha256"], sha256):
        return Verdict.ROT, f"its name is damaged: it hashes to {sha256}"
    return Verdict.TAMPERING, f"another body ({sha256}) was put in its place, with a fitting hash of the stored bytes"


def _dictionaries(check: Check) -> Iterator[Bad]:
    for row in strictly.rows(check.connection, select(dictionaries), dictionaries, at_once=1):
        check.looked_at("dictionaries")
        if not unpacking.is_whole(row):
            what = f"cannot be read: {row.trouble}" if row.trouble is not None else "it no longer hashes to its sha256"
            what += "; bodies that are stored with it cannot be unpacked"
            yield Bad(kind="dictionary", id=row.key, place=row.values.get("portal"), verdict=Verdict.ROT, what=what)
