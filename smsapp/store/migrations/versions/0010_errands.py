"""What supervisors ask of CHWs in their own words."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """A table of errands."""
    op.create_table(
        "errand",
        sa.Column("id", Id, nullable=False),
        sa.Column("ref", sa.String(length=6), nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("supervisor_id", Id, nullable=False),
        sa.Column("chw_id", Id, nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("text", sa.String(length=160), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", Time, nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("done_at", Time, nullable=True),
        sa.Column("done_in", Id, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], ["person.id"], name=op.f(f"fk_errand_{column}_person")
            )
            for column in ("supervisor_id", "chw_id")
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], ["report.id"], name=op.f(f"fk_errand_{column}_report")
            )
            for column in ("report_id", "done_in")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
        sa.UniqueConstraint(
            "chw_id", "supervisor_id", "on_day", "text", name="uq_errand_chw_supervisor_day_text"
        ),
    )
    op.create_index("ix_errand_chw", "errand", ["chw_id", "state"], unique=False)
    op.create_index("ix_errand_done_in", "errand", ["done_in"], unique=False)
    op.create_index("ix_errand_report_id", "errand", ["report_id"], unique=False)
    op.create_index("ix_errand_supervisor", "errand", ["supervisor_id", "created_at"], unique=False)
    op.create_index(
        "ix_errand_due",
        "errand",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
