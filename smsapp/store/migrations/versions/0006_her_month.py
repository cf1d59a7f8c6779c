"""Which report says what of a CHW's month."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """A table that points at the latest report of a person and month."""
    op.create_table(
        "month_report",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("replaced_id", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_month_report_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_id"], ["report.id"], name=op.f("fk_month_report_replaced_id_report")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_month_report_report_id_report")
        ),
        sa.PrimaryKeyConstraint("person_id", "period", name=op.f("pk_month_report")),
        sa.UniqueConstraint("report_id", name=op.f("uq_month_report_report_id")),
    )
