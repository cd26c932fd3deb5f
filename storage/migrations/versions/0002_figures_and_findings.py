"""Figures and findings

Reports filed before have none until their captures are read again (`nianbao reread`).
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage import types

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # columns without constraints: SQLite adds and drops them in place, where a copy of `readings` would break what points to it
    op.add_column("readings", sa.Column("figures_sha256", sa.String(length=64), nullable=True))
    op.add_column("readings", sa.Column("findings_sha256", sa.String(length=64), nullable=True))
    op.create_index("ix_readings_content_sha256", "readings", ["content_sha256"])
    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.Column("reader", types.Words(), nullable=False),
        sa.Column("figures_sha256", sa.String(length=64), nullable=False),
        sa.Column("findings_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", types.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["content_sha256"], ["contents.content_sha256"], name=op.f("fk_assessments_content_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint("content_sha256", "reader", "figures_sha256", "findings_sha256", name=op.f("uq_assessments_content_reader")),
        comment="The figures and findings one reader version has of one content, once however often it is captured; readings name it by these four",
    )
    op.create_table(
        "figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("format", types.Words(), nullable=True),
        sa.Column("scope", types.Words(), nullable=True),
        sa.Column("table", types.Words(), nullable=True),
        sa.Column("row", types.Words(), nullable=True),
        sa.Column("column", types.Words(), nullable=True),
        sa.Column("label", types.Words(), nullable=False),
        sa.Column("raw", types.Words(), nullable=False),
        sa.Column("kind", types.Words(), nullable=False),
        sa.Column("value", types.Exact(), nullable=True),
        sa.Column("unit", types.Words(), nullable=True),
        sa.Column("lower_bound", sa.Boolean(), nullable=False),
        sa.Column("sentence", types.Words(), nullable=True),
        sa.Column("place", types.Words(), nullable=False),
        sa.Column("capture", sa.String(length=64), nullable=True),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["assessment"], ["assessments.id"], name=op.f("fk_figures_assessment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figures")),
        sa.UniqueConstraint("assessment", "number", name=op.f("uq_figures_assessment_number")),
        comment="The numbers of reports, in the order of the page; `capture` is the sha256 of the bytes `place` stands in",
    )
    op.create_index("ix_figures_row_column", "figures", ["row", "column"])
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Integer(), nullable=True),
        sa.Column("report", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=True),
        sa.Column("found_at", types.Moment(timezone=True), nullable=False),
        sa.Column("rule", types.Words(), nullable=False),
        sa.Column("level", types.Words(), nullable=False),
        sa.Column("blame", types.Words(), nullable=False),
        sa.Column("assessable", sa.Boolean(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=True),
        sa.Column("text", types.Words(), nullable=False),
        sa.Column("detail", types.Words(), nullable=False),
        sa.Column("scope", types.Words(), nullable=True),
        sa.Column("table", types.Words(), nullable=True),
        sa.Column("where", types.Words(), nullable=True),
        sa.Column("quotes", types.Json(), nullable=False),
        sa.Column("places", types.Json(), nullable=False),
        sa.Column("left", types.Exact(), nullable=True),
        sa.Column("right", types.Exact(), nullable=True),
        sa.ForeignKeyConstraint(["assessment"], ["assessments.id"], name=op.f("fk_findings_assessment")),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name=op.f("fk_findings_report")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.UniqueConstraint("report", "key", name=op.f("uq_findings_report_key")),
        comment="Contradictions: inside one content (`assessment`), or between a report and others (`report`; `key`: hash of what is said)",
    )
    op.create_index("ix_findings_assessment", "findings", ["assessment"])
    op.create_table(
        "crosschecks",
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("assessment", sa.Integer(), nullable=True),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("checker", types.Words(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", types.Words(), nullable=True),
        sa.Column("length", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name=op.f("fk_crosschecks_report")),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_crosschecks")),
        comment="With what each report was compared with others last, and the fingerprint of its text",
    )


def downgrade() -> None:
    op.drop_table("crosschecks")
    op.drop_table("findings")
    op.drop_table("figures")
    op.drop_table("assessments")
    op.drop_index("ix_readings_content_sha256", "readings")
    op.drop_column("readings", "findings_sha256")
    op.drop_column("readings", "figures_sha256")
