"""What lets somebody else check the archive: the ledger and its heads, and each night on which a report was seen to be absent."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from storage.schema.base import metadata
from storage.types import Day, Moment, Words

ledger = Table(
    "ledger",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Words, nullable=False),
    Column("ref", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("chain", String(64), nullable=False),
    Index(None, "kind", "ref"),
    comment="Append-only: `sha256` of what row `ref` of that kind said when it was written, `chain` of the chain before and of it",
)

heads = Table(
    "heads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("night", Day, nullable=False),
    Column("seq", ForeignKey("ledger.seq"), nullable=False, unique=True),
    Column("chain", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("token", LargeBinary),
    Column("token_sha256", String(64)),  # some bits of a token are signed by nobody
    comment="The ledger's end after a night's work, with the time stamp (RFC 3161) somebody else put on it, where one was asked for",
)

absences = Table(
    "absences",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report", ForeignKey("reports.id"), nullable=False),
    Column("url", Words, nullable=False),
    Column("night", Day, nullable=False),
    Column("at", Moment, nullable=False),
    Column("capture", ForeignKey("captures.id")),
    Column("listing", ForeignKey("listings.id")),
    Column("run", ForeignKey("runs.id")),
    UniqueConstraint("report", "url", "night"),
    comment="A night on which a report was not at its place: the answer (404, 410, soft 404) or the listing, read well, that shows it",
)
