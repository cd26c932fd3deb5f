"""Rows against the ledger: each row against its newest entry, entries whose row is gone, rows nobody entered."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import exists, func, select

from storage.evidence import canonical, facts
from storage.evidence.facts import Kind
from storage.schema import assessments, captures, contents, ledger, listings, readings, versions
from storage.types import dumps
from storage.verifying import repairs, strictly
from storage.verifying.bad import Bad, Check, Verdict
from storage.verifying.strictly import Row

_AT_ONCE = 200
_ONCE = (Kind.CAPTURE, Kind.LISTING, Kind.CHANGE, Kind.HEAD)  # entered when they are made, and never again
_PLURAL = {
    Kind.CAPTURE: "captures", Kind.LISTING: "listings", Kind.VERSION: "versions", Kind.CHANGE: "changes", Kind.ABSENCE: "absences",
    Kind.HEAD: "heads",
}  # fmt: skip


def check(check: Check) -> Iterator[Bad]:
    """Every row of every kind that the ledger vouches for. Comes after the chain, contents and assessments, whose damage explains some of this."""
    for kind in Kind:
        yield from _of_kind(check, kind)
        yield from _gone(check, kind)
    yield from _entered_again(check)
    yield from _strange(check)


def _of_kind(check: Check, kind: Kind) -> Iterator[Bad]:
    table = facts.TABLES[kind]
    query = facts.query(kind)
    if kind is Kind.LISTING:
        query = query.add_columns(listings.c.rows)
    if check.since:
        query = query.where(exists().where(ledger.c.kind == kind, ledger.c.ref == table.c.id, ledger.c.seq > check.since))
    found = strictly.rows(check.connection, query, table)
    while batch := list(islice(found, _AT_ONCE)):
        entries = _entries(check, kind, batch[0].key, batch[-1].key)
        for row in batch:
            check.looked_at(_PLURAL[kind])
            bad = _row(check, kind, row, entries.get(row.key))
            if bad is not None:
                check.named.add((table.name, row.key))
                if kind is Kind.VERSION and row.trouble is not None:  # most of its facts are those of the reading it rests on
                    check.named.add(("readings", strictly.one(check.connection, select(versions.c.reading).where(versions.c.id == row.key))))
                yield bad


def _entries(check: Check, kind: Kind, first: int, last: int) -> dict[int, str]:
    """The newest whole entry of each row."""
    asked = select(ledger.c.ref, ledger.c.sha256).where(ledger.c.kind == kind, ledger.c.ref.between(first, last), ledger.c.seq > check.since)
    if check.damaged:
        asked = asked.where(ledger.c.seq.not_in(list(check.damaged)))
    return {row.ref: row.sha256 for row in check.connection.execute(asked.order_by(ledger.c.seq))}


def _row(check: Check, kind: Kind, row: Row, entered: str | None) -> Bad | None:
    def bad(verdict: Verdict, what: str) -> Bad:
        return Bad(kind=kind, id=row.key, place=place(check, kind, row.values), verdict=verdict, what=what)

    if row.trouble is not None:
        if kind is Kind.VERSION and _only_a_hash_is_lost(check, row, entered):
            return None
        return bad(Verdict.ROT, f"cannot be read: {row.trouble}")
    values = dict(row.values)
    shown = values.pop("rows", None)
    computed = facts.digest(kind, values)
    if kind is Kind.LISTING and (actual := hashlib.sha256(dumps(shown).encode()).hexdigest()) != values["rows_sha256"]:
        if entered is not None and entered == facts.digest(kind, {**values, "rows_sha256": actual}):
            return bad(Verdict.ROT, f"its hash of its rows is {values['rows_sha256']}, and they hash to {actual}, as the ledger says")
        if computed == entered or entered is None:
            return bad(Verdict.ROT, "its rows no longer fit their hash, which the ledger knows")
        return bad(Verdict.TAMPERING, "neither its rows nor its facts are those that the ledger knows")
    if computed == entered or _explained(check, kind, row.key, computed):
        return None
    if entered is None:
        return bad(Verdict.TAMPERING, "it has no entry in the ledger: it was put in past it")
    if kind is Kind.VERSION and any(facts.digest(kind, other) == entered for other in _alternatives(check, values)):
        return None
    for near in _near(check, kind, row.key, values):
        if canonical.digest(facts.tag(kind), near) == entered:
            check.named.add(("readings", strictly.one(check.connection, select(versions.c.reading).where(versions.c.id == row.key))))
            return bad(Verdict.ROT, "one flipped bit parts it from the reading, the content or the assessment that the ledger knows")
        if repairs.explains(near, lambda facts_: canonical.digest(facts.tag(kind), facts_) == entered):
            return bad(Verdict.ROT, "one flipped bit parts it from what the ledger says of it")
    return bad(Verdict.TAMPERING, "it says something else than the ledger says of it, which is whole")


def _entered_again(check: Check) -> Iterator[Bad]:
    """Rows that never change and have a second entry: written anew, with an entry that fits. (Versions are entered again when they are read anew,
    absences when a second proof comes.)"""
    asked = select(ledger.c.kind, ledger.c.ref, func.max(ledger.c.seq).label("last"), func.count().label("entries"))
    asked = asked.where(ledger.c.kind.in_(_ONCE), ledger.c.seq.not_in(list(check.damaged))).group_by(ledger.c.kind, ledger.c.ref)
    for row in check.connection.execute(asked.having(func.count() > 1, func.max(ledger.c.seq) > check.since).order_by(ledger.c.kind, ledger.c.ref)):
        kind = Kind(row.kind)
        if (facts.TABLES[kind].name, row.ref) not in check.named:
            what = f"the ledger has {row.entries} entries of it, the last of them number {row.last}: it was written anew"
            yield Bad(kind=kind, id=row.ref, place=f"{_PLURAL[kind]} {row.ref}", verdict=Verdict.TAMPERING, what=what)


def _explained(check: Check, kind: Kind, ref: int, computed: str) -> bool:
    """A broken entry, named already, is why this row fits none."""
    return any((entry.get("kind"), entry.get("ref")) == (kind, ref) or entry.get("sha256") == computed for entry in check.damaged.values())


def _alternatives(check: Check, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The facts with the hash of a content or of an assessment that was found damaged: then the version is not at fault."""
    contents = {values["content_exact_sha256"], *check.alternatives["content"]}
    counted = {values["assessment_exact_sha256"], *check.alternatives["assessment"]}
    for content in contents:
        for assessment in counted:
            yield {**values, "content_exact_sha256": content, "assessment_exact_sha256": assessment}


