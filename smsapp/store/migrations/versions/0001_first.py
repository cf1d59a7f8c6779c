"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The first schema."""
    op.create_table(
        "audit",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object", sa.String(length=80), nullable=False),
        sa.Column("before", sa.String(length=80), nullable=False),
        sa.Column("after", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_object", "audit", ["object"], unique=False)
    op.create_table(
        "operator",
        sa.Column("id", Id, nullable=False),
        sa.Column("username", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", Time, nullable=True),
        sa.Column("stamp", sa.String(length=40), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator")),
        sa.UniqueConstraint("username", name=op.f("uq_operator_username")),
    )
    op.create_table(
        "pause",
        sa.Column("lane", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", Time, nullable=False),
        sa.Column("until", Time, nullable=True),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_pause")),
    )
    op.create_table(
        "place",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("short", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["place.id"], name=op.f("fk_place_parent_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("code", name=op.f("uq_place_code")),
    )
    op.create_table(
        "tick",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("slot", sa.String(length=40), nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.PrimaryKeyConstraint("name", "slot", name=op.f("pk_tick")),
    )
    op.create_index(op.f("ix_tick_at"), "tick", ["at"], unique=False)
    op.create_table(
        "login_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("operator_id", Id, nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.Column("used_at", Time, nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.id"], name=op.f("fk_login_link_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_link")),
    )
    op.create_table(
        "person",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("short", sa.String(length=12), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("place_id", Id, nullable=False),
        sa.Column("supervisor_id", Id, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("training_until", Time, nullable=True),
        sa.Column("opted_out", sa.Boolean(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_person_place_id_place")),
        sa.ForeignKeyConstraint(
            ["supervisor_id"], ["person.id"], name=op.f("fk_person_supervisor_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("code", name=op.f("uq_person_code")),
        sa.UniqueConstraint("phone", name=op.f("uq_person_phone")),
    )
    op.create_index("ix_person_place", "person", ["place_id", "role"], unique=False)
    op.create_index("ix_person_supervisor", "person", ["supervisor_id"], unique=False)
    op.create_table(
        "inbound",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Time, nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("received_at", Time, nullable=False),
        sa.Column("done_at", Time, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_inbound_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound")),
        sa.UniqueConstraint("key", name=op.f("uq_inbound_key")),
    )
    op.create_index(
        "ix_inbound_due",
        "inbound",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_index(
        "ix_inbound_error",
        "inbound",
        ["received_at"],
        unique=False,
        sqlite_where=sa.text("state = 'error'"),
        postgresql_where=sa.text("state = 'error'"),
    )
    op.create_index("ix_inbound_person", "inbound", ["person_id", "received_at"], unique=False)
    op.create_index("ix_inbound_phone", "inbound", ["phone", "received_at"], unique=False)
    op.create_table(
        "report",
        sa.Column("id", Id, nullable=False),
        sa.Column("ref", sa.String(length=6), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("unconfirmed", sa.Boolean(), nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.Column("waits", sa.String(length=40), nullable=False),
        sa.Column("place_id", Id, nullable=False),
        sa.Column("opened_at", Time, nullable=False),
        sa.Column("changed_at", Time, nullable=False),
        sa.Column("closed_at", Time, nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_report_person_id_person")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_report_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("person_id", "ref", name="uq_report_person_ref"),
    )
    op.create_index("ix_report_person", "report", ["person_id", "opened_at"], unique=False)
    op.create_index("ix_report_ref", "report", ["ref"], unique=False)
    op.create_index(
        "ix_report_waits",
        "report",
        ["person_id"],
        unique=False,
        sqlite_where=sa.text("waits <> ''"),
        postgresql_where=sa.text("waits <> ''"),
    )
    op.create_table(
        "alert",
        sa.Column("id", Id, nullable=False),
        sa.Column("ref", sa.String(length=6), nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("ladder", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("unconfirmed", sa.Boolean(), nullable=False),
        sa.Column("raised_at", Time, nullable=False),
        sa.Column("climb_at", Time, nullable=True),
        sa.Column("acknowledged_at", Time, nullable=True),
        sa.Column("acknowledged_by", Id, nullable=True),
        sa.Column("ends", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["person.id"], name=op.f("fk_alert_acknowledged_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_alert_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_alert_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
        sa.UniqueConstraint("report_id", "n", name="uq_alert_report_n"),
    )
    op.create_index(
        "ix_alert_climb",
        "alert",
        ["climb_at"],
        unique=False,
        sqlite_where=sa.text("state = 'raised'"),
        postgresql_where=sa.text("state = 'raised'"),
    )
    op.create_index(op.f("ix_alert_report_id"), "alert", ["report_id"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", Id, nullable=False),
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("flow", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("session", sa.String(length=80), nullable=False),
        sa.Column("text_length", sa.Integer(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
        sa.Column("danger", sa.Boolean(), nullable=False),
        sa.Column("report_id", Id, nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("began_at", Time, nullable=False),
        sa.Column("due_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_draft_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_draft_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("origin", name=op.f("uq_draft_origin")),
    )
    op.create_index(
        "ix_draft_due",
        "draft",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("ix_draft_person", "draft", ["person_id", "state"], unique=False)
    op.create_index("ix_draft_session", "draft", ["session"], unique=False)
    op.create_table(
        "origin",
        sa.Column("origin", sa.String(length=120), nullable=False),
        sa.Column("session", sa.String(length=80), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("text_length", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_origin_report_id_report")
        ),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_origin")),
    )
    op.create_index(op.f("ix_origin_report_id"), "origin", ["report_id"], unique=False)
    op.create_index(op.f("ix_origin_session"), "origin", ["session"], unique=False)
    op.create_table(
        "reminder",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("period", sa.String(length=40), nullable=False),
        sa.Column("report_id", Id, nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("due_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_reminder_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("person_id", "kind", "period", name="uq_reminder_person_kind_period"),
    )
    op.create_index(
        "ix_reminder_due",
        "reminder",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(op.f("ix_reminder_report_id"), "reminder", ["report_id"], unique=False)
    op.create_table(
        "report_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("classes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_event_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_event")),
    )
    op.create_index(op.f("ix_report_event_report_id"), "report_event", ["report_id"], unique=False)
    op.create_table(
        "request",
        sa.Column("id", Id, nullable=False),
        sa.Column("ref", sa.String(length=6), nullable=False),
        sa.Column("report_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("training", sa.Boolean(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("requested_at", Time, nullable=False),
        sa.Column("answered_at", Time, nullable=True),
        sa.Column("answered_by", Id, nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["person.id"], name=op.f("fk_request_answered_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_request_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_request_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("report_id", name=op.f("uq_request_report_id")),
    )
    op.create_index("ix_request_person", "request", ["person_id", "state"], unique=False)
    op.create_table(
        "alert_event",
        sa.Column("id", Id, nullable=False),
        sa.Column("alert_id", Id, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_event_alert_id_alert")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_alert_event_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_event")),
    )
    op.create_index(op.f("ix_alert_event_alert_id"), "alert_event", ["alert_id"], unique=False)
    op.create_table(
        "alert_told",
        sa.Column("alert_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_alert_told_alert_id_alert")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_alert_told_person_id_person")
        ),
        sa.PrimaryKeyConstraint("alert_id", "person_id", name=op.f("pk_alert_told")),
    )
    op.create_index("ix_alert_told_person", "alert_told", ["person_id"], unique=False)
    op.create_table(
        "outbound",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("lane", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("delivery", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("resends", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("due_at", Time, nullable=False),
        sa.Column("expires_at", Time, nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=False),
        sa.Column("lease_until", Time, nullable=True),
        sa.Column("sending_at", Time, nullable=True),
        sa.Column("accepted_at", Time, nullable=True),
        sa.Column("final_at", Time, nullable=True),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("alert_id", Id, nullable=True),
        sa.Column("alert_level", sa.Integer(), nullable=True),
        sa.Column("report_id", Id, nullable=True),
        sa.Column("created_at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name=op.f("fk_outbound_alert_id_alert")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_outbound_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_outbound_report_id_report")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbound")),
        sa.UniqueConstraint("key", name=op.f("uq_outbound_key")),
    )
    op.create_index(op.f("ix_outbound_alert_id"), "outbound", ["alert_id"], unique=False)
    op.create_index(
        "ix_outbound_decide",
        "outbound",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("state in ('unknown', 'held', 'dead')"),
        postgresql_where=sa.text("state in ('unknown', 'held', 'dead')"),
    )
    op.create_index(
        "ix_outbound_due",
        "outbound",
        ["lane", "due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_outbound_expiry",
        "outbound",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_outbound_lease",
        "outbound",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("state in ('claimed', 'sending')"),
        postgresql_where=sa.text("state in ('claimed', 'sending')"),
    )
    op.create_index("ix_outbound_person", "outbound", ["person_id", "created_at"], unique=False)
    op.create_index("ix_outbound_phone", "outbound", ["phone", "created_at"], unique=False)
    op.create_index(op.f("ix_outbound_report_id"), "outbound", ["report_id"], unique=False)
    op.create_index(
        "ix_outbound_silent",
        "outbound",
        ["accepted_at"],
        unique=False,
        sqlite_where=sa.text("state = 'accepted'"),
        postgresql_where=sa.text("state = 'accepted'"),
    )
    op.create_table(
        "request_told",
        sa.Column("request_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_request_told_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.id"], name=op.f("fk_request_told_request_id_request")
        ),
        sa.PrimaryKeyConstraint("request_id", "person_id", name=op.f("pk_request_told")),
    )
    op.create_index("ix_request_told_person", "request_told", ["person_id"], unique=False)
    op.create_table(
        "delivery_report",
        sa.Column("id", Id, nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("network", sa.String(length=20), nullable=False),
        sa.Column("received_at", Time, nullable=False),
        sa.Column("outbound_id", Id, nullable=True),
        sa.Column("inferred", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbound_id"], ["outbound.id"], name=op.f("fk_delivery_report_outbound_id_outbound")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_report")),
        sa.UniqueConstraint(
            "provider_id", "word", "reason", name="uq_delivery_report_provider_word_reason"
        ),
    )
    op.create_index(
        op.f("ix_delivery_report_outbound_id"), "delivery_report", ["outbound_id"], unique=False
    )
    op.create_index(
        "ix_delivery_report_unmatched",
        "delivery_report",
        ["received_at"],
        unique=False,
        sqlite_where=sa.text("outbound_id IS NULL"),
        postgresql_where=sa.text("outbound_id IS NULL"),
    )
    op.create_table(
        "send_attempt",
        sa.Column("id", Id, nullable=False),
        sa.Column("outbound_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("started_at", Time, nullable=False),
        sa.Column("ended_at", Time, nullable=True),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbound_id"], ["outbound.id"], name=op.f("fk_send_attempt_outbound_id_outbound")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_attempt")),
        sa.UniqueConstraint("outbound_id", "number", name="uq_send_attempt_outbound_number"),
    )
    op.create_index(
        op.f("ix_send_attempt_outbound_id"), "send_attempt", ["outbound_id"], unique=False
    )
    op.create_index(
        "ix_send_attempt_provider",
        "send_attempt",
        ["provider_id"],
        unique=False,
        sqlite_where=sa.text("provider_id <> ''"),
        postgresql_where=sa.text("provider_id <> ''"),
    )
