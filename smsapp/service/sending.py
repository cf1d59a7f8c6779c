"""One SMS: the last guards, the request to the gateway, and what its outcome means."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from smsapp.channels.contract import SendOutcome, Verdict
from smsapp.runtime import Runtime
from smsapp.service.deliveries import catch_up
from smsapp.store import attempts, pauses
from smsapp.store.leases import LANES
from smsapp.store.outbound import Outbound, move

log = structlog.get_logger()

MAX_RESENDS = 2  # automatic repeats of an alert whose fate is unknown (reliability 2.2)
MAX_ATTEMPTS = 8  # tries of any other SMS before it is dead: about 45 minutes at the defaults
ALERT_CAP = 2  # an alert's pause between tries never grows past this many first pauses
SAME_TEXT_MOST = 3  # SMS of one text to one phone within SAME_TEXT_TIME (reliability 2.2)
SAME_TEXT_TIME = timedelta(minutes=30)
ANY_TEXT_MOST = 40  # SMS to one phone within ANY_TEXT_TIME (reliability 2.2)
ANY_TEXT_TIME = timedelta(hours=24)
NEVER_HELD = ("alert", "danger")  # danger: an answer that says REFER, or when to
DOUBTS_IN_ROW = 3  # doubtful outcomes, one after the other, that hold all lanes (reliability B17)
DOUBT_TIME = timedelta(minutes=10)  # older outcomes say nothing about the gateway now
OUTCOME_PAUSES = (0.2, 1.0, 3.0)  # seconds before an outcome is written again: it must not be lost
REASON_LENGTH = 200  # characters: the column's width


@dataclass(frozen=True)
class Attempt:
    """An SMS that is marked `sending`."""

    id: int
    row: Outbound
    owner: str
    probes: bool  # whether it tries if a pause is over


def send_one(rt: Runtime, row: Outbound, owner: str, *, probes: bool) -> None:
    """Send one claimed SMS, unless a guard stops it. No transaction is open during the request."""
    attempt = _begin(rt, row, owner, probes)
    if attempt is None:
        return
    rt.point("after_mark_sending")
    outcome = rt.channel.send(row.phone, row.text)
    rt.point("after_http")
    _write_down(rt, attempt, outcome)
    rt.point("after_outcome")


def backoff(rt: Runtime, tries: int, *, cap: float | None = None) -> timedelta:
    """The pause after so many tries: doubling, jittered so that many rows do not come at once."""
    longest = rt.settings.retry_cap_seconds if cap is None else cap
    full = min(rt.settings.retry_seconds * 2 ** min(tries - 1, 30), longest)
    return timedelta(seconds=full * random.uniform(0.75, 1.0))


def _begin(rt: Runtime, row: Outbound, owner: str, probes: bool) -> Attempt | None:
    now = rt.now()
    lease_until = now + timedelta(seconds=rt.settings.lease_seconds)
    with rt.begin() as db:
        if stop := _stop(db, row, now):
            move(db, row.id, ("claimed",), stop, owner)
            return None
        attempt_id = attempts.begin_attempt(db, row, owner, now, lease_until)
    return None if attempt_id is None else Attempt(attempt_id, row, owner, probes)


def _stop(db: Connection, row: Outbound, now: datetime) -> dict[str, Any] | None:
    """What to change instead of sending: it is too late, or the duplicate breaker trips.

    An alert is never muted, nor an answer that says REFER; what an operator sends again she has
    seen. Answers to her own SMS may say the same as often as she asks, because the same SMS again
    is stopped on its way in; their number alone is bounded, by itself, against robots.
    """
    if row.expires_at is not None and row.expires_at <= now:
        reason = "It was no longer of use when it could have gone."
        return {"state": "expired", "final_at": now, "reason": reason}
    if row.kind in NEVER_HELD or row.cause == "operator":
        return None
    same, answers, sent = attempts.count_sent(db, row, now - SAME_TEXT_TIME, now - ANY_TEXT_TIME)
    any_text = answers if row.kind == "answer" else sent
    if same >= SAME_TEXT_MOST and row.kind != "answer":
        return {"state": "held", "reason": f"The same text went to this phone {same} times."}
    if any_text >= ANY_TEXT_MOST:
        return {"state": "held", "reason": f"{any_text} SMS went to this phone in 24 hours."}
    return None


def _write_down(rt: Runtime, attempt: Attempt, outcome: SendOutcome) -> None:
    """Commit an outcome, again if the database was away: lost, it would become a doubt."""
    for pause in OUTCOME_PAUSES:
        try:
            return _settle(rt, attempt, outcome)
        except DBAPIError as error:
            log.warning("outcome_not_saved", outbound=attempt.row.id, error=type(error).__name__)
            time.sleep(pause)
    return _settle(rt, attempt, outcome)


def _settle(rt: Runtime, attempt: Attempt, outcome: SendOutcome) -> None:
    now = rt.now()
    ended = {
        "ended_at": now,
        "verdict": outcome.verdict.value,
        "code": outcome.code[:40],
        "http_status": outcome.http_status,
        "provider_id": outcome.provider_id,
    }
    with rt.begin() as db:
        attempts.end_attempt(db, attempt.id, ended)
        RULES[outcome.verdict](rt, db, attempt, outcome, now)
        catch_up(rt, db, attempt.row, outcome.provider_id)


def _accepted(
    rt: Runtime, db: Connection, attempt: Attempt, outcome: SendOutcome, now: datetime
) -> None:
    """It also ends a doubt, and a repeat not yet begun, that came up while we were away."""
    states = ("sending", "unknown", "queued")
    values = {
        "state": "accepted",
        "accepted_at": now,
        "provider_id": outcome.provider_id,
        "reason": "",
    }
    move(db, attempt.row.id, states, values, attempt.owner)
    if attempt.probes:
        pauses.lift_probed(db)
        for lane in LANES:
            rt.ring(db, lane)


def _not_sent(
    rt: Runtime, db: Connection, attempt: Attempt, outcome: SendOutcome, now: datetime
) -> None:
    """Try later. An alert tries until it expires, and often; its alert climbs meanwhile."""
    row, reason = attempt.row, outcome.reason[:REASON_LENGTH]
    tries = row.attempts + 1
    if row.kind != "alert" and tries >= MAX_ATTEMPTS:
        _move_on(db, attempt, {"state": "dead", "reason": reason})
    else:
        cap = rt.settings.retry_seconds * ALERT_CAP if row.kind == "alert" else None
        due_at = now + backoff(rt, tries, cap=cap)
        _move_on(
            db, attempt, {"state": "queued", "cause": "retry", "due_at": due_at, "reason": reason}
        )
    if outcome.retry_after is not None:
        seconds = min(max(outcome.retry_after, 0.0), rt.settings.retry_cap_seconds)
        pauses.hold(db, LANES, reason, now, now + timedelta(seconds=seconds))


def _systemic(
    rt: Runtime, db: Connection, attempt: Attempt, outcome: SendOutcome, now: datetime
) -> None:
    """Every SMS would meet this: hold all lanes, and burn no attempt of this one.

    A probe that fails holds its own lane only: no lane's probe may put off the urgent one's.
    """
    reason = outcome.reason[:REASON_LENGTH]
    values = {
        "state": "queued",
        "attempts": attempt.row.attempts,
        "cause": "retry",
        "due_at": now,
        "reason": reason,
    }
    _move_on(db, attempt, values)
    held = (attempt.row.lane,) if attempt.probes else LANES
    pauses.hold(db, held, reason, now, now + backoff(rt, 1))


def _refused(
    _: Runtime, db: Connection, attempt: Attempt, outcome: SendOutcome, now: datetime
) -> None:
    reason = outcome.reason[:REASON_LENGTH]
    _move_on(db, attempt, {"state": "failed", "final_at": now, "reason": reason})


def _doubtful(
    rt: Runtime, db: Connection, attempt: Attempt, outcome: SendOutcome, now: datetime
) -> None:
    """It may have gone. An alert is due again after a while; any other waits for a person."""
    due_at = now + timedelta(seconds=rt.settings.unknown_wait_seconds)
    reason = outcome.reason[:REASON_LENGTH]
    _move_on(db, attempt, {"state": "unknown", "due_at": due_at, "reason": reason})
    last = attempts.last_verdicts(db, now - DOUBT_TIME, DOUBTS_IN_ROW)
    if last == [Verdict.AMBIGUOUS] * DOUBTS_IN_ROW:
        sentence = f"The gateway's last {DOUBTS_IN_ROW} answers left in doubt what was sent."
        pauses.hold(db, LANES, sentence, now, now + backoff(rt, 1))


def _move_on(db: Connection, attempt: Attempt, values: dict[str, Any]) -> None:
    move(db, attempt.row.id, ("sending",), values, attempt.owner)


Rule = Callable[[Runtime, Connection, Attempt, SendOutcome, datetime], None]
RULES: dict[Verdict, Rule] = {
    Verdict.ACCEPTED: _accepted,
    Verdict.NOT_SENT: _not_sent,
    Verdict.SYSTEMIC: _systemic,
    Verdict.REFUSED: _refused,
    Verdict.AMBIGUOUS: _doubtful,
}
