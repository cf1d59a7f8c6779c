"""What CHWs hold, what moves, and what an order asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Tables for holdings, movements of stock, and the lines of a request."""
    op.create_table(
        "holding",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("product", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_holding_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", "product", name=op.f("pk_holding")),
    )
    op.create_table(
        "request_line",
        sa.Column("request_id", Id, nullable=False),
        sa.Column("product", sa.String(length=8), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("packed", sa.Integer(), nullable=True),
        sa.Column("received", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_line_request_id_request")
        ),
        sa.PrimaryKeyConstraint("request_id", "product", name=op.f("pk_request_line")),
    )
    op.create_table(
        "stock_movement",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("product", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("replaced_at", Time, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_stock_movement_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_stock_movement_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
    )
    op.create_index(
        "ix_stock_movement_person", "stock_movement", ["person_id", "product", "at"], unique=False
    )
    op.create_index(
        "uq_stock_movement_report",
        "stock_movement",
        ["report_id", "product", "kind"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
