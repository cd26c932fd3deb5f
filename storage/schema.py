"""The tables of the archive. What must be unique is a constraint here, never a hope elsewhere.

Times are of three sorts and never mixed: when a portal's bytes were fetched (`first_seen`, `last_seen`, `fetched_at`, `read_at`), when the
archive learned something (`changes.time`), and what a page claims of itself (`published`, `signed`, plain dates).
Everything but `frontier` and `portals` only grows; rows that are updated keep what they said in the rows they point to.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, UniqueConstraint
from sqlalchemy import text as sql

from storage.types import Json, Moment, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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
    Column("outcome", Words, nullable=False),
    Column("counts", Json, nullable=False),
    Column("detail", Words),
    Index(None, "portal", "started"),
    comment="One crawl of one portal",
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("codec", Words, nullable=False),
    Column("data", LargeBinary, nullable=False),
    comment="Bodies, once each, under the sha256 of their plain bytes",
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
    Index(None, "url", postgresql_using="hash"),  # a redirect may lead to an address longer than PostgreSQL's other index takes
    Index(None, "portal", "fetched_at"),
    Index(None, "sha256"),
    comment="One HTTP answer exactly as received",
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
    UniqueConstraint("capture", "column", "page"),
    Index(None, "portal", "column", "page", "read_at"),
    comment="One reading of one page of a report column; also evidence of absence",
)

frontier = Table(
    "frontier",
    metadata,
    Column("portal", Words, primary_key=True),
    Column("url", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("title", Words),
    Column("listed", Date),
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

contents = Table(
    "contents",
    metadata,
    Column("content_sha256", String(64), primary_key=True),
    Column("text_sha256", String(64), nullable=False),
    Column("tables_sha256", String(64), nullable=False),
    Column("text", Words, nullable=False),
    Column("tables", Json, nullable=False),
    comment="Texts and tables, once each: a page read every night says the same thing most nights",
)

reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("identity", Words, nullable=False, unique=True),
    Column("portal", Words),
    Column("issuer", Words),
    Column("level", Words),
    Column("adcode", Words),
    Column("city", Words),
    Column("year", Integer),
    Column("type", Words),
    Column("title", Words),
    Column("published", Date),
    Column("signed", Date),
    Column("state", Words, nullable=False),
    Column("trust", Words, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("same_as", ForeignKey("reports.id")),
    Index(None, "adcode", "year"),
    Index(None, "year"),
    comment="One issuer x one reporting year x one document type; `same_as`: a better reader saw that this is another report's page",
)

readings = Table(
    "readings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("captures", Json, nullable=False),
    Column("reader", Words, nullable=False),
    Column("capture", ForeignKey("captures.id"), nullable=False),
    Column("report", ForeignKey("reports.id"), nullable=False),
    Column("content_sha256", ForeignKey("contents.content_sha256"), nullable=False),
    Column("url", Words),
    Column("encoding", Words, nullable=False),
    Column("type", Words),
    Column("issuer", Words),
    Column("level", Words),
    Column("adcode", Words),
    Column("city", Words),
    Column("year", Integer),
    Column("title", Words),
    Column("published", Date),
    Column("signed", Date),
    Column("source", Words),
    Column("trust", Words, nullable=False),
    Column("attachments", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("container", Words),
    Column("agreement", Float),
    Column("portal", Words),
    Column("run", ForeignKey("runs.id")),
    Column("filed_at", Moment, nullable=False),
    UniqueConstraint("captures", "reader"),
    Index(None, "report"),
    Index(None, "capture"),
    comment="What one reader version understood from one capture and the captures of its further parts",
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
    Column("published", Date),
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
    Column("kind", Words, nullable=False),
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
    Index("uq_incidents_open", "key", unique=True, sqlite_where=sql("closed IS NULL"), postgresql_where=sql("closed IS NULL")),
    Index(None, "portal", "opened"),
    comment="An expectation that failed, until recovery closes it",
)
