"""Packing: bodies that are kept already take less room, body after body, while others read and write.

Each body is one small transaction. It is encoded anew outside of it, written, taken out again and hashed inside of it; only then the transaction
ends. Whatever kills the program leaves every body as it was or packed, and nothing is ever rewritten that was packed once.

A page that is captured again becomes the difference to an earlier body of the same URL. That one stands by itself, always: a damaged body costs at
most the `FOLLOWERS` bodies that hang on it, and never a chain.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, func, select, update

from storage import blobs, choosing, dictionaries, encoding
from storage.choosing import LARGEST, Choice
from storage.engine import reading, writing
from storage.errors import CorruptCapture
from storage.schema import blobs as table
from storage.schema import captures

FOLLOWERS = 100  # most differences to one body
RETRAIN = 500  # pages of a portal that wait, before another dictionary is tried
_SAMPLE, _SAMPLE_BYTES, _PAGE_BYTES = 240, 6 * 2**20, 256 * 2**10
_Capture = Row[Any, Any, Any, Any]  # id, url, portal, sha256
_CACHED = 16  # dictionaries held in memory


@dataclass(slots=True, kw_only=True)
class Packed:
    """What packing did.

    Attributes:
        bodies: looked at.
        alone, with_dictionary, deltas: how they are stored now.
        plain: bytes of these bodies as they were received.
        before, after: bytes they took in the database before and take now, without `dictionary_bytes`.
        dictionaries: made.
        damaged: bodies that could not be taken out, with what is wrong; they are left as they are.
    """

    bodies: int = 0
    alone: int = 0
    with_dictionary: int = 0
    deltas: int = 0
    plain: int = 0
    before: int = 0
    after: int = 0
    dictionaries: int = 0
    dictionary_bytes: int = 0
    damaged: list[str] = field(default_factory=list)


def waiting(engine: Engine) -> int:
    """How many bodies have not been packed."""
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table).where(_waits())).scalar_one())


def pack(engine: Engine, at: datetime, progress: Callable[[], None] | None = None) -> Packed:
    """Pack what waits, oldest capture first.

    Args:
        at: when a dictionary is said to be made.
        progress: called for each body.

    Raises:
        ArchiveUnavailable: the database refused. What was packed stays packed.
    """
    done = Packed()
    for portal in _portals(engine):
        _teach(engine, portal, at, done)
    packer = _Packer(engine, done)
    for capture in _captures(engine):
        packer.step(capture)
        if progress is not None:
            progress()
    return done


def _waits() -> ColumnElement[bool]:
    return table.c.codec == encoding.KEPT


def _portals(engine: Engine) -> list[str | None]:
    with reading(engine) as connection:
        found = select(captures.c.portal).distinct().join(table, table.c.sha256 == captures.c.sha256).where(_waits())
        return sorted(connection.execute(found).scalars(), key=lambda portal: portal or "")


def _captures(engine: Engine) -> Iterator[_Capture]:
    """Captures whose bodies wait; of each body its first such capture."""
    last = 0
    while True:
        with reading(engine) as connection:
            found = select(captures.c.id, captures.c.url, captures.c.portal, captures.c.sha256).join(table, table.c.sha256 == captures.c.sha256)
            rows = connection.execute(found.where(_waits(), captures.c.id > last).order_by(captures.c.id).limit(200)).all()
        if not rows:
            return
        seen: set[str] = set()
        for row in rows:
            if row.sha256 not in seen:
                seen.add(row.sha256)
                yield row
        last = rows[-1].id


def is_page(body: bytes) -> bool:
    """Whether a body is HTML, by its first bytes: what portals say of their files is not to be trusted."""
    start = body[:4096].lower()
    return b"<html" in start or b"<!doctype" in start or b"<head" in start or b"<body" in start


def _teach(engine: Engine, portal: str | None, at: datetime, done: Packed) -> None:
    """Make a dictionary of a portal, or another one, where that pays."""
    with reading(engine) as connection:
        number = dictionaries.newest(connection, portal)
        first = (
            select(func.min(captures.c.id))
            .join(table, table.c.sha256 == captures.c.sha256)
            .where(captures.c.portal.is_not_distinct_from(portal), captures.c.status == 200, _waits())
            .group_by(captures.c.url)
        )
        numbers = sorted(connection.execute(first).scalars())
    if len(numbers) < (dictionaries.FEWEST if number is None else RETRAIN):
        return
    pages: list[bytes] = []
    room, looked = _SAMPLE_BYTES, 0
    with reading(engine) as connection:
        try:
            present = None if number is None else dictionaries.get(connection, number)
        except CorruptCapture:
            present = None  # another one takes its place; the packer names it
        for chosen in numbers[:: max(1, len(numbers) // _SAMPLE)]:
            body = _sample(connection, chosen)
            looked += 1
            if body is not None:
                pages.append(body[:_PAGE_BYTES])
                room -= len(pages[-1])
            if room <= 0:
                break
    made = dictionaries.best(pages, len(numbers) * len(pages) // max(1, looked), present=present)
    if made is not None:
        with writing(engine) as connection:
            dictionaries.put(connection, portal, made, at)
        done.dictionaries += 1
        done.dictionary_bytes += len(made)


def _sample(connection: Connection, capture: int) -> bytes | None:
    found = select(table.c.sha256).join(captures, captures.c.sha256 == table.c.sha256).where(captures.c.id == capture, table.c.size <= LARGEST)
    sha256 = connection.execute(found).scalar_one_or_none()
    try:
        body = None if sha256 is None else blobs.get(connection, sha256)
    except CorruptCapture:
        return None  # named when its turn comes
    return body if body is not None and is_page(body) else None


class _Packer:
    """Packs one body at a time."""

    def __init__(self, engine: Engine, done: Packed) -> None:
        self.engine, self.done = engine, done
        self._dictionaries: OrderedDict[str | None, tuple[int, bytes] | None] = OrderedDict()

    def step(self, capture: _Capture) -> None:
        with reading(self.engine) as connection:
            row = connection.execute(select(table).where(table.c.sha256 == capture.sha256, _waits())).one_or_none()
            if row is None:
                return  # another program was here
            try:
                body = blobs.get(connection, capture.sha256)
                if row.data_sha256 not in (None, _sha256(row.data)):
                    raise CorruptCapture(f"{row.sha256}: the stored bytes are not those that were written, though they unpack to the body")
            except CorruptCapture as error:
                self.done.damaged.append(str(error))
                return
            bases = self._bases(connection, capture) if len(body) <= LARGEST else []
            dictionary = self._dictionary(connection, capture.portal)
        choices = choosing.choices(body, len(row.data), bases, dictionary)
        written = next((choice for choice in choices if self._write(capture.sha256, row.codec, choice)), None)
        if written is None:
            return
        self.done.bodies += 1
        self.done.plain += len(body)
        self.done.before += len(row.data)
        self.done.after += len(written.data)
        self.done.deltas += written.codec == encoding.DELTA
        self.done.with_dictionary += written.codec == encoding.WITH_DICTIONARY
        self.done.alone += written.codec == encoding.ALONE

    def _bases(self, connection: Connection, capture: _Capture) -> list[tuple[str, bytes]]:
        """The last two bodies of the URL before this one that stand by themselves: the page, and perhaps the error page it was in between."""
        found = (
            select(captures.c.sha256, func.max(captures.c.id).label("last"))
            .join(table, table.c.sha256 == captures.c.sha256)
            .where(captures.c.url == capture.url, captures.c.id < capture.id, captures.c.sha256 != capture.sha256, table.c.codec != encoding.DELTA)
            .where(table.c.size <= LARGEST)
            .group_by(captures.c.sha256)
            .order_by(func.max(captures.c.id).desc())
            .limit(2)
        )
        bases = []
        for sha256 in connection.execute(found).scalars().all():
            try:
                bases.append((sha256, blobs.get(connection, sha256)))
            except CorruptCapture:
                continue  # nothing may hang on it; it is named when its own turn comes, and by `verify`
        return bases

    def _dictionary(self, connection: Connection, portal: str | None) -> tuple[int, bytes] | None:
        if portal not in self._dictionaries:
            number = dictionaries.newest(connection, portal)
            try:
                self._dictionaries[portal] = None if number is None else (number, dictionaries.get(connection, number))
            except CorruptCapture as error:
                self.done.damaged.append(str(error))
                self._dictionaries[portal] = None
        self._dictionaries.move_to_end(portal)
        if len(self._dictionaries) > _CACHED:
            self._dictionaries.popitem(last=False)
        return self._dictionaries[portal]

    def _write(self, sha256: str, codec: str, choice: Choice) -> bool:
        """Replace a body's encoding, unless it was replaced meanwhile or may not become a difference; decoded and hashed before it counts."""
        with writing(self.engine) as connection:
            if choice.base is not None and not _may_hang(connection, sha256, choice.base):
                return False
            replacing = (
                update(table)
                .where(table.c.sha256 == sha256, table.c.codec == codec)
                .values(codec=choice.codec, data=choice.data, data_sha256=_sha256(choice.data), base=choice.base, dictionary=choice.dictionary)
            )
            replaced = connection.execute(replacing)
            if replaced.rowcount != 1:
                return False
            blobs.get(connection, sha256)  # what cannot be taken out again is never written: the error undoes the transaction
            return True


def _may_hang(connection: Connection, sha256: str, base: str) -> bool:
    """Whether one body may be stored as the difference to another: chains have one link, and nobody has too many followers."""
    standing = connection.execute(select(table.c.codec).where(table.c.sha256 == base)).scalar_one_or_none()
    followers = select(func.count()).select_from(table)
    return (
        standing not in (None, encoding.DELTA)
        and connection.execute(followers.where(table.c.base == sha256)).scalar_one() == 0
        and connection.execute(followers.where(table.c.base == base)).scalar_one() < FOLLOWERS
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
