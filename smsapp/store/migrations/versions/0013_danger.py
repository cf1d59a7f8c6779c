"""Whether a report held danger, as its flow was when it was told."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column; nothing is known of what was told before."""
    op.add_column("report", sa.Column("danger", sa.Boolean(), nullable=True))
