"""What was asked of portals, how it went, and what their lists showed."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy import text as sql

from storage.records import Outcome
from storage.schema.base import metadata
from storage.types import Day, Json, Moment, OneOf, Words

portals = Table(
    "portals",
    metadata,
    Column("key", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("adcode", Words, nullable=False),
    Column("hosts", Json, nullable=False),
    Column("family", Words, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    comment="The Origin of each portal as last crawled, so that readings can be recomputed",
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("portal", ForeignKey("portals.key"), nullable=False),
    Column("started", Moment, nullable=False),
    Column("finished", Moment),
    Column("outcome", OneOf(Outcome), nullable=False),
    Column("counts", Json, nullable=False),
    Column("detail", Words),
    Index(None, "portal", "started"),
    comment="One crawl of one portal",
)

frontier = Table(
    "frontier",
    metadata,
    Column("portal", Words, primary_key=True),
    Column("url", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("title", Words),
    Column("listed", Day),
    Column("state", Words, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", Words),
    Column("not_before", Moment),
    Column("fetched_at", Moment),
    Column("listed_at", Moment),
    Column("absent_since", Moment),
    Column("kept", Json),
    Column("capture", ForeignKey("captures.id")),
    Column("etag", Words),
    Column("last_modified", Words),
    Column("run", ForeignKey("runs.id")),
    Index(None, "portal", "state"),
    comment="What is known to be fetchable, and how far it got",
)

listings = Table(
    "listings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("portal", Words, nullable=False),
    Column("column", Words, nullable=False),
    Column("page", Integer, nullable=False),
    Column("last", Boolean, nullable=False),
    Column("rows", Json, nullable=False),
    Column("rows_sha256", String(64), nullable=False),
    Column("capture", ForeignKey("captures.id"), nullable=False),
    Column("run", ForeignKey("runs.id")),
    Column("read_at", Moment, nullable=False),
    Column("confirms", Integer),  # the earlier capture that holds the bytes, where `capture` is a 304
    UniqueConstraint("capture", "column", "page"),
    Index(None, "portal", "column", "page", "read_at"),
    comment="One reading of one page of a report column; also evidence of absence",
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("portal", Words),
    Column("url", Words),
    Column("detail", Words),
    Column("opened", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("count", Integer, nullable=False),
    Column("closed", Moment),
    Column("run", ForeignKey("runs.id")),
    Column("acknowledged", Moment),
    Column("note", Words),
    Index("uq_incidents_open", "key", unique=True, sqlite_where=sql("closed IS NULL"), postgresql_where=sql("closed IS NULL")),
    Index(None, "portal", "opened"),
    comment="An expectation that failed, until recovery closes it",
)

confirmations = Table(
    "confirmations",
    metadata,
    Column("writer", String(64), primary_key=True),
    Column("token", String(32), nullable=False),
    Column("at", Moment, nullable=False),
    comment="The last transaction of each program that writes to PostgreSQL: it tells whether a commit without an answer was done",
)
