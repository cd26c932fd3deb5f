"""Slots of the nights, what hosts asked of us, robots.txt for a day, acknowledged incidents"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage import types

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("acknowledged", types.Moment(timezone=True), nullable=True))
    op.add_column("incidents", sa.Column("note", types.Words(), nullable=True))
    op.create_table(
        "slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("portal", types.Words(), nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("state", types.Words(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("made_at", types.Moment(timezone=True), nullable=False),
        sa.Column("holder", types.Words(), nullable=True),
        sa.Column("lease_until", types.Moment(timezone=True), nullable=True),
        sa.Column("ended_at", types.Moment(timezone=True), nullable=True),
        sa.Column("detail", types.Words(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint("portal", "night", name=op.f("uq_slots_portal_night")),
        comment="Which portal is crawled in which night: `waiting`, `taken`, `done`, `failed` or `missed`; never two of the same",
    )
    op.create_index("ix_slots_night_state", "slots", ["night", "state"])
    op.create_table(
        "hosts",
        sa.Column("host", types.Words(), nullable=False),
        sa.Column("holder", types.Words(), nullable=True),
        sa.Column("lease_until", sa.Float(), nullable=True),
        sa.Column("began", sa.Float(), nullable=True),
        sa.Column("ended", sa.Float(), nullable=True),
        sa.Column("rest_until", sa.Float(), nullable=True),
        sa.Column("rest_from", types.Moment(timezone=True), nullable=True),
        sa.Column("rest_seconds", sa.Float(), nullable=True),
        sa.Column("crawl_delay", sa.Float(), nullable=True),
        sa.Column("extra_delay", sa.Float(), nullable=True),
        sa.Column("latency", sa.Float(), nullable=True),
        sa.Column("night", sa.Date(), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=True),
        sa.Column("probed_at", types.Moment(timezone=True), nullable=True),
        sa.Column("distrusted", types.Words(), nullable=True),
        sa.Column("distrusted_at", types.Moment(timezone=True), nullable=True),
        sa.Column("useless", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
        comment="What each host asked of us and taught us: whose turn it is, delays, rests, the night's requests, whether its validators may be "
        "believed. Numbers are seconds, moments among them of the machine's clock (Unix time), which no replayed night touches",
    )
    op.create_table(
        "robots",
        sa.Column("site", types.Words(), nullable=False),
        sa.Column("capture", sa.Integer(), nullable=False),
        sa.Column("fetched_at", types.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["capture"], ["captures.id"], name=op.f("fk_robots_capture")),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_robots")),
        comment="The robots.txt that a site answered last; good for a day (RFC 9309, 2.4)",
    )


def downgrade() -> None:
    for table in ("robots", "hosts", "slots"):
        op.drop_table(table)
    op.drop_column("incidents", "note")
    op.drop_column("incidents", "acknowledged")
