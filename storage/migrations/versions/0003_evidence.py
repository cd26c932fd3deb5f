"""The ledger with its heads, nights of absence, dictionaries and bases of bodies, rereads; rows that are there are entered"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage import types
from storage.evidence import backfill

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_HASHES = (("blobs", "data_sha256"), ("contents", "exact_sha256"), ("assessments", "exact_sha256"), ("findings", "exact_sha256"))


def upgrade() -> None:
    # columns without constraints, as in 0002: SQLite adds and drops them in place
    op.add_column("blobs", sa.Column("base", sa.String(length=64), nullable=True))
    op.add_column("blobs", sa.Column("dictionary", sa.Integer(), nullable=True))
    for table, column in _HASHES:
        op.add_column(table, sa.Column(column, sa.String(length=64), nullable=True))
    op.create_table(
        "dictionaries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal", types.Words(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", types.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dictionaries")),
        sa.UniqueConstraint("sha256", name=op.f("uq_dictionaries_sha256")),
        comment="What the pages of a portal have in common, for the compressor",
    )
    op.create_index("ix_dictionaries_portal", "dictionaries", ["portal"])
    op.create_table(
        "ledger",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", types.Words(), nullable=False),
        sa.Column("ref", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
        comment="Append-only: `sha256` of what row `ref` of that kind said when it was written, `chain` of the chain before and of it",
    )
    op.create_index("ix_ledger_kind_ref", "ledger", ["kind", "ref"])
    op.create_table(
        "heads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.Column("at", types.Moment(timezone=True), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("token_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["seq"], ["ledger.seq"], name=op.f("fk_heads_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heads")),
        sa.UniqueConstraint("seq", name=op.f("uq_heads_seq")),
        comment="The ledger's end after a night's work, with the time stamp (RFC 3161) somebody else put on it, where one was asked for",
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report", sa.Integer(), nullable=False),
        sa.Column("url", types.Words(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("at", types.Moment(timezone=True), nullable=False),
        sa.Column("capture", sa.Integer(), nullable=True),
        sa.Column("listing", sa.Integer(), nullable=True),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["capture"], ["captures.id"], name=op.f("fk_absences_capture")),
        sa.ForeignKeyConstraint(["listing"], ["listings.id"], name=op.f("fk_absences_listing")),
        sa.ForeignKeyConstraint(["report"], ["reports.id"], name=op.f("fk_absences_report")),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_absences_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
        sa.UniqueConstraint("report", "url", "night", name=op.f("uq_absences_report_url_night")),
        comment="A night on which a report was not at its place: the answer (404, 410, soft 404) or the listing, read well, that shows it",
    )
    op.create_table(
        "rereads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reader", types.Words(), nullable=False),
        sa.Column("started", types.Moment(timezone=True), nullable=False),
        sa.Column("finished", types.Moment(timezone=True), nullable=True),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("differ", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rereads")),
        comment="Times when old captures were read anew by a better reader: technical events, which raise no change",
    )
    backfill.fill(op.get_bind())


def downgrade() -> None:
    for table in ("rereads", "absences", "heads", "ledger", "dictionaries"):
        op.drop_table(table)
    for table_, column in _HASHES:
        op.drop_column(table_, column)
    op.drop_column("blobs", "dictionary")
    op.drop_column("blobs", "base")
