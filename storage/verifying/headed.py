"""Heads: against the ledger, against the plain file of heads, and against the time stamps on them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from cryptography.x509 import Certificate
from sqlalchemy import select

from storage.evidence import headsfile, stamps
from storage.evidence.heads import Head
from storage.nights import night_of
from storage.schema import heads, ledger
from storage.verifying import repairs, strictly
from storage.verifying.bad import Bad, Check, Verdict
from storage.verifying.strictly import Row


def check(check: Check, file: Path | None, written: Sequence[headsfile.Line] | None, certificates: Sequence[Certificate]) -> Iterator[Bad]:
    """Every head after `check.since`. Comes after the rows, which hold each head against its own entry.

    Args:
        file: the plain file of heads. written: its lines, read before the archive's state was taken, so that no head is younger than that;
            None: not checked.
        certificates: whose time stamps count; none: stamps are held against their own hash only.
    """
    known: dict[int, Head] = {}  # one or a few a night
    damaged: set[int] = set()
    for row in strictly.rows(check.connection, select(heads), heads):
        if row.trouble is not None:
            damaged.add(row.values.get("seq", 0))
            continue
        head = Head(**{name: row.values[name] for name in ("id", "night", "seq", "chain", "at")})
        known[head.seq] = head
        if ("heads", row.key) in check.named:
            damaged.add(head.seq)
            yield from _stamp(head, row, ()) if head.seq > check.since else ()
        elif head.seq > check.since:
            yield from _against_ledger(check, head)
            yield from _stamp(head, row, certificates)
            if row.values["token"] is not None:
                check.looked_at("timestamps" if certificates else "timestamps_not_checked")
    if file is not None and written is not None:
        yield from _against_file(check, known, damaged, file, written)


def _bad(head: Head, verdict: Verdict, what: str) -> Bad:
    return Bad(kind="head", id=head.id, place=f"night {head.night}", verdict=verdict, what=what)


def _against_ledger(check: Check, head: Head) -> Iterator[Bad]:
    if head.seq in check.damaged:
        return
    chain = strictly.one(check.connection, select(ledger.c.chain).where(ledger.c.seq == head.seq))
    if chain != head.chain:
        yield _bad(head, Verdict.TAMPERING, f"its chain is {head.chain}, and the ledger's at entry {head.seq} is {chain}: one was written anew")
    elif head.night != night_of(head.at):
        yield _bad(head, Verdict.TAMPERING, f"it was written at {head.at}, which is not in its night")


def _stamp(head: Head, row: Row, certificates: Sequence[Certificate]) -> Iterator[Bad]:
    token, sha256 = row.values["token"], row.values["token_sha256"]
    if token is None and sha256 is None:
        return
    if token is None or hashlib.sha256(token).hexdigest() != sha256:
        yield _bad(head, Verdict.ROT, "its time stamp no longer fits its hash")
    elif certificates:
        try:
            stamps.check(token, head.line, certificates)
        except stamps.BadStamp as error:
            yield _bad(head, Verdict.TAMPERING, f"its time stamp is whole and does not vouch for it: {error}")


def _against_file(check: Check, known: dict[int, Head], damaged: set[int], file: Path, written: Sequence[headsfile.Line]) -> Iterator[Bad]:
    if len(known) > 1 and not any(line.text.strip() for line in written):  # one head: a crash before its line
        what = f"it is empty, and the archive has {len(known)} heads: its lines were taken away; the next seal writes them anew"
        yield Bad(kind="heads_file", id=0, place=str(file), verdict=Verdict.TAMPERING, what=what)
        return
    expected = {head.line: seq for seq, head in known.items()}
    there = {line.seq for line in written if line.seq is not None}
    newest = max(there, default=0)

    def bad(line: headsfile.Line, verdict: Verdict, what: str) -> Bad:
        return Bad(kind="heads_file", id=line.number, place=str(file), verdict=verdict, what=what)

    near: set[int] = set()  # heads whose line is there, with one bit flipped
    for line in written:
        check.looked_at("heads_file")
        if line.text in expected:
            continue
        if line.seq in damaged:  # the head is named already
            continue
        one_bit = next((seqs for text, seqs in _as_written(expected) if repairs.one_bit_apart(text, line.text)), None)
        if one_bit is not None:
            near.update(one_bit)
            yield bad(line, Verdict.ROT, f"one flipped bit parts it from head {' and head '.join(str(known[seq].id) for seq in one_bit)}")
        elif line.seq is None:
            if not any(text.startswith(line.text) for text in expected):  # torn off by a crash, and written again on the next line
                yield bad(line, Verdict.ROT, "it is no line of a head")
        elif line.seq in known:
            yield bad(line, Verdict.TAMPERING, f"it contradicts head {known[line.seq].id} of the archive ({known[line.seq].line})")
        elif not damaged:
            yield bad(line, Verdict.TAMPERING, "the archive has no such head: it was taken away, or the archive is an older copy")
    for seq, head in known.items():
        if seq > check.since and seq < newest and seq not in there | near | damaged:
            yield _bad(head, Verdict.TAMPERING, f"{file} has no line of it, and has lines of later heads")


def _as_written(expected: dict[str, int]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What may stand in a line, with the heads it is of: one, or two where the line feed between them is the bit that flipped."""
    yield from ((text, (seq,)) for text, seq in expected.items())
    yield from ((f"{first}\n{second}", (expected[first], expected[second])) for first, second in pairwise(expected))
