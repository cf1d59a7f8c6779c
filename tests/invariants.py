"""I1 to I8 of the design, checked over the database and what the network recorded."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import Connection, Engine, text

from smsapp.flow.library import load_library
from smsapp.service.deliveries import RANK
from smsapp.service.sending import MAX_RESENDS
from smsapp.store.connect import READ

Entries = Sequence[Mapping[str, Any]]
Record = Mapping[str, Entries]
Rows = list[dict[str, Any]]

FLOWS = Path(__file__).resolve().parents[1] / "flows"
DOORS = {"sms": "sms", "delivery": "delivery", "ussd-end": "call_end", "optout": "opt_out"}
OWNED = ("claimed", "sending")
NOBODY_TO_CALL = re.compile(r'"since": ?"(?:went|died)"')  # of a child seen on an earlier day
WRITE_DOWN = re.compile(r"(?:Write|Notez) (\d{6})\b")  # how a last screen names a report of hers
GRACE = timedelta(seconds=5)  # a sweep may be about to come


def check_invariants(
    engine: Engine, record: Record, now: datetime | None = None, flows: Path = FLOWS
) -> list[str]:
    """What is broken, one sentence each; an empty list is well. `record` is GET /record."""
    now = now or datetime.now(UTC)
    with engine.connect().execution_options(**READ) as db:
        return [
            *callbacks_are_kept(db, record),
            *reports_are_exactly_one(db, record),
            *danger_is_told(db, flows),
            *rows_have_an_owner(db, now),
            *nobody_hears_too_often(db, record),
            *doubts_are_shown(db, now),
            *deliveries_move_forward(db),
            *decisions_are_audited(db),
        ]


def _rows(db: Connection, sql: str) -> Rows:
    return [dict(row) for row in db.execute(text(sql)).mappings()]


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json(report: dict[str, Any], column: str = "classes") -> str:
    """A column as JSON: a text statement gives a string on SQLite, a value on PostgreSQL."""
    value = report[column]
    return value if isinstance(value, str) else json.dumps(value)


def callbacks_are_kept(db: Connection, record: Record) -> Iterator[str]:
    """I1: what we answered 2xx has a row with what it said."""
    kept = {
        (row["kind"], frozenset(parse_qsl(bytes(row["raw"]).decode(errors="replace"))))
        for row in _rows(db, "SELECT kind, raw FROM inbound")
    }
    for entry in record.get("callback", ()):
        said = frozenset((name, value) for name, value in entry["form"].items() if value)
        kind = DOORS.get(entry["door"])
        if kind and (entry["status"] or 0) // 100 == 2 and (kind, said) not in kept:
            yield f"I1: callback {entry['n']} at {entry['door']} was answered 2xx and has no row"


def reports_are_exactly_one(db: Connection, record: Record) -> Iterator[str]:
    """I2: each report has its origin, and each screen that names a ref has its report."""
    for row in _rows(db, "SELECT id FROM report WHERE id NOT IN (SELECT report_id FROM origin)"):
        yield f"I2: report {row['id']} has no origin"
    written = defaultdict(set)
    for row in _rows(  # by her number, and by one that has stopped
        db,
        "SELECT ref, phone FROM report JOIN person ON person.id = report.person_id "
        "UNION SELECT ref, phone FROM report JOIN outbound "
        "ON outbound.person_id = report.person_id AND outbound.key LIKE 'number.old:%'",
    ):
        written[row["phone"]].add(row["ref"])
    for hop in record.get("hop", ()):
        thanked = hop["status"] == 200
        for word in WRITE_DOWN.findall(hop["answer"]) if thanked else ():
            if word not in written[hop["phone"]]:
                yield f"I2: hop {hop['n']} thanked for a report that is not there"


@cache
def _dangers(flows: Path) -> dict[str, set[str]]:
    return {
        flow.id: {one.id for one in flow.classes if one.kind == "danger"}
        for flow in load_library(flows).flows.values()
        if any(effect.do == "raise_alert" for effect in flow.effects)
    }


def danger_is_told(db: Connection, flows: Path) -> Iterator[str]:
    """I3: a report with danger has its alert, and an alert its SMS or somebody who knows."""
    dangers = _dangers(flows)
    told = {row["report_id"] for row in _rows(db, "SELECT report_id FROM alert")}
    query = "SELECT id, flow, classes, answers FROM report WHERE state <> 'withdrawn'"
    for row in _rows(db, query):
        holds = {word for word in dangers.get(row["flow"], ()) if f'"{word}"' in _json(row)}
        if holds and row["id"] not in told and not NOBODY_TO_CALL.search(_json(row, "answers")):
            yield f"I3: report {row['id']} has danger and no alert"
    for row in _rows(
        db,
        "SELECT id FROM alert WHERE id NOT IN (SELECT alert_id FROM outbound WHERE alert_id "
        "IS NOT NULL) AND id NOT IN (SELECT alert_id FROM alert_event WHERE what = 'nobody')",
    ):
        yield f"I3: alert {row['id']} has no SMS and nobody knows"


def rows_have_an_owner(db: Connection, now: datetime) -> Iterator[str]:
    """I4: what is not final has a lease that holds or a time at which it is due."""
    for row in _rows(db, "SELECT id, state, due_at, lease_until FROM outbound"):
        if row["state"] in OWNED and _moment(row["lease_until"]) < now - GRACE:
            yield f"I4: outbound {row['id']} is {row['state']} and its owner is gone"
        if row["state"] == "queued" and row["due_at"] is None:
            yield f"I4: outbound {row['id']} is queued and never due"


def nobody_hears_too_often(db: Connection, record: Record) -> Iterator[str]:
    """I5: the gateway took each SMS once; an alert up to twice more; an operator's beside."""
    allowed: Counter[tuple[str, str]] = Counter()
    tried: Counter[tuple[str, str]] = Counter()
    attempts = defaultdict(list)
    for row in _rows(db, "SELECT outbound_id, cause FROM send_attempt"):
        attempts[row["outbound_id"]].append(row["cause"])
    for row in _rows(db, "SELECT id, phone, text, kind FROM outbound"):
        sms, causes = (row["phone"], row["text"]), attempts[row["id"]]
        allowed[sms] += 1 + MAX_RESENDS * (row["kind"] == "alert") + causes.count("operator")
        tried[sms] += len(causes)
    taken = Counter((entry["phone"], entry["text"]) for entry in record.get("accepted", ()))
    for sms, count in taken.items():
        if count > allowed[sms]:
            yield f"I5: the gateway took an SMS {count} times where {allowed[sms]} are allowed"
        if count > tried[sms]:
            yield f"I5: the gateway took an SMS {count} times, {tried[sms]} attempts are written"


