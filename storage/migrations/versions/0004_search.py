"""Documents and the index of the search, filled with what the archive holds already"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage import search, types

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("assessment", sa.Integer(), nullable=True),
        sa.Column("title", types.Words(), nullable=True),
        sa.Column("issuer", types.Words(), nullable=True),
        sa.Column("labels", types.Words(), nullable=True),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name=op.f("fk_documents_report"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["version"], ["versions.id"], name=op.f("fk_documents_version"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("version", name=op.f("uq_documents_version")),
        comment="What can be searched of each version, and (`version` empty) of each report itself; a row that differs is made anew under another id",
        sqlite_autoincrement=True,
    )
    op.create_index("ix_documents_report", "documents", ["report"])
    op.create_index(
        "uq_documents_report", "documents", ["report"], unique=True, sqlite_where=sa.text("version IS NULL"),
        postgresql_where=sa.text("version IS NULL"),
    )  # fmt: skip
    if op.get_bind().dialect.name == "sqlite":
        # body first: an entry of any other column names its column, which costs two bytes each
        op.execute("CREATE VIRTUAL TABLE grams USING fts5(body, title, issuer, labels, content='', columnsize=0, tokenize='ascii')")
    else:
        op.execute("CREATE TABLE grams (document INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE, pairs TEXT[] NOT NULL)")
        op.execute("CREATE INDEX ix_grams_pairs ON grams USING gin (pairs)")
    search.rebuild(op.get_bind())


def downgrade() -> None:
    op.drop_table("grams")
    op.drop_table("documents")
