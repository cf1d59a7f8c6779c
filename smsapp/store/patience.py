"""A PostgreSQL connection that gives up: a frozen server never reports its own timeouts."""

from typing import Any

import psycopg

LOOK_SECONDS = 0.1  # between two looks whether the limit is reached; the driver's own
SLACK_SECONDS = 1.0  # beyond `statement_timeout`, so that a living server speaks first


def patient(seconds: float) -> type[psycopg.Connection[Any]]:
    """A kind of connection that waits so long for a statement, then closes itself and raises.

    Without it a USSD hop would wait for ever for a server that hangs, and she would see nothing.
    """

    class Patient(psycopg.Connection[Any]):
        longest: float | None = seconds + SLACK_SECONDS  # None: a migration takes what it takes

        def wait(
            self,
            gen: Any,
            interval: float = LOOK_SECONDS,
            timeout: float | None = None,
        ) -> Any:
            limit = self.longest if timeout is None else timeout
            try:
                return super().wait(gen, interval, limit)
            except psycopg.OperationalError:
                if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                    self.pgconn.finish()  # its answer may still come: nobody may take it for theirs
                raise

    return Patient
