"""What a CHW asks, what waits for her, what belongs together, and what is for its desk alone."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Tables for tasks, queries, deaths, signals and misspellings; marks of privacy."""
    op.create_table(
        "misspelling",
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("means", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_misspelling")),
    )
    op.create_table(
        "death",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("case_report_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("place_id", Id, nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_report_id"], ["report.id"], name=op.f("fk_death_case_report_id_report")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_death_person_id_person")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_death_place_id_place")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_death_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_death")),
        sa.UniqueConstraint("case_report_id", name=op.f("uq_death_case_report_id")),
    )
    op.create_index("ix_death_person", "death", ["person_id", "died_on"], unique=False)
    op.create_index("ix_death_place", "death", ["place_id", "died_on"], unique=False)
    op.create_table(
        "query",
        sa.Column("id", Id, nullable=False),
        sa.Column("ref", sa.String(length=6), nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("about", sa.String(length=24), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.String(length=24), nullable=False),
        sa.Column("asked_at", Time, nullable=False),
        sa.Column("answered_at", Time, nullable=True),
        sa.Column("answered_by", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_query_answered_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_query_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_query_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_query")),
        sa.UniqueConstraint("report_id", name=op.f("uq_query_report_id")),
    )
    op.create_index("ix_query_person", "query", ["person_id", "state"], unique=False)
    op.create_table(
        "task",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("done_in", Id, nullable=True),
        sa.Column("done_at", Time, nullable=True),
        sa.ForeignKeyConstraint(["done_in"], ["report.id"], name=op.f("fk_task_done_in_report")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_task_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_task_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("report_id", "kind", name="uq_task_report_kind"),
    )
    op.create_index("ix_task_person", "task", ["person_id", "state", "due_on"], unique=False)
    op.create_index("ix_task_done_in", "task", ["done_in"], unique=False)
    op.create_table(
        "query_told",
        sa.Column("query_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_query_told_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["query_id"], ["query.id"], name=op.f("fk_query_told_query_id_query")
        ),
        sa.PrimaryKeyConstraint("query_id", "person_id", name=op.f("pk_query_told")),
    )
    op.create_index("ix_query_told_person", "query_told", ["person_id"], unique=False)
    op.create_table(
        "signal",
        sa.Column("alert_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("place_id", Id, nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("onset_on", sa.Date(), nullable=True),
        sa.Column("told_cases", sa.Integer(), nullable=False),
        sa.Column("last_at", Time, nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_signal_alert_id_alert")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_signal_place_id_place")),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_signal")),
    )
    op.create_index("ix_signal_place", "signal", ["place_id", "kind"], unique=False)
    op.create_table(
        "signal_report",
        sa.Column("alert_id", Id, nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.Column("spoke", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["signal.alert_id"], name=op.f("fk_signal_report_alert_id_signal")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_signal_report_report_id_report")
        ),
        sa.PrimaryKeyConstraint("alert_id", "report_id", name=op.f("pk_signal_report")),
    )
    op.create_index("ix_signal_report_report", "signal_report", ["report_id"], unique=False)
    op.add_column(
        "draft", sa.Column("twin", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "inbound", sa.Column("unread", sa.String(length=40), nullable=False, server_default="")
    )
    op.create_index(
        "ix_inbound_unread",
        "inbound",
        ["unread", "received_at"],
        unique=False,
        sqlite_where=sa.text("unread <> ''"),
        postgresql_where=sa.text("unread <> ''"),
    )
    op.add_column(
        "draft", sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "inbound", sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "outbound", sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "person", sa.Column("tips", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.add_column(
        "person", sa.Column("guided", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "report", sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("report", sa.Column("seen_on", sa.Date(), nullable=True))
