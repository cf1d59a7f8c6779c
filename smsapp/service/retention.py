"""What people wrote is kept for a time: then texts and raw bodies are emptied, and rows stay.

What is not decided yet keeps its text: nobody could decide about nothing.
"""

from datetime import timedelta

import structlog

from smsapp.runtime import Runtime
from smsapp.store import retention as store

log = structlog.get_logger()

BATCH = 500  # rows of one transaction: some milliseconds, so that no hop waits for it
BATCHES = 20  # of each table and run: 240,000 rows a day, by the load model a nation's SMS
EACH = (
    store.empty_inbound,
    store.empty_outbound,
    store.empty_errands,
    store.empty_broadcasts,
)


def empty_old(rt: Runtime, batch: int = BATCH, batches: int = BATCHES) -> int:
    """Empty what is older than `retain_body_days`; gives how many rows."""
    before = rt.now() - timedelta(days=rt.settings.retain_body_days)
    count = 0
    for empty in EACH:
        for _ in range(batches):
            with rt.begin() as db:
                done = empty(db, before, batch)
            count += done
            if done < batch:
                break
    if count:
        log.info("old_texts_emptied", count=count)
    return count
