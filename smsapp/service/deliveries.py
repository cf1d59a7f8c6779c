"""What the network says became of an SMS. A state only moves forward, in whatever order words come.

A report may come before the send that it is about is committed, twice, or never; and its id may be
unknown to us, when the gateway took an SMS and its answer was lost.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from smsapp.channels.contract import Delivery, DeliveryReport
from smsapp.runtime import Runtime
from smsapp.store import deliveries as store
from smsapp.store.outbound import Outbound, move, outbound_by_id

RANK = {"": 0, "sent": 1, "buffered": 2, "absent": 3, "failed": 4, "delivered": 5}
OURS = ("claimed", "sending")  # a worker has it: its outcome decides, then the words count
WENT = ("queued", "unknown", "accepted", "no_report")  # any word shows that it went
INFER_TIME = timedelta(minutes=10)  # a report of an unknown id is about a doubt this young
MATCH_TIME = timedelta(days=7)  # a report this old will not find its SMS any more
MATCH_LIMIT = 500  # reports looked at in one sweep
REASONS = {
    "failed": "The network could not deliver it.",
    "absent": "The phone could not be reached.",
}


def note_delivery(rt: Runtime, db: Connection, report: DeliveryReport) -> None:
    """Store a report and move its SMS forward, if we know which one it is."""
    values = {
        "provider_id": report.provider_id,
        "phone": report.phone,
        "status": report.status.value,
        "word": report.word[:40],
        "reason": report.reason[:60],
        "network": report.network[:20],
        "received_at": rt.now(),
    }
    report_id = store.add_report(db, values)
    if report_id is None:
        return
    status = report.status.value
    _place(rt, db, store.Unmatched(report_id, report.provider_id, report.phone, status, rt.now()))


def catch_up(rt: Runtime, db: Connection, row: Outbound, provider_id: str) -> None:
    """Apply what came while it was being sent: reports of this id, or of an earlier attempt."""
    for report in store.unmatched_as(db, provider_id) if provider_id else ():
        _apply(rt, db, report, row.id, inferred=False)
    if row.resends:
        _advance(rt, db, row.id, "")


def match_late(rt: Runtime) -> int:
    """Look again for the SMS of reports that found none. Returns how many were matched."""
    now = rt.now()
    with rt.begin() as db:
        reports = store.unmatched(db, now - MATCH_TIME, MATCH_LIMIT)
        return sum(_place(rt, db, report) for report in reports)


def advance(state: str, delivery: str, word: str) -> tuple[str, str]:
    """The state and the network's best word after one more word. Never backwards, in any order."""
    best = max(delivery, word, key=lambda one: RANK.get(one, 0))
    if state in OURS or not best:
        return state, best
    if best == Delivery.DELIVERED:
        return "delivered", best
    if state not in WENT:
        return state, best
    return ("failed" if best == Delivery.FAILED else "accepted"), best


def _place(rt: Runtime, db: Connection, report: store.Unmatched) -> bool:
    outbound_id = store.outbound_sent_as(db, report.provider_id)
    if outbound_id is not None:
        _apply(rt, db, report, outbound_id, inferred=False)
        return True
    doubtful = store.doubtful_to(db, report.phone, report.received_at - INFER_TIME)
    if len(doubtful) != 1:
        return False
    row = outbound_by_id(db, doubtful[0], lock=True)
    if row is None or row.state != "unknown":
        return False
    store.name_last_attempt(db, row.id, report.provider_id)
    _apply(rt, db, report, row.id, inferred=True)
    return True


def _apply(
    rt: Runtime, db: Connection, report: store.Unmatched, outbound_id: int, *, inferred: bool
) -> None:
    store.match(db, report.id, outbound_id, inferred=inferred)
    _advance(rt, db, outbound_id, report.status)


def _advance(rt: Runtime, db: Connection, outbound_id: int, word: str) -> None:
    row = outbound_by_id(db, outbound_id, lock=True)
    if row is None:
        return
    state, best = advance(row.state, row.delivery, word)
    if (state, best) != (row.state, row.delivery):
        move(db, row.id, (row.state,), _changes(row.state, state, best, rt.now()))


def _changes(before: str, state: str, best: str, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"delivery": best}
    if state == before:
        return values
    values |= {"state": state, "reason": REASONS.get(best, "")}
    return values | ({"accepted_at": now} if state == "accepted" else {"final_at": now})
