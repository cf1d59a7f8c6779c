"""The orders that wait, and those of which less arrived, without a look at all that are over."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WAITING = sa.text("state IN ('requested', 'approved', 'stocked_out', 'ready')")
SHORT = sa.text("what = 'short'")


def upgrade() -> None:
    """Two indexes."""
    op.create_index(
        "ix_request_waiting", "request", ["requested_at", "id"], unique=False,
        sqlite_where=WAITING, postgresql_where=WAITING,
    )  # fmt: skip
    op.create_index(
        "ix_request_event_short", "request_event", ["request_id"], unique=False,
        sqlite_where=SHORT, postgresql_where=SHORT,
    )  # fmt: skip
