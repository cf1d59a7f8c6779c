"""Who stands in for whom, and who holds which number."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """A deputy; a table of numbers, filled with those that active people have."""
    with op.batch_alter_table("person") as person:
        person.drop_constraint(op.f("uq_person_phone"), type_="unique")
        person.add_column(sa.Column("deputy_id", Id, nullable=True))
        person.create_foreign_key(
            op.f("fk_person_deputy_id_person"), "person", ["deputy_id"], ["id"]
        )
    op.create_table(
        "phone_number",
        sa.Column("id", Id, nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("since", Time, nullable=False),
        sa.Column("until", Time, nullable=True),
        sa.Column("heard_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_phone_number_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_number")),
    )
    op.create_index(
        "ix_phone_number_held",
        "phone_number",
        ["phone", "person_id"],
        unique=True,
        sqlite_where=sa.text("until IS NULL"),
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index("ix_phone_number_person", "phone_number", ["person_id"], unique=False)
    op.add_column(
        "report", sa.Column("unverified", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    _carry_over()


def _carry_over() -> None:
    """Silence is counted from this day on, so that nobody is asked at once whether she is there."""
    today = sa.bindparam("today", datetime.now(UTC), type_=Time)
    fill = sa.text(
        "INSERT INTO phone_number (phone, person_id, since, heard_at) "
        "SELECT phone, id, created_at, :today FROM person WHERE phone IS NOT NULL AND active"
    )
    op.get_bind().execute(fill.bindparams(today))
