"""Listings that a 304 confirmed name the earlier capture that holds their bytes"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirms", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_listings_confirms"), "captures", ["confirms"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("listings", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("fk_listings_confirms"), type_="foreignkey")
        batch_op.drop_column("confirms")
