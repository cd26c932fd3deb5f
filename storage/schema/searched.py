"""What search rests on. It is derived: thrown away and made again from the other tables whenever that is wanted, and never copied or exported.

So it stands in a collection of its own. The index proper, `grams`, is no table that both databases have: on SQLite a contentless FTS5 table (with
the shadow tables it keeps itself), on PostgreSQL a table of arrays under a GIN index. Migrations make it, storage/search fills it.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint
from sqlalchemy import text as sql

from storage.schema.archived import reports, versions
from storage.schema.base import metadata
from storage.types import Words

derived = MetaData(naming_convention=metadata.naming_convention)

documents = Table(
    "documents",
    derived,
    Column("id", Integer, primary_key=True),
    Column("report", ForeignKey(reports.c.id, ondelete="CASCADE"), nullable=False),
    Column("version", ForeignKey(versions.c.id, ondelete="CASCADE")),
    Column("content_sha256", String(64)),
    Column("assessment", Integer),
    Column("title", Words),
    Column("issuer", Words),
    Column("labels", Words),
    UniqueConstraint("version"),
    Index(None, "report"),
    Index("uq_documents_report", "report", unique=True, sqlite_where=sql("version IS NULL"), postgresql_where=sql("version IS NULL")),
    comment="What can be searched of each version, and (`version` empty) of each report itself; a row that differs is made anew under another id",
    sqlite_autoincrement=True,  # an id is never used twice: rows of the index whose document went lead nowhere
)

INDEX = {
    "sqlite": ("grams", "grams_config", "grams_data", "grams_idx"),
    "postgresql": ("grams",),
}
"""The tables of the index that no collection of ours describes, by database."""
