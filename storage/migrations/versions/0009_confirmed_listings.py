"""Listings that a 304 confirmed name the earlier capture that holds their bytes"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # a column without constraint, as in 0002: SQLite adds and drops it in place; a table that others refer to cannot be made anew
    op.add_column("listings", sa.Column("confirms", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("listings", "confirms")
