"""Dictionaries: what the pages of one portal have in common, so that each page need not store it again.

A dictionary is kept for ever, under the sha256 of its bytes, and checked whenever it is used: every body packed with it hangs on it. So there are
few: one a portal, another when the portal has grown much and its pages have become others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import zstandard
from sqlalchemy import Connection, select

from storage import encoding
from storage.engine import insert_new
from storage.errors import CorruptCapture
from storage.schema import dictionaries

LEVEL = 19
SIZES = (4_096, 16_384, 65_536, 112_640)  # bytes; 110 KB is zstd's own choice for large samples
FEWEST = 6  # pages; with fewer there is nothing in common that would pay
_HELD_OUT = 4  # every fourth page judges a dictionary and is not trained with
_BETTER = 0.9  # what another dictionary must bring an old one's bytes down to before it takes its place


def get(connection: Connection, number: int) -> bytes:
    """A dictionary.

    Raises:
        CorruptCapture: it is missing or no longer hashes to its name.
    """
    row = connection.execute(select(dictionaries).where(dictionaries.c.id == number)).one_or_none()
    if row is None:
        raise CorruptCapture(f"dictionary {number} is not in the archive")
    found = hashlib.sha256(row.data).hexdigest()
    if found != row.sha256:
        raise CorruptCapture(f"dictionary {number}: the stored bytes hash to {found}, not to {row.sha256}")
    return bytes(row.data)


def newest(connection: Connection, portal: str | None) -> int | None:
    """The dictionary a portal's bodies are packed with now."""
    found = select(dictionaries.c.id).where(dictionaries.c.portal.is_not_distinct_from(portal)).order_by(dictionaries.c.id.desc()).limit(1)
    return connection.execute(found).scalar_one_or_none()


def put(connection: Connection, portal: str | None, data: bytes, at: datetime) -> int:
    """Keep a dictionary; returns its id."""
    sha256 = hashlib.sha256(data).hexdigest()
    made = insert_new(connection, dictionaries, portal=portal, sha256=sha256, data=data, made_at=at)
    if made is not None:
        return made
    return int(connection.execute(select(dictionaries.c.id).where(dictionaries.c.sha256 == sha256)).scalar_one())


def best(pages: Sequence[bytes], uses: int, *, present: bytes | None = None) -> bytes | None:
    """The dictionary that saves most, its own bytes counted against it.

    Args:
        pages: a sample of what will be packed with it.
        uses: how many such pages there are.
        present: the dictionary in use; another one must be clearly better.

    Returns:
        None when none pays.
    """
    if len(pages) < FEWEST:
        return None
    judges = pages[::_HELD_OUT]
    lessons = [page for number, page in enumerate(pages) if number % _HELD_OUT]
    now = sum(len(encoding.encode(page, level=LEVEL, given=present)) for page in judges)
    saved: dict[bytes, float] = {}
    for made in filter(None, (_train(lessons, size) for size in SIZES)):
        then = sum(len(encoding.encode(page, level=LEVEL, given=made)) for page in judges)
        if present is None or then <= now * _BETTER:
            saved[made] = (now - then) / len(judges) * uses - len(made)
    chosen = max(saved, key=lambda made: saved[made], default=None)
    return chosen if chosen is not None and saved[chosen] > 0 else None


def _train(pages: Sequence[bytes], size: int) -> bytes | None:
    """A trained dictionary; of few or small pages, from which none can be trained, the end of what they say."""
    if sum(map(len, pages)) < 4 * size:
        return None
    try:
        return zstandard.train_dictionary(size, list(pages)).as_bytes()
    except zstandard.ZstdError:  # "Src size is incorrect": too few samples to find what they share
        return b"".join(pages)[-size:]
