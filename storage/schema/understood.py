"""What readers understood from captures. All of it can be computed again."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from storage.records import Blame, DocumentType, FigureKind, FindingLevel, Level, Trust
from storage.schema.base import metadata
from storage.types import Day, Exact, Json, Moment, OneOf, Words

contents = Table(
    "contents",
    metadata,
    Column("content_sha256", String(64), primary_key=True),
    Column("text_sha256", String(64), nullable=False),
    Column("tables_sha256", String(64), nullable=False),
    Column("text", Words, nullable=False),
    Column("tables", Json, nullable=False),
    Column("exact_sha256", String(64)),  # of text and tables as they are stored (storage/evidence/exact.py)
    comment="Texts and tables, once each: a page read every night says the same thing most nights",
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
    Column("type", OneOf(DocumentType)),
    Column("issuer", Words),
    Column("level", OneOf(Level)),
    Column("adcode", Words),
    Column("city", Words),
    Column("year", Integer),
    Column("title", Words),
    Column("published", Day),
    Column("signed", Day),
    Column("source", Words),
    Column("trust", OneOf(Trust), nullable=False),
    Column("attachments", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("container", Words),
    Column("agreement", Float),
    Column("portal", Words),
    Column("run", ForeignKey("runs.id")),
    Column("filed_at", Moment, nullable=False),
    Column("figures_sha256", String(64)),
    Column("findings_sha256", String(64)),
    UniqueConstraint("captures", "reader"),
    Index(None, "content_sha256"),
    Index(None, "report"),
    Index(None, "capture"),
    comment="What one reader version understood from one capture and the captures of its further parts",
)

assessments = Table(
    "assessments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("content_sha256", ForeignKey("contents.content_sha256"), nullable=False),
    Column("reader", Words, nullable=False),
    Column("figures_sha256", String(64), nullable=False),
    Column("findings_sha256", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("exact_sha256", String(64)),  # of this row, its figures and its findings
    UniqueConstraint("content_sha256", "reader", "figures_sha256", "findings_sha256", name="uq_assessments_content_reader"),
    comment="The figures and findings one reader version has of one content, once however often it is captured; readings name it by these four",
)

figures = Table(
    "figures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assessment", ForeignKey("assessments.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("format", Words),
    Column("scope", Words),
    Column("table", Words),
    Column("row", Words),
    Column("column", Words),
    Column("label", Words, nullable=False),
    Column("raw", Words, nullable=False),
    Column("kind", OneOf(FigureKind), nullable=False),
    Column("value", Exact),
    Column("unit", Words),
    Column("lower_bound", Boolean, nullable=False),
    Column("sentence", Words),
    Column("place", Words, nullable=False),
    Column("capture", String(64)),
    Column("certain", Boolean, nullable=False),
    UniqueConstraint("assessment", "number"),
    Index(None, "row", "column"),
    comment="The numbers of reports, in the order of the page; `capture` is the sha256 of the bytes `place` stands in",
)

findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("assessment", ForeignKey("assessments.id")),
    Column("report", ForeignKey("reports.id")),
    Column("key", String(64)),
    Column("found_at", Moment, nullable=False),
    Column("rule", Words, nullable=False),
    Column("level", OneOf(FindingLevel), nullable=False),
    Column("blame", OneOf(Blame), nullable=False),
    Column("assessable", Boolean, nullable=False),
    Column("holds", Boolean),
    Column("text", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("scope", Words),
    Column("table", Words),
    Column("where", Words),
    Column("quotes", Json, nullable=False),
    Column("places", Json, nullable=False),
    Column("left", Exact),
    Column("right", Exact),
    Column("exact_sha256", String(64)),  # of a finding between reports; those inside one are part of its assessment's
    UniqueConstraint("report", "key"),
    Index(None, "assessment"),
    comment="Contradictions: inside one content (`assessment`), or between a report and others (`report`; `key`: hash of what is said)",
)

rereads = Table(
    "rereads",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reader", Words, nullable=False),
    Column("started", Moment, nullable=False),
    Column("finished", Moment),
    Column("read", Integer, nullable=False),
    Column("differ", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    comment="Times when old captures were read anew by a better reader: technical events, which raise no change",
)