def doubts_are_shown(db: Connection, now: datetime) -> Iterator[str]:
    """I6: an alert in doubt is sent again when its wait is over, or waits for a person."""
    doubts = "SELECT id, kind, resends, due_at FROM outbound WHERE state = 'unknown'"
    for row in _rows(db, doubts):
        tries = row["kind"] == "alert" and row["resends"] < MAX_RESENDS
        if tries and _moment(row["due_at"]) < now - GRACE:
            yield f"I6: alert SMS {row['id']} is in doubt and nobody tries again"


def deliveries_move_forward(db: Connection) -> Iterator[str]:
    """I7: the best word ever said of an SMS is the one that stands."""
    best: dict[int, str] = {}
    for row in _rows(db, "SELECT outbound_id, status FROM delivery_report"):
        one = best.get(row["outbound_id"], "")
        best[row["outbound_id"]] = max(one, row["status"], key=lambda word: RANK.get(word, 0))
    for row in _rows(db, "SELECT id, state, delivery FROM outbound"):
        said = best.get(row["id"], "")
        if RANK.get(said, 0) > RANK[row["delivery"]]:
            yield f"I7: outbound {row['id']} was {said} and stands at {row['delivery']!r}"
        if said == "delivered" and row["state"] not in ("delivered", *OWNED):
            yield f"I7: outbound {row['id']} was delivered and is {row['state']}"


def decisions_are_audited(db: Connection) -> Iterator[str]:
    """I8: what an operator decided about an SMS has a row that says who."""
    done = Counter(
        (row["object"], row["action"]) for row in _rows(db, "SELECT object, action FROM audit")
    )
    sent = "SELECT outbound_id AS id, count(*) AS n FROM send_attempt WHERE cause = 'operator' "
    for row in _rows(db, sent + "GROUP BY outbound_id"):
        if done[(f"outbound:{row['id']}", "send_again")] < row["n"]:
            yield f"I8: outbound {row['id']} was sent again and nobody said so"
    for row in _rows(db, "SELECT id FROM outbound WHERE state = 'discarded'"):
        if not done[(f"outbound:{row['id']}", "discard")]:
            yield f"I8: outbound {row['id']} was discarded and nobody said so"
