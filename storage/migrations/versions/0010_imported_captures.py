"""Captures that were imported name the file they came from; of those that are there already nobody knows it any more"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("captures", sa.Column("imported_from", sa.Text(), nullable=True))  # as in 0009: without constraint, in place


def downgrade() -> None:
    op.drop_column("captures", "imported_from")
