"""Visits of supervisors, and who stands in for whom found quickly."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """A table of visits; an index of deputies."""
    op.create_table(
        "visit",
        sa.Column("id", Id, nullable=False),
        sa.Column("chw_id", Id, nullable=False),
        sa.Column("supervisor_id", Id, nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("by_id", Id, nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("recorded_at", Time, nullable=False),
        sa.Column("said", sa.String(length=4), nullable=False),
        sa.Column("said_in", Id, nullable=True),
        sa.Column("said_at", Time, nullable=True),
        sa.Column("training", sa.Boolean(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], ["person.id"], name=op.f(f"fk_visit_{column}_person"))
            for column in ("chw_id", "supervisor_id", "by_id")
        ),
        *(
            sa.ForeignKeyConstraint([column], ["report.id"], name=op.f(f"fk_visit_{column}_report"))
            for column in ("report_id", "said_in")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint(
            "chw_id", "supervisor_id", "visited_on", name="uq_visit_chw_supervisor_day"
        ),
    )
    op.create_index("ix_visit_said_in", "visit", ["said_in"], unique=False)
    op.create_index("ix_visit_day", "visit", ["visited_on"], unique=False)
    op.create_index(
        "ix_person_deputy",
        "person",
        ["deputy_id"],
        unique=False,
        sqlite_where=sa.text("deputy_id IS NOT NULL"),
        postgresql_where=sa.text("deputy_id IS NOT NULL"),
    )
