"""A lot that is called back, and what each who holds the product has said."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two tables."""
    op.create_table(
        "recall",
        sa.Column("id", Id, nullable=False),
        sa.Column("ref", sa.String(length=6), nullable=False),
        sa.Column("product", sa.String(length=8), nullable=False),
        sa.Column("lot", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recall")),
        sa.UniqueConstraint("product", "lot", name="uq_recall_product_lot"),
        sa.UniqueConstraint("ref", name=op.f("uq_recall_ref")),
    )
    op.create_table(
        "recall_answer",
        sa.Column("recall_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("told_at", Time, nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("answered_at", Time, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recall_answer_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["recall_id"], ["recall.id"], name=op.f("fk_recall_answer_recall_id_recall")
        ),
        sa.PrimaryKeyConstraint("recall_id", "person_id", name=op.f("pk_recall_answer")),
    )
    op.create_index("ix_recall_answer_person", "recall_answer", ["person_id"], unique=False)
