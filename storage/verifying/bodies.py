"""Bodies: each unpacked and hashed again, whatever codec holds it, and its stored bytes held against their own hash."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from sqlalchemy import exists, select

from storage import blobs
from storage.errors import CorruptCapture
from storage.evidence.facts import Kind
from storage.schema import blobs as table
from storage.schema import captures, dictionaries, ledger
from storage.verifying import repairs, strictly
from storage.verifying.bad import Bad, Check, Verdict
from storage.verifying.strictly import Row

_HASHES_TO = re.compile(r"([0-9a-f]{64}): the stored bytes hash to ([0-9a-f]{64})")


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
        return Verdict.ROT, f"cannot be read: {row.trouble}"
    values = row.values
    packed = hashlib.sha256(values["data"]).hexdigest() == values["data_sha256"]
    try:
        body = blobs.get(check.connection, values["sha256"])
    except CorruptCapture as error:
        if not packed:
            return Verdict.ROT, f"its stored bytes are damaged: {error}"
        return _whole_but_another(check, values["sha256"], values["codec"], str(error))
    if len(body) != values["size"]:
        return Verdict.ROT, f"its size is said to be {values['size']}, and it has {len(body)} bytes"
    if packed:
        return None
    return Verdict.ROT, "its stored bytes are not those that were written, though they still unpack to the body"


def _whole_but_another(check: Check, sha256: str, codec: str, error: str) -> tuple[Verdict, str]:
    """The stored bytes fit their own hash, and yet it is not the body of that name."""
    found = _HASHES_TO.match(error)
    if found is None or found[1] != sha256 or codec != blobs.CODEC:
        return Verdict.ROT, error  # what it is stored with, or its codec or size, is not what it was
    check.alternatives["body"].add(found[2])
    if repairs.one_bit_apart(sha256, found[2]):
        return Verdict.ROT, f"its name is damaged: it hashes to {found[2]}"
    return Verdict.TAMPERING, f"another body ({found[2]}) was put in its place, with a fitting hash of the stored bytes"


def _dictionaries(check: Check) -> Iterator[Bad]:
    for row in strictly.rows(check.connection, select(dictionaries), dictionaries, at_once=1):
        check.looked_at("dictionaries")
        what = f"cannot be read: {row.trouble}" if row.trouble is not None else None
        if what is None and hashlib.sha256(row.values["data"]).hexdigest() != row.values["sha256"]:
            what = "it no longer hashes to its sha256; bodies that are stored with it cannot be unpacked"
        if what is not None:
            yield Bad(kind="dictionary", id=row.key, place=row.values.get("portal"), verdict=Verdict.ROT, what=what)
