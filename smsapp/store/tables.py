"""The tables (SQLAlchemy Core). Times are aware UTC; a state column's words stand beside it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)
Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts only INTEGER keys up by itself


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC moment. Raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone; take it from rt.now()")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _id() -> Column[int]:
    return Column("id", Id, primary_key=True)


def _at(name: str, **options: Any) -> Column[datetime]:
    return Column(name, UtcTime, **options)


place = Table(
    "place",
    metadata,
    _id(),
    Column("code", String(40), nullable=False, unique=True),  # the ministry's (DHIS2) unit code
    Column("name", String(120), nullable=False),
    Column("short", String(12), nullable=False),  # GSM-7, as SMS and screens show it
    Column("kind", String(12), nullable=False),  # country district facility community
    Column("parent_id", Id, ForeignKey("place.id")),
)

person = Table(
    "person",
    metadata,
    _id(),
    Column("code", String(40), nullable=False, unique=True),  # the programme's own
    Column("name", String(120), nullable=False),
    Column("short", String(12), nullable=False),
    Column("phone", String(16)),  # E.164: on which she is told; who holds it: phone_number
    Column("role", String(12), nullable=False),  # chw supervisor facility district desk operator
    Column("language", String(8), nullable=False),
    Column("place_id", Id, ForeignKey("place.id"), nullable=False),
    Column("supervisor_id", Id, ForeignKey("person.id")),
    Column("deputy_id", Id, ForeignKey("person.id")),  # who stands in for her
    Column("active", Boolean, nullable=False, default=True),
    Column("training", Boolean, nullable=False, default=False),
    _at("training_until"),  # NULL with training: no expiry (development only)
    Column("opted_out", Boolean, nullable=False, default=False),  # never mutes alerts
    Column("tips", Boolean, nullable=False, default=True),  # a protocol reminder each week
    Column("guided", Boolean, nullable=False, default=False),  # one tick a screen
    _at("created_at", nullable=False),
    Index("ix_person_place", "place_id", "role"),
    Index("ix_person_supervisor", "supervisor_id"),
    Index(
        "ix_person_deputy",
        "deputy_id",
        sqlite_where=text("deputy_id IS NOT NULL"),
        postgresql_where=text("deputy_id IS NOT NULL"),
    ),
)

phone_number = Table(  # who holds which number: one may have several, and several share one
    "phone_number",
    metadata,
    _id(),
    Column("phone", String(16), nullable=False),  # E.164
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    _at("since", nullable=False),
    _at("until"),  # NULL: still hers
    _at("heard_at", nullable=False),  # dialled, texted or answered last; at first: `since`
    Index(
        "ix_phone_number_held",
        "phone",
        "person_id",
        unique=True,
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    ),
    Index("ix_phone_number_person", "person_id"),
)

inbound = Table(  # every callback that is not a USSD hop, raw, before anything reads it
    "inbound",
    metadata,
    _id(),
    Column("key", String(200), nullable=False, unique=True),  # the gateway's id, with the kind
    Column("kind", String(12), nullable=False),  # sms delivery call_end opt_out
    Column("raw", LargeBinary, nullable=False),
    Column("state", String(8), nullable=False, default="new"),  # new done error ignored who
    Column("attempts", Integer, nullable=False, default=0),
    _at("due_at", nullable=False),
    Column("error", String(200), nullable=False, default=""),  # never holds content
    Column("person_id", Id, ForeignKey("person.id")),
    Column("phone", String(16), nullable=False, default=""),
    Column("text", Text, nullable=False, default=""),  # as read, of an SMS
    Column("private", Boolean, nullable=False, default=False),  # for its desk alone
    Column("unread", String(40), nullable=False, default=""),  # the word nobody understood
    _at("received_at", nullable=False),
    _at("done_at"),
    Index(
        "ix_inbound_unread",
        "unread",
        "received_at",
        sqlite_where=text("unread <> ''"),
        postgresql_where=text("unread <> ''"),
    ),
    Index(
        "ix_inbound_due",
        "due_at",
        sqlite_where=text("state = 'new'"),
        postgresql_where=text("state = 'new'"),
    ),
    Index(
        "ix_inbound_error",
        "received_at",
        sqlite_where=text("state = 'error'"),
        postgresql_where=text("state = 'error'"),
    ),
    Index(
        "ix_inbound_kept",
        "received_at",
        sqlite_where=text("length(raw) > 0"),
        postgresql_where=text("length(raw) > 0"),
    ),
    Index("ix_inbound_person", "person_id", "received_at"),
    Index("ix_inbound_phone", "phone", "received_at"),
)

report = Table(
    "report",
    metadata,
    _id(),
    Column("ref", String(6), nullable=False),  # digits, the last one Damm's; unique for one CHW
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("flow", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("source", String(8), nullable=False),  # ussd sms console
    Column("state", String(12), nullable=False),  # open closed withdrawn
    Column("unconfirmed", Boolean, nullable=False, default=False),  # expired before she finished
    Column("training", Boolean, nullable=False),
    Column("params", JSON, nullable=False),  # what was in force
    Column("answers", JSON, nullable=False),  # ask id -> stored value
    Column("classes", JSON, nullable=False),  # ids that hold, in the flow's order
    Column("danger", Boolean),  # whether one of them was danger then; NULL: told before it was kept
    Column("waits", String(40), nullable=False, default=""),  # the ask a result is awaited for
    Column("place_id", Id, ForeignKey("place.id"), nullable=False),
    Column("private", Boolean, nullable=False, default=False),  # for its desk alone
    Column("unverified", Boolean, nullable=False, default=False),  # sent from a phone not hers
    Column("seen_on", Date),  # the local day the child was seen; NULL: the day it was opened
    _at("opened_at", nullable=False),
    _at("changed_at", nullable=False),
    _at("closed_at"),
    UniqueConstraint("person_id", "ref", name="uq_report_person_ref"),
    Index("ix_report_person", "person_id", "opened_at"),
    Index(
        "ix_report_waits",
        "person_id",
        sqlite_where=text("waits <> ''"),
        postgresql_where=text("waits <> ''"),
    ),
    Index("ix_report_ref", "ref"),
)

report_event = Table(  # the history of a report: every commit that changed it
    "report_event",
    metadata,
    _id(),
    Column("report_id", Id, ForeignKey("report.id"), nullable=False, index=True),
    _at("at", nullable=False),
    Column("what", String(16), nullable=False),  # opened amended closed corrected withdrawn expired
    Column("answers", JSON, nullable=False),
    Column("classes", JSON, nullable=False),
)

origin = Table(  # makes a report exactly one
    "origin",
    metadata,
    Column("origin", String(120), primary_key=True),  # ussd:<session>:<n> or sms:<gateway id>:<n>
    Column("session", String(80), nullable=False, index=True),  # gateway session or SMS id
    Column("n", Integer, nullable=False),
    Column("report_id", Id, ForeignKey("report.id"), nullable=False, index=True),
    Column("state", String(8), nullable=False),  # open closed
    Column("text_length", Integer, nullable=False, default=0),  # of the call's text at that commit
)

draft = Table(
    "draft",
    metadata,
    _id(),
    Column("origin", String(120), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("flow", String(40), nullable=False),
    Column("version", Integer, nullable=False),
    Column("session", String(80), nullable=False, default=""),  # gateway session that holds it now
    Column("text_length", Integer, nullable=False, default=0),
    Column("given", JSON, nullable=False),  # what was known when the filling began
    Column("keys", JSON, nullable=False),  # [[ask id, key], …] as typed
    Column("danger", Boolean, nullable=False, default=False),  # its report and alert are committed
    Column("report_id", Id, ForeignKey("report.id")),
    # the same as report_id once more: she is asked whether it is another
    Column("twin", Boolean, nullable=False, default=False),
    Column("state", String(8), nullable=False),  # open settled expired
    Column("private", Boolean, nullable=False, default=False),  # for its desk alone
    _at("began_at", nullable=False),
    _at("due_at", nullable=False),  # after this it is no longer offered
    Index("ix_draft_person", "person_id", "state"),
    Index("ix_draft_session", "session"),
    Index(
        "ix_draft_due",
        "due_at",
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
)

alert = Table(
    "alert",
    metadata,
    _id(),
    Column("ref", String(6), nullable=False),  # its report's
    Column("report_id", Id, ForeignKey("report.id"), nullable=False, index=True),
    Column("n", Integer, nullable=False),  # 1 the first of the report; more after a correction
    Column("kind", String(24), nullable=False),  # danger newborn …: the effect's word
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),  # who raised it
    Column("training", Boolean, nullable=False),
    Column(
        "texts", JSON, nullable=False
    ),  # language -> what is told; {code} and the like filled in
    Column("ladder", JSON, nullable=False),  # [{roles, minutes}] level by level, as when raised
    Column("state", String(12), nullable=False),  # raised acknowledged closed
    Column("level", Integer, nullable=False),
    Column("unconfirmed", Boolean, nullable=False, default=False),
    _at("raised_at", nullable=False),
    _at("climb_at"),  # NULL: nobody is left above, or answered
    _at("acknowledged_at"),
    Column("acknowledged_by", Id, ForeignKey("person.id")),
    Column("ends", String(12), nullable=False, default=""),  # withdrawn; set with state closed
    UniqueConstraint("report_id", "n", name="uq_alert_report_n"),
    Index(
        "ix_alert_climb",
        "climb_at",
        sqlite_where=text("state = 'raised'"),
        postgresql_where=text("state = 'raised'"),
    ),
)

alert_event = Table(
    "alert_event",
    metadata,
    _id(),
    Column("alert_id", Id, ForeignKey("alert.id"), nullable=False, index=True),
    _at("at", nullable=False),
    Column(
        "what", String(24), nullable=False
    ),  # raised climbed skipped told silent unreachable nobody changed hastened spoke reopened
    # acknowledged verified responded dismissed closed
    Column("person_id", Id, ForeignKey("person.id")),
    Column("level", Integer, nullable=False, default=0),
)

alert_told = Table(  # who may answer, and from when
    "alert_told",
    metadata,
    Column("alert_id", Id, ForeignKey("alert.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("level", Integer, nullable=False),
    _at("at", nullable=False),
    Index("ix_alert_told_person", "person_id"),
)

request = Table(  # resupply
    "request",
    metadata,
    _id(),
    Column("ref", String(6), nullable=False),  # its report's
    Column("report_id", Id, ForeignKey("report.id"), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("training", Boolean, nullable=False),
    Column("items", JSON, nullable=False),  # ids of the products its report is about
    Column(
        "state", String(12), nullable=False
    ),  # requested approved ready stocked_out received cancelled
    _at("requested_at", nullable=False),
    Column("urgent", Boolean, nullable=False, default=False, server_default=false()),
    Column("wants_approval", Boolean, nullable=False, default=False, server_default=false()),
    _at("answered_at"),
    Column("answered_by", Id, ForeignKey("person.id")),
    Index("ix_request_person", "person_id", "state"),
    Index(
        "ix_request_waiting",
        "requested_at",
        "id",
        sqlite_where=text("state IN ('requested', 'approved', 'stocked_out', 'ready')"),
        postgresql_where=text("state IN ('requested', 'approved', 'stocked_out', 'ready')"),
    ),
)

request_event = Table(  # what became of a request, when, and by whom
    "request_event",
    metadata,
    _id(),
    Column("request_id", Id, ForeignKey("request.id"), nullable=False, index=True),
    _at("at", nullable=False),
    Column("what", String(12), nullable=False),  # a state; or changed told short whole reopened
    Column("person_id", Id, ForeignKey("person.id")),  # who did it, or was told
    Index(
        "ix_request_event_short",
        "request_id",
        sqlite_where=text("what = 'short'"),
        postgresql_where=text("what = 'short'"),
    ),
)

request_told = Table(
    "request_told",
    metadata,
    Column("request_id", Id, ForeignKey("request.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    _at("at", nullable=False),
    Index("ix_request_told_person", "person_id"),
)

request_line = Table(  # what is asked for, in single units
    "request_line",
    metadata,
    Column("request_id", Id, ForeignKey("request.id"), primary_key=True),
    Column("product", String(8), primary_key=True),
    Column("asked", Integer, nullable=False),  # computed, never typed
    Column("packed", Integer),  # NULL: nobody has said
    Column("received", Integer),  # NULL: nothing yet
)

holding = Table(  # which products a person holds; none recorded: all of products.toml
    "holding",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("product", String(8), primary_key=True),
)

stock_movement = Table(  # what a report says of a product; what is on hand is derived
    "stock_movement",
    metadata,
    _id(),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("product", String(8), nullable=False),
    Column("kind", String(12), nullable=False),  # count received lost expired
    Column("amount", Integer, nullable=False),  # single units; of a count, what is left
    Column("report_id", Id, ForeignKey("report.id"), nullable=False),
    Column("training", Boolean, nullable=False),
    _at("at", nullable=False),
    _at("replaced_at"),  # NULL: it stands; else when its report was corrected or taken back
    Index("ix_stock_movement_person", "person_id", "product", "at"),
    Index(
        "uq_stock_movement_report",
        "report_id",
        "product",
        "kind",
        unique=True,
        sqlite_where=text("replaced_at IS NULL"),
        postgresql_where=text("replaced_at IS NULL"),
    ),
)

stock_use = Table(  # what left a box beside what was reported, as a count has shown it to the CHW
    "stock_use",
    metadata,
    Column("report_id", Id, ForeignKey("report.id"), primary_key=True),  # the count
    Column("treatment", String(8), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("training", Boolean, nullable=False),
    _at("since", nullable=False),  # the count before
    _at("until", nullable=False),
    Column("used", Integer, nullable=False),  # single units
    Column("reported", Integer),  # NULL: she reported no child in that time
    Index("ix_stock_use_person", "person_id", "until"),
)

recall = Table(  # a lot that nobody may use any more
    "recall",
    metadata,
    _id(),
    Column("ref", String(6), nullable=False, unique=True),
    Column("product", String(8), nullable=False),
    Column("lot", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String(80), nullable=False),
    _at("at", nullable=False),
    UniqueConstraint("product", "lot", name="uq_recall_product_lot"),
)

recall_answer = Table(  # whom it reached, and what each has said
    "recall_answer",
    metadata,
    Column("recall_id", Id, ForeignKey("recall.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    _at("told_at", nullable=False),
    Column("answer", String(8), nullable=False, default=""),  # aside none; empty: not yet
    Column("amount", Integer),  # set aside, in single units
    _at("answered_at"),
    Index("ix_recall_answer_person", "person_id"),
)

signal = Table(  # what several reports of one trigger and village have in common: their alert
    "signal",
    metadata,
    Column("alert_id", Id, ForeignKey("alert.id"), primary_key=True),
    Column("kind", String(24), nullable=False),  # the trigger
    Column("place_id", Id, ForeignKey("place.id"), nullable=False),
    Column("cases", Integer, nullable=False),
    Column("deaths", Integer, nullable=False),
    Column("onset_on", Date),  # of the earliest case told
    Column("told_cases", Integer, nullable=False),  # when it spoke last
    _at("last_at", nullable=False),  # when its latest report joined
    Index("ix_signal_place", "place_id", "kind"),
)

signal_report = Table(
    "signal_report",
    metadata,
    Column("alert_id", Id, ForeignKey("signal.alert_id"), primary_key=True),
    Column("report_id", Id, ForeignKey("report.id"), primary_key=True),
    Column("cases", Integer, nullable=False),
    Column("deaths", Integer, nullable=False),
    Column("spoke", Boolean, nullable=False),  # whether those told heard of it
    Index("ix_signal_report_report", "report_id"),
)

task = Table(  # what a CHW has to do about an earlier report
    "task",
    metadata,
    _id(),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("report_id", Id, ForeignKey("report.id"), nullable=False),
    Column("kind", String(24), nullable=False),  # follow_up referral
    Column("due_on", Date, nullable=False),  # where the programme works
    Column("state", String(8), nullable=False),  # open done dropped
    Column("outcome", String(24), nullable=False, default=""),
    Column("done_in", Id, ForeignKey("report.id"), index=True),  # the report that says so
    _at("done_at"),
    UniqueConstraint("report_id", "kind", name="uq_task_report_kind"),
    Index("ix_task_person", "person_id", "state", "due_on"),
)

query = Table(  # what a person asks of another and waits for: pay, a concern, a call, a new number
    "query",
    metadata,
    _id(),
    Column("ref", String(6), nullable=False),  # its report's
    Column("report_id", Id, ForeignKey("report.id"), nullable=False, unique=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("kind", String(12), nullable=False),  # pay concern call number
    Column("about", String(24), nullable=False, default=""),  # what was answered: none fee today …
    Column("private", Boolean, nullable=False),  # for its desk alone
    Column("training", Boolean, nullable=False),
    Column("phone", String(16), nullable=False, default=""),  # of a changed number
    # received with_desk answered | agreed reopened | refused done
    Column("state", String(12), nullable=False),
    Column("answer", String(24), nullable=False, default=""),
    _at("asked_at", nullable=False),
    _at("answered_at"),
    Column("answered_by", Id, ForeignKey("person.id")),
    Index("ix_query_person", "person_id", "state"),
)

query_told = Table(  # who may answer
    "query_told",
    metadata,
    Column("query_id", Id, ForeignKey("query.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    _at("at", nullable=False),
    Index("ix_query_told_person", "person_id"),
)

visit = Table(  # of a supervisor to a CHW; it counts when both sides have said so
    "visit",
    metadata,
    _id(),
    Column("chw_id", Id, ForeignKey("person.id"), nullable=False),
    Column("supervisor_id", Id, ForeignKey("person.id"), nullable=False),
    Column("visited_on", Date, nullable=False),  # where the programme works
    Column("by_id", Id, ForeignKey("person.id"), nullable=False),  # the side that noted it first
    Column("report_id", Id, ForeignKey("report.id"), nullable=False),  # in which it was noted
    _at("recorded_at", nullable=False),
    Column("said", String(4), nullable=False, default=""),  # what the other side says: yes no
    Column("said_in", Id, ForeignKey("report.id"), index=True),
    _at("said_at"),
    Column("training", Boolean, nullable=False),
    UniqueConstraint("chw_id", "supervisor_id", "visited_on", name="uq_visit_chw_supervisor_day"),
    Index("ix_visit_day", "visited_on"),
)

errand = Table(  # what a supervisor asks of a CHW in his own words: one row a CHW
    "errand",
    metadata,
    _id(),
    Column("ref", String(6), nullable=False),  # its report's
    Column("report_id", Id, ForeignKey("report.id"), nullable=False, index=True),
    Column("supervisor_id", Id, ForeignKey("person.id"), nullable=False),
    Column("chw_id", Id, ForeignKey("person.id"), nullable=False),
    Column("on_day", Date, nullable=False),  # when it is sent, where the programme works
    Column("text", String(160), nullable=False),  # for the two, and the desk; emptied: the ref
    Column("state", String(8), nullable=False),  # planned | sent kept (without an SMS) dropped done
    _at("due_at", nullable=False),
    _at("created_at", nullable=False),
    _at("done_at"),
    Column("done_in", Id, ForeignKey("report.id"), index=True),  # the report that says so
    UniqueConstraint(
        "chw_id", "supervisor_id", "on_day", "text", name="uq_errand_chw_supervisor_day_text"
    ),
    Index("ix_errand_chw", "chw_id", "state"),
    Index("ix_errand_supervisor", "supervisor_id", "created_at"),
    Index(
        "ix_errand_kept",
        "created_at",
        sqlite_where=text("text <> ref and state <> 'planned'"),
        postgresql_where=text("text <> ref and state <> 'planned'"),
    ),
    Index(
        "ix_errand_due",
        "due_at",
        sqlite_where=text("state = 'planned'"),
        postgresql_where=text("state = 'planned'"),
    ),
)

death = Table(  # one row a death, wherever it was told
    "death",
    metadata,
    _id(),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),  # who told it first
    Column("report_id", Id, ForeignKey("report.id"), nullable=False),  # in which it was told first
    Column("case_report_id", Id, ForeignKey("report.id"), unique=True),  # the child's, where known
    Column("kind", String(24), nullable=False),
    Column("place_id", Id, ForeignKey("place.id"), nullable=False),
    Column("training", Boolean, nullable=False),
    Column("died_on", Date, nullable=False),
    Index("ix_death_place", "place_id", "died_on"),
    Index("ix_death_person", "person_id", "died_on"),
)

month_report = Table(  # which report says what of a person's month: the latest
    "month_report",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("period", String(7), primary_key=True),  # 2026-10
    Column("report_id", Id, ForeignKey("report.id"), nullable=False, unique=True),
    Column("replaced_id", Id, ForeignKey("report.id")),  # the one that counted before it
)

misspelling = Table(  # what a person has said that a word of an SMS means
    "misspelling",
    metadata,
    Column("word", String(40), primary_key=True),  # in capitals
    Column("means", String(40), nullable=False),  # a keyword
    Column("by", String(80), nullable=False),
    _at("at", nullable=False),
)

reminder = Table(  # one step of a chain
    "reminder",
    metadata,
    _id(),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),  # who has it to do
    Column("kind", String(24), nullable=False),  # test_waited …: a chain of reminders.toml
    Column("period", String(40), nullable=False),  # report ref and day, a month, a week
    Column("step", Integer, nullable=False, default=0, server_default="0"),  # of its chain
    Column("report_id", Id, ForeignKey("report.id"), index=True),
    Column("state", String(8), nullable=False),  # planned sent dropped
    Column("why", String(12), nullable=False, default="", server_default=""),  # of a dropped one
    _at("due_at", nullable=False),
    _at("settled_at"),
    Column("told_id", Id, ForeignKey("person.id")),  # to whom it was sent
    UniqueConstraint("person_id", "kind", "period", "step", name="uq_reminder_person_kind_period"),
    Index(
        "ix_reminder_due",
        "due_at",
        sqlite_where=text("state = 'planned'"),
        postgresql_where=text("state = 'planned'"),
    ),
)

outbound = Table(
    "outbound",
    metadata,
    _id(),
    Column("key", String(120), nullable=False, unique=True),  # alert:<id>:<level>:<try>:<person> …
    Column("lane", String(8), nullable=False),  # urgent bulk routine
    Column("kind", String(12), nullable=False),  # alert reply reminder broadcast receipt
    Column("phone", String(16), nullable=False),
    Column("person_id", Id, ForeignKey("person.id")),
    Column("text", Text, nullable=False),
    Column("text_hash", String(64), nullable=False),  # sha256, for the duplicate breaker
    Column("private", Boolean, nullable=False, default=False),  # for its desk alone
    Column("segments", Integer, nullable=False),
    # queued claimed sending accepted | delivered failed no_report |
    # unknown held dead expired discarded
    Column("state", String(12), nullable=False),
    Column("delivery", String(12), nullable=False, default=""),  # the network's best word so far
    Column("reason", String(200), nullable=False, default=""),  # one sentence for people
    Column("attempts", Integer, nullable=False, default=0),
    Column("resends", Integer, nullable=False, default=0),  # automatic, after doubt
    Column("cause", String(16), nullable=False, default="first"),  # of the next attempt
    _at("due_at", nullable=False),
    _at("expires_at"),
    Column("lease_owner", String(64), nullable=False, default=""),
    _at("lease_until"),
    _at("sending_at"),
    _at("accepted_at"),
    _at("final_at"),
    Column("provider_id", String(80), nullable=False, default=""),
    Column("alert_id", Id, ForeignKey("alert.id"), index=True),
    Column("alert_level", Integer),
    Column("report_id", Id, ForeignKey("report.id"), index=True),
    _at("created_at", nullable=False),
    Index(
        "ix_outbound_due",
        "lane",
        "due_at",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "ix_outbound_kept",
        "created_at",
        sqlite_where=text("text <> ''"),
        postgresql_where=text("text <> ''"),
    ),
    Index(
        "ix_outbound_lease",
        "lease_until",
        sqlite_where=text("state in ('claimed', 'sending')"),
        postgresql_where=text("state in ('claimed', 'sending')"),
    ),
    Index(
        "ix_outbound_decide",
        "created_at",
        sqlite_where=text("state in ('unknown', 'held', 'dead')"),
        postgresql_where=text("state in ('unknown', 'held', 'dead')"),
    ),
    Index(
        "ix_outbound_silent",
        "accepted_at",
        sqlite_where=text("state = 'accepted'"),
        postgresql_where=text("state = 'accepted'"),
    ),
    Index(
        "ix_outbound_expiry",
        "expires_at",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index("ix_outbound_phone", "phone", "created_at"),
    Index("ix_outbound_person", "person_id", "created_at"),
)

send_attempt = Table(
    "send_attempt",
    metadata,
    _id(),
    Column("outbound_id", Id, ForeignKey("outbound.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),  # 1 the first
    Column("cause", String(16), nullable=False),  # first retry ambiguous operator
    _at("started_at", nullable=False),
    _at("ended_at"),
    Column("verdict", String(12), nullable=False, default=""),
    Column("code", String(40), nullable=False, default=""),
    Column("http_status", Integer),
    Column("provider_id", String(80), nullable=False, default=""),
    UniqueConstraint("outbound_id", "number", name="uq_send_attempt_outbound_number"),
    Index(  # delivery reports find their SMS by any attempt's id
        "ix_send_attempt_provider",
        "provider_id",
        sqlite_where=text("provider_id <> ''"),
        postgresql_where=text("provider_id <> ''"),
    ),
)

delivery_report = Table(
    "delivery_report",
    metadata,
    _id(),
    Column("provider_id", String(80), nullable=False),
    Column("phone", String(16), nullable=False),
    Column("status", String(12), nullable=False),
    Column("word", String(40), nullable=False),
    Column("reason", String(60), nullable=False, default=""),
    Column("network", String(20), nullable=False, default=""),
    _at("received_at", nullable=False),
    Column("outbound_id", Id, ForeignKey("outbound.id"), index=True),  # NULL: not matched yet
    Column("inferred", Boolean, nullable=False, default=False),
    UniqueConstraint(
        "provider_id", "word", "reason", name="uq_delivery_report_provider_word_reason"
    ),
    Index(
        "ix_delivery_report_unmatched",
        "received_at",
        sqlite_where=text("outbound_id IS NULL"),
        postgresql_where=text("outbound_id IS NULL"),
    ),
)

broadcast = Table(  # one SMS to many people
    "broadcast",
    metadata,
    _id(),
    Column("texts", JSON, nullable=False),  # language -> text
    Column("audience", JSON, nullable=False),  # places, roles, silent_days
    Column("state", String(8), nullable=False),  # draft writing sending paused done
    Column("by", String(80), nullable=False),
    _at("made_at", nullable=False),
    _at("sent_at"),  # when its sending was begun
)

broadcast_recipient = Table(  # who gets it, as the audience stood when its sending was begun
    "broadcast_recipient",
    metadata,
    Column("broadcast_id", Id, ForeignKey("broadcast.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("language", String(8), nullable=False),  # of the text that is hers
    Column("state", String(8), nullable=False),  # waiting put left_out
    Column("why", String(16), nullable=False, default=""),  # of left_out
    Index(
        "ix_broadcast_recipient_waiting",
        "broadcast_id",
        "language",
        "person_id",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)

pause = Table(  # a lane held for a systemic refusal, or by an operator
    "pause",
    metadata,
    Column("lane", String(8), primary_key=True),
    Column("reason", String(200), nullable=False),
    Column("tries", Integer, nullable=False, default=0),  # probes since it began
    _at("since", nullable=False),
    _at("until"),  # NULL: until a person resumes it
)

tick = Table(  # a slot of the schedule, taken by inserting it
    "tick",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("slot", String(40), primary_key=True),
    _at("at", nullable=False, index=True),
)

operator = Table(
    "operator",
    metadata,
    _id(),
    Column("username", String(80), nullable=False, unique=True),
    Column("password_hash", String(200), nullable=False, default=""),  # empty: by link only
    Column("active", Boolean, nullable=False, default=True),
    Column("viewer", Boolean, nullable=False, default=False),  # looks, and changes nothing
    Column("failures", Integer, nullable=False, default=0),
    _at("locked_until"),
    Column("stamp", String(40), nullable=False),  # changes when every login must end
    _at("created_at", nullable=False),
)

login_link = Table(
    "login_link",
    metadata,
    Column("token_hash", String(64), primary_key=True),  # sha256
    Column("operator_id", Id, ForeignKey("operator.id"), nullable=False),
    _at("expires_at", nullable=False),
    _at("used_at"),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    _at("at", nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("object", String(80), nullable=False),
    Column("before", String(80), nullable=False, default=""),
    Column("after", String(80), nullable=False, default=""),
    Column("reason", String(200), nullable=False, default=""),
    Column("address", String(45), nullable=False, default=""),
    Index("ix_audit_object", "object"),
)
