"""What the archive knows of reports, and what it learned."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy import text as sql

from storage.records import ChangeKind, DocumentType, Level, State, Trust
from storage.schema.base import metadata
from storage.types import Day, Moment, OneOf, Words

reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("identity", Words, nullable=False, unique=True),
    Column("portal", Words),
    Column("issuer", Words),
    Column("level", OneOf(Level)),
    Column("adcode", Words),
    Column("city", Words),
    Column("year", Integer),
    Column("type", OneOf(DocumentType)),
    Column("title", Words),
    Column("published", Day),
    Column("signed", Day),
    Column("state", OneOf(State), nullable=False),
    Column("trust", OneOf(Trust), nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("same_as", ForeignKey("reports.id")),
    Index(None, "adcode", "year"),
    Index(None, "year"),
    comment="One issuer x one reporting year x one document type; `same_as`: a better reader saw that this is another report's page",
)

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report", ForeignKey("reports.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content_sha256", ForeignKey("contents.content_sha256"), nullable=False),
    Column("text_sha256", String(64), nullable=False),
    Column("tables_sha256", String(64), nullable=False),
    Column("capture", ForeignKey("captures.id"), nullable=False),
    Column("reading", ForeignKey("readings.id"), nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    UniqueConstraint("report", "content_sha256"),
    UniqueConstraint("report", "number"),
    Index(None, "reading"),
    comment="One distinct content of a report; `capture` and `reading` are the first that showed it",
)

locations = Table(
    "locations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("report", ForeignKey("reports.id"), nullable=False),
    Column("url", Words, nullable=False),
    Column("portal", Words),
    Column("version", ForeignKey("versions.id"), nullable=False),
    Column("reading", ForeignKey("readings.id"), nullable=False),
    Column("title", Words),
    Column("published", Day),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("gone_at", Moment),
    Column("ended_at", Moment),
    UniqueConstraint("report", "url"),
    Index("uq_locations_current", "url", unique=True, sqlite_where=sql("ended_at IS NULL"), postgresql_where=sql("ended_at IS NULL")),
    Index(None, "reading"),
    Index(None, "version"),
    comment="Where a report stands and what it said there last; `ended_at`: the URL now belongs to another report, or leads elsewhere",
)

changes = Table(
    "changes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("time", Moment, nullable=False),
    Column("kind", OneOf(ChangeKind), nullable=False),
    Column("report", ForeignKey("reports.id"), nullable=False),
    Column("portal", Words),
    Column("version", Integer),
    Column("before", Integer),
    Column("after", Integer),
    Column("url", Words),
    Column("detail", Words),
    Column("capture_before", ForeignKey("captures.id")),
    Column("capture_after", ForeignKey("captures.id")),
    Column("listing", ForeignKey("listings.id")),
    Column("run", ForeignKey("runs.id")),
    Index(None, "time"),
    Index(None, "report"),
    comment="What the archive learned; append-only. `key` makes each piece of news happen once",
)

crosschecks = Table(
    "crosschecks",
    metadata,
    Column("report", ForeignKey("reports.id"), primary_key=True),
    Column("assessment", Integer),
    Column("published", Day),
    Column("checker", Words),
    Column("content_sha256", String(64)),
    Column("fingerprint", Words),
    Column("length", Integer),
    comment="With what each report was compared with others last, and the fingerprint of its text",
)
