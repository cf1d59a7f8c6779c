"""A reminder is one step of a chain: which, why it was dropped, who was told."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNIQUE = "uq_reminder_person_kind_period"
SECOND = """
UPDATE reminder SET step = 1, period = (
  SELECT one.period FROM reminder one
  WHERE one.report_id = reminder.report_id AND one.kind = reminder.kind
    AND one.person_id = reminder.person_id AND one.due_at < reminder.due_at
  ORDER BY one.due_at LIMIT 1)
WHERE reminder.id IN (
  SELECT later.id FROM reminder later JOIN reminder one
    ON one.report_id = later.report_id AND one.kind = later.kind
    AND one.person_id = later.person_id AND one.due_at < later.due_at
  GROUP BY later.id HAVING count(*) = 1)
"""


def upgrade() -> None:
    """The second of two reminders of one thing becomes the second step of the first."""
    with op.batch_alter_table("reminder") as batch:
        batch.add_column(sa.Column("step", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("why", sa.String(length=12), nullable=False, server_default=""))
        batch.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("told_id", Id, nullable=True))
        batch.create_foreign_key(op.f("fk_reminder_told_id_person"), "person", ["told_id"], ["id"])
        batch.drop_constraint(UNIQUE, type_="unique")
        batch.create_unique_constraint(UNIQUE, ["person_id", "kind", "period", "step"])
    op.execute(SECOND)
