"""Which operators only look."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column: who is here already may act."""
    op.add_column(
        "operator", sa.Column("viewer", sa.Boolean(), nullable=False, server_default=sa.false())
    )
