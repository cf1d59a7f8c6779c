"""What still holds a text, by its age."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INBOUND = sa.text("length(raw) > 0")
OUTBOUND = sa.text("text <> ''")


def upgrade() -> None:
    """Two indexes."""
    op.create_index(
        "ix_inbound_kept", "inbound", ["received_at"], unique=False,
        sqlite_where=INBOUND, postgresql_where=INBOUND,
    )  # fmt: skip
    op.create_index(
        "ix_outbound_kept", "outbound", ["created_at"], unique=False,
        sqlite_where=OUTBOUND, postgresql_where=OUTBOUND,
    )  # fmt: skip
