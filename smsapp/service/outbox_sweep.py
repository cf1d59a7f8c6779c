"""Mends the outbox: leases of dead workers, doubts that may be tried again, ends nobody wrote."""

from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service.deliveries import match_late
from smsapp.service.sending import MAX_RESENDS
from smsapp.store import leases

log = structlog.get_logger()


def sweep(rt: Runtime) -> int:
    """Mend what can be mended, each kind in a transaction of its own. Returns how many."""
    now, settings = rt.now(), rt.settings
    wait = max(0.0, settings.unknown_wait_seconds - settings.lease_seconds)  # the lease was a wait
    silent = now - timedelta(seconds=settings.no_report_seconds)
    count = match_late(rt)
    count += _mend(rt, "claim_freed", lambda db: leases.free_claims(db, now))
    again_at = now + timedelta(seconds=wait)
    count += _mend(rt, "send_in_doubt", lambda db: leases.doubt_sends(db, now, again_at))
    count += _mend(rt, "alert_repeated", lambda db: leases.resend_doubtful(db, now, MAX_RESENDS))
    count += _mend(rt, "expired", lambda db: leases.expire(db, now))
    count += _mend(rt, "no_report", lambda db: leases.close_silent(db, silent, now))
    return count


def _mend(rt: Runtime, event: str, mend: Callable[[Connection], int]) -> int:
    with rt.begin() as db:
        count = mend(db)
    if count:
        log.info(event, count=count)
    return count
