"""Attachments: what was known of a page's files, so that they are asked for with validators and a file replaced in silence is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from storage.captures import header
from storage.records import Attachment
from storage.schema import captures, readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """The last whole answer that came from a file's address, and its validators.

    Attributes:
        sha256: of its bytes.
    """

    capture: int
    fetched_at: datetime
    sha256: str
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWith:
    """What a page was last read with.

    Attributes:
        captures: the page, its further parts, its attachments; none where it was never read.
        has_files: it offers attachments, fetched or not.
    """

    captures: tuple[int, ...] = ()
    has_files: bool = False


def plain(files: Sequence[Attachment]) -> list[dict[str, Any]]:
    """Attachments as their reading's row has them."""
    return [asdict(file) for file in files]


def read(rows: Sequence[Mapping[str, Any]]) -> list[Attachment]:
    """The attachments that a reading's row has."""
    return [Attachment(**file) for file in rows]


def earlier(connection: Connection, url: str, portal: str) -> Earlier | None:
    """What a 304 from that address would confirm."""
    whole = (captures.c.url == url, captures.c.portal == portal, captures.c.status == 200, captures.c.rendered.is_(False))
    found = connection.execute(select(captures).where(*whole).order_by(captures.c.id.desc()).limit(1)).one_or_none()
    if found is None:
        return None
    validators = {"etag": header(found, "etag"), "last_modified": header(found, "last-modified")}
    return Earlier(capture=found.id, fetched_at=found.fetched_at, sha256=found.sha256, **validators)


def read_with(connection: Connection, capture: int) -> ReadWith:
    """See Archive.read_with."""
    found = connection.execute(select(readings).where(readings.c.capture == capture).order_by(readings.c.id.desc()).limit(1)).one_or_none()
    return ReadWith() if found is None else ReadWith(captures=tuple(found.captures), has_files=bool(found.attachments))


def of(connection: Connection, reading: int) -> list[dict[str, Any]]:
    """The attachments of a reading."""
    return list(connection.execute(select(readings.c.attachments).where(readings.c.id == reading)).scalar_one())


def replaced(before: Sequence[Mapping[str, Any]], now: Sequence[Attachment]) -> list[tuple[Attachment, str]]:
    """Files whose bytes are others than before, with the hash they had: at the same address, or under the same name at another one.

    A file that was not fetched on either side says nothing.
    """
    hashes = {file["url"]: file.get("sha256") for file in before}
    named = {file["name"]: file.get("sha256") for file in before if sum(file["name"] == other["name"] for other in before) == 1}
    addresses = {file.url for file in now}
    by_name = {file["name"] for file in before if file["url"] not in addresses}
    out = []
    for file in now:
        was = hashes[file.url] if file.url in hashes else named.get(file.name) if file.name in by_name else None
        if was is not None and file.sha256 is not None and was != file.sha256:
            out.append((file, was))
    return out
