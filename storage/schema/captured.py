"""What portals answered, byte for byte."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table
from sqlalchemy import text as sql

from storage.schema.base import metadata
from storage.types import Json, Moment, Words

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("codec", Words, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("base", String(64)),  # the earlier body that `data` is the difference to, by its sha256
    Column("dictionary", Integer),  # the dictionary that `data` is compressed with
    Column("data_sha256", String(64)),  # of `data` as it is stored: some bits of a compressed stream say nothing, and may flip unseen
    Index(None, "base", sqlite_where=sql("base IS NOT NULL"), postgresql_where=sql("base IS NOT NULL")),
    comment="Bodies, once each, under the sha256 of their plain bytes",
)

dictionaries = Table(
    "dictionaries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("portal", Words),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("data", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
    Index(None, "portal"),
    comment="What the pages of a portal have in common, for the compressor",
)

captures = Table(
    "captures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", Words, nullable=False),
    Column("final_url", Words),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("sha256", ForeignKey("blobs.sha256"), nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("rendered", Boolean, nullable=False),
    Column("portal", Words),
    Column("run", ForeignKey("runs.id")),
    Column("wire_sha256", String(64)),
    Column("wire_bytes", BigInteger),
    Column("imported_from", Words),  # the file that is all we have it from; None: received from the portal
    Index(None, "url", postgresql_using="hash"),  # a redirect may lead to an address longer than PostgreSQL's other index takes
    Index(None, "portal", "fetched_at"),
    Index(None, "sha256"),
    comment="One HTTP answer exactly as received",
)
