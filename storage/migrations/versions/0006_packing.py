"""Which bodies hang on which; what tells whether a commit without an answer was done"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from storage import types

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    some = sa.text("base IS NOT NULL")
    op.create_index("ix_blobs_base", "blobs", ["base"], sqlite_where=some, postgresql_where=some)
    op.create_table(
        "confirmations",
        sa.Column("writer", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("at", types.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("writer", name=op.f("pk_confirmations")),
        comment="The last transaction of each program that writes to PostgreSQL: it tells whether a commit without an answer was done",
    )


def downgrade() -> None:
    op.drop_table("confirmations")
    op.drop_index("ix_blobs_base", "blobs")
