"""What left a CHW's box beside what she reported, as it was shown to her."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """One table."""
    op.create_table(
        "stock_use",
        sa.Column("report_id", Id, nullable=False),
        sa.Column("treatment", sa.String(length=8), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("since", Time, nullable=False),
        sa.Column("until", Time, nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("reported", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_stock_use_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_stock_use_report_id_report")
        ),
        sa.PrimaryKeyConstraint("report_id", "treatment", name=op.f("pk_stock_use")),
    )
    op.create_index("ix_stock_use_person", "stock_use", ["person_id", "until"], unique=False)
