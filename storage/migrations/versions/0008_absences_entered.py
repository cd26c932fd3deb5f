"""Nights of absence are entered in the ledger; those that are there already, as they are found"""

from collections.abc import Sequence

from alembic import op

from storage.evidence import ledger
from storage.evidence.facts import Kind

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    ledger.append_all(op.get_bind(), Kind.ABSENCE)


def downgrade() -> None:
    """Entries stay: the ledger is append-only."""