def _near(check: Check, kind: Kind, ref: int, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The facts, and those of a version that one flipped bit parts from its assessment, its content or its reading, with each that it may be."""
    plainly = facts.of(values)
    yield plainly
    if kind is not Kind.VERSION:
        return
    if values["assessment_exact_sha256"] is None:
        of_content = select(assessments.c.exact_sha256).where(assessments.c.content_sha256 == values["content_sha256"])
        for sha256 in check.connection.execute(of_content.limit(20)).scalars().all():
            yield {**plainly, "assessment_exact_sha256": sha256}
    if values["content_exact_sha256"] is None:
        names = repairs.one_bit_from(values["content_sha256"])
        named = select(contents.c.content_sha256, contents.c.exact_sha256.label("content_exact_sha256")).where(contents.c.content_sha256.in_(names))
        yield from ({**plainly, **other} for other in check.connection.execute(named).mappings().all())
    reading = strictly.one(check.connection, select(versions.c.reading).where(versions.c.id == ref))
    numbers = [number for number in repairs.one_bit_from_number(reading) if 0 < number < 2**31] if isinstance(reading, int) else []
    there = select(readings.c.id).where(readings.c.id.in_(numbers), readings.c.report == values["report"])
    for number in check.connection.execute(there).scalars().all():
        for row in strictly.rows(check.connection, facts.query(kind, reading=number), versions, only=ref):
            yield from [] if row.trouble is not None else [facts.of(row.values)]


def _only_a_hash_is_lost(check: Check, row: Row, entered: str | None) -> bool:
    """What cannot be read is a hash of the version's content or assessment, which is named already."""
    known = {**dict.fromkeys(("content_exact_sha256", "assessment_exact_sha256")), **row.values}
    whole = set(known) == {column.name for column in facts.query(Kind.VERSION).selected_columns}
    return whole and any(facts.digest(Kind.VERSION, other) == entered for other in _alternatives(check, known))


def _gone(check: Check, kind: Kind) -> Iterator[Bad]:
    table = facts.TABLES[kind]
    lacking = select(ledger.c.seq, ledger.c.ref).where(ledger.c.kind == kind, ledger.c.seq > check.since)
    lacking = lacking.where(~exists().where(table.c.id == ledger.c.ref))
    told: set[int] = set()
    for seq, ref in check.connection.execute(lacking.order_by(ledger.c.seq)):
        if seq not in check.damaged and ref not in told:
            told.add(ref)
            yield Bad(kind=kind, id=ref, place=None, verdict=Verdict.TAMPERING, what=f"it is gone, and entry {seq} of the ledger is of it")


def _strange(check: Check) -> Iterator[Bad]:
    strange = select(ledger.c.seq).where(ledger.c.kind.not_in(list(Kind)), ledger.c.seq > check.since).order_by(ledger.c.seq)
    for seq in check.connection.execute(strange).scalars():
        if seq not in check.damaged:
            yield Bad(kind="entry", id=seq, place="ledger", verdict=Verdict.TAMPERING, what="it is of a kind that no program of ours writes")


def place(check: Check, kind: Kind, values: dict[str, Any]) -> str | None:
    """Where a row belongs, for people."""
    if kind is Kind.CAPTURE:
        return values.get("url")
    if kind is Kind.LISTING:
        return None if values.get("column") is None else f"{values['column']} page {values.get('page')}"
    if kind is Kind.HEAD:
        return None if values.get("night") is None else f"night {values['night']}"
    report = None if values.get("report") is None else f"report {values['report']}"
    if kind in {Kind.CHANGE, Kind.ABSENCE}:
        return " ".join(part for part in (report, values.get("url")) if part) or None
    url = None
    if isinstance(values.get("capture"), int):
        url = strictly.one(check.connection, select(captures.c.url).where(captures.c.id == values["capture"]))
    return " ".join(part for part in (report, url) if part) or None
