"""The facts of each kind of row that the ledger vouches for: what was so when the row was written.

States, `last_seen` and the like are left out: they are brought up to date. Where facts may still become others (a better reader's version, a second
proof of a night's absence), that is a further entry. A version's facts include what its reading said and the hashes of its
content and of its figures, so that nobody can put another text under it and a fitting hash beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, Table, and_, select

from storage import schema
from storage.evidence import canonical


class Kind(StrEnum):
    """What has entries in the ledger."""

    CAPTURE = "capture"
    LISTING = "listing"
    VERSION = "version"
    CHANGE = "change"
    ABSENCE = "absence"
    HEAD = "head"


TABLES: dict[Kind, Table] = {
    Kind.CAPTURE: schema.captures,
    Kind.LISTING: schema.listings,
    Kind.VERSION: schema.versions,
    Kind.CHANGE: schema.changes,
    Kind.ABSENCE: schema.absences,
    Kind.HEAD: schema.heads,
}

_OWN = {
    Kind.CAPTURE: (
        "url", "final_url", "status", "headers", "sha256", "fetched_at", "rendered", "portal", "wire_sha256", "wire_bytes", "imported_from",
    ),
    Kind.LISTING: ("portal", "column", "page", "last", "rows_sha256", "capture", "read_at", "confirms"),
    Kind.VERSION: ("report", "number", "content_sha256", "text_sha256", "tables_sha256", "capture"),
    Kind.CHANGE: (
        "key", "time", "kind", "report", "portal", "version", "before", "after", "url", "detail", "capture_before", "capture_after", "listing",
    ),
    Kind.ABSENCE: ("report", "url", "night", "at", "capture", "listing"),
    Kind.HEAD: ("night", "seq", "chain", "at"),
}  # fmt: skip

_LATER = frozenset({"confirms", "imported_from"})  # facts that older rows do not have: where there is none, it is not told, and their hashes stay

_READING = (
    "captures", "reader", "encoding", "type", "issuer", "level", "adcode", "city", "year", "title", "published", "signed", "source", "trust",
    "attachments", "figures_sha256", "findings_sha256",
)  # fmt: skip
"""Of the reading a version rests on; its `url` is added as `page`."""


def tag(kind: Kind) -> str:
    """The name of the form in which facts of a kind are hashed."""
    return f"nianbao.{kind}.1"


def vouches(kind: Kind, column: str) -> bool:
    """Whether a column of a kind's own table is among its facts."""
    return column in _OWN[kind]


def query(kind: Kind, *, without: Collection[str] = (), reading: int | None = None) -> Select[Any]:
    """Rows of a kind with `ref` (their id) and their facts, each under its name.

    Args:
        without: columns that an archive in the middle of its migrations does not have yet.
        reading: what versions would say if they rested on this one.
    """
    table = TABLES[kind]
    columns = [table.c.id.label("ref"), *(table.c[name] for name in _OWN[kind] if name not in without)]
    if kind is not Kind.VERSION:
        return select(*columns)
    readings, contents, assessments = schema.readings, schema.contents, schema.assessments
    said = [readings.c[name] for name in _READING] + [readings.c.url.label("page")]
    exact = [contents.c.exact_sha256.label("content_exact_sha256"), assessments.c.exact_sha256.label("assessment_exact_sha256")]
    same = [assessments.c[part] == readings.c[part] for part in ("content_sha256", "reader", "figures_sha256", "findings_sha256")]
    with_reading = table.outerjoin(readings, readings.c.id == (table.c.reading if reading is None else reading))
    with_content = with_reading.outerjoin(contents, contents.c.content_sha256 == table.c.content_sha256)
    return select(*columns, *said, *exact).select_from(with_content.outerjoin(assessments, and_(*same)))


def of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The facts of a row of `query`."""
    return {name: value for name, value in row.items() if name != "ref" and not (name in _LATER and value is None)}


def digest(kind: Kind, row: Mapping[Any, Any]) -> str:
    """What the ledger holds of a row of `query`."""
    return canonical.digest(tag(kind), of(row))
