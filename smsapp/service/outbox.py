"""The outbox: SMS are put in with what obliges us to send them, and drained lane by lane.

Each SMS is marked `sending` in a transaction of its own before the gateway is asked, so that a
crash leaves a visible doubt, never a silent second SMS. `unknown` alerts are sent again by
`outbox_sweep`; any other waits for a person.
"""

import os
import secrets
import socket
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service.sending import MAX_RESENDS, backoff, send_one
from smsapp.store import outbound as store
from smsapp.store import pauses
from smsapp.store.audit import add_audit
from smsapp.store.outbound import NewOutbound, Outbound, Undeliverable

log = structlog.get_logger()

ALERT_LIFE = timedelta(hours=24)  # an alert older than this is a matter for a call, not an SMS
STUCK_ATTEMPTS = 4  # an alert refused so often has been trying for some minutes: tell the next one
WAITING = ("unknown", "held", "dead")  # states in which an operator decides
POLL_SECONDS = 0.2  # between two looks for new rows while a request still hangs
QUIET_SHARE = 2  # lanes that are not urgent use this part of the threads: alerts go first


class NotWaiting(Exception):
    """What an operator wanted to decide is decided already. The message says how it stands."""


def put(
    rt: Runtime,
    db: Connection,
    *,
    key: str,
    kind: str,
    phone: str,
    text: str,
    lane: str = "urgent",
    person_id: int | None = None,
    alert_id: int | None = None,
    alert_level: int | None = None,
    report_id: int | None = None,
    private: bool = False,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> int | None:
    """Put one SMS into the outbox. Returns its id; None: this key is there already."""
    row = NewOutbound(
        key=key,
        kind=kind,
        phone=phone,
        text=text,
        lane=lane,
        person_id=person_id,
        alert_id=alert_id,
        alert_level=alert_level,
        report_id=report_id,
        private=private,
        due_at=due_at,
        expires_at=expires_at,
    )
    return put_many(rt, db, [row])[0]


def put_many(rt: Runtime, db: Connection, rows: Sequence[NewOutbound]) -> list[int | None]:
    """Put SMS into the outbox in one statement. Returns what `put` would, in order."""
    ids = store.add_outbound(db, rows, rt.now(), rt.now() + ALERT_LIFE)
    _ring(rt, db, rows)
    return [ids.pop(row.key, None) for row in rows]


def put_all(rt: Runtime, db: Connection, rows: Sequence[NewOutbound]) -> int:
    """Put hundreds of SMS into the outbox. Returns how many of them are new."""
    count = store.add_all(db, rows, rt.now(), rt.now() + ALERT_LIFE)
    _ring(rt, db, rows)
    return count


def _ring(rt: Runtime, db: Connection, rows: Sequence[NewOutbound]) -> None:
    for lane in {row.lane for row in rows if row.due_at is None or row.due_at <= rt.now()}:
        rt.ring(db, lane)


def undeliverable(rt: Runtime, db: Connection) -> list[Undeliverable]:
    """SMS of open alerts that will not reach their person in time: the alert must climb."""
    since = rt.now() - timedelta(days=rt.settings.number_days)
    return store.undeliverable(db, STUCK_ATTEMPTS, MAX_RESENDS, since)


def drain(rt: Runtime, lane: str) -> int:
    """Send what is due in a lane, until nothing is or `job_seconds` are over. Returns how many.

    While a request hangs the other threads go on, and new rows are looked for.
    """
    ends = time.monotonic() + rt.settings.job_seconds
    owner = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(6)}"
    threads = rt.settings.send_threads
    size = threads if lane == "urgent" else max(1, threads // QUIET_SHARE)
    flying: set[Future[None]] = set()
    count = 0
    with ThreadPoolExecutor(size, thread_name_prefix=f"send-{lane}") as pool:
        while time.monotonic() < ends:
            taken, probes = _take(rt, lane, owner, size - len(flying))
            flying |= {pool.submit(_send_apart, rt, row, owner, probes) for row in taken}
            count += len(taken)
            if not flying:
                break
            flying = wait(flying, POLL_SECONDS, FIRST_COMPLETED).not_done
    return count


def _take(rt: Runtime, lane: str, owner: str, free: int) -> tuple[list[Outbound], bool]:
    """Claim up to `free` SMS; while the lane probes whether a pause is over, one."""
    if not free:
        return [], False
    now = rt.now()
    lease_until = now + timedelta(seconds=rt.settings.lease_seconds)
    with rt.begin() as db:
        pause = pauses.pause_of(db, lane)
        if pause and (pause.until is None or pause.until > now):
            return [], False
        rows = store.claim(db, lane, owner, now, lease_until, 1 if pause else free)
        if pause and rows:
            pauses.probe(db, lane, now + _probe_pause(rt, lane, pause.tries))
    if rows:
        rt.point("after_claim")
    return rows, pause is not None


def _probe_pause(rt: Runtime, lane: str, tries: int) -> timedelta:
    """Until the next probe: the urgent lane's do not get rarer, somebody's child waits."""
    return backoff(rt, 1 if lane == "urgent" else tries + 1)


def _send_apart(rt: Runtime, row: Outbound, owner: str, probes: bool) -> None:
    """Send one SMS on a thread: what fails here stops no other, and the lease ends its claim."""
    try:
        send_one(rt, row, owner, probes=probes)
    except Exception as error:  # the outermost door of this one SMS
        log.error("send_failed", outbound=row.id, error=type(error).__name__)


def send_again(rt: Runtime, outbound_id: int, actor: str, reason: str, address: str) -> None:
    """An operator has an SMS sent once more, whatever the breaker says. Raises NotWaiting."""
    values = {"state": "queued", "cause": "operator", "due_at": rt.now(), "expires_at": None}
    _decide(rt, outbound_id, "send_again", values, (actor, reason, address))


def discard(rt: Runtime, outbound_id: int, actor: str, reason: str, address: str) -> None:
    """An operator has an SMS not sent. Raises NotWaiting."""
    values = {"state": "discarded", "final_at": rt.now()}
    _decide(rt, outbound_id, "discard", values, (actor, reason, address))


def _decide(
    rt: Runtime, outbound_id: int, action: str, values: dict[str, Any], by: tuple[str, str, str]
) -> None:
    with rt.begin() as db:
        row = store.outbound_by_id(db, outbound_id, lock=True)
        if row is None or row.state not in WAITING:
            state = "not there" if row is None else row.state
            raise NotWaiting(f"This SMS no longer waits for a decision: it is {state}.")
        store.move(db, outbound_id, (row.state,), values)
        after = values["state"]
        _audit(rt, db, action, f"outbound:{outbound_id}", by, before=row.state, after=after)
        if after == "queued":
            rt.ring(db, row.lane)


def hold(rt: Runtime, lane: str, actor: str, reason: str, address: str) -> None:
    """An operator holds a lane back until she releases it."""
    with rt.begin() as db:
        pauses.hold(db, [lane], reason, rt.now(), None)
        _audit(rt, db, "hold", f"lane:{lane}", (actor, reason, address))


def release(rt: Runtime, lane: str, actor: str, reason: str, address: str) -> None:
    """An operator ends a pause. Raises NotWaiting if the lane is not held back."""
    with rt.begin() as db:
        if not pauses.lift(db, lane):
            raise NotWaiting("This lane is not held back any more.")
        _audit(rt, db, "release", f"lane:{lane}", (actor, reason, address))
        rt.ring(db, lane)


def _audit(
    rt: Runtime, db: Connection, action: str, what: str, by: tuple[str, str, str], **change: str
) -> None:
    actor, reason, address = by
    names = {"actor": actor, "action": action, "object": what}
    add_audit(db, rt.now(), **names, reason=reason, address=address, **change)
