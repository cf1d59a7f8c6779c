"""Which supervisors' own reminders still hold their words, by age."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

KEPT = sa.text("text <> ref and state <> 'planned'")


def upgrade() -> None:
    """One index."""
    op.create_index(
        "ix_errand_kept", "errand", ["created_at"], unique=False,
        sqlite_where=KEPT, postgresql_where=KEPT,
    )  # fmt: skip
