"""What varies between a deployment, a worker and a test, in one value."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import Connection, Engine

from smsapp.channels.africastalking import AfricasTalking
from smsapp.channels.contract import Channel
from smsapp.flow.checked import CHECKED_FILE, refused, wrong_params
from smsapp.flow.library import Library, load_library
from smsapp.ref import make_ref
from smsapp.settings import Settings
from smsapp.store.connect import READ, make_engine

log = structlog.get_logger()

LANES = ("inbound", "urgent", "bulk", "routine")
JOB_TIMEOUT = 90  # seconds: well under the lease, well over the time a drain gives itself
FAILURE_TTL = 3600  # seconds a failed ring stays visible in Redis; the truth is in the database


@dataclass(frozen=True)
class Runtime:
    """Handed first to every service function. Nothing below the doors reaches around it."""

    settings: Settings
    flows: Library
    channel: Channel
    engine: Engine
    redis: Redis
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    draw_ref: Callable[[], str] = make_ref  # random: the store refuses one that a person has

    def now(self) -> datetime:
        """The present, aware UTC."""
        return self.clock()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that only reads."""
        with self.engine.connect().execution_options(**READ) as db:
            yield db

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction that writes. After its commit, the lanes named with `ring` are rung."""
        lanes: set[str] = set()
        with self.engine.connect().execution_options(smsapp_rings=lanes) as db, db.begin():
            yield db
        for lane in sorted(lanes):
            self.enqueue(lane)

    def ring(self, db: Connection, lane: str) -> None:
        """Ring this lane's worker once this transaction has committed."""
        db.get_execution_options()["smsapp_rings"].add(lane)

    def enqueue(self, lane: str) -> None:
        """Ring a lane unless a ring waits. A doorbell only: the clock finds what it misses."""
        try:
            if not self.redis.llen(f"rq:queue:{lane}"):
                self.queue(lane).enqueue_call(
                    "smsapp.jobs.drain",
                    args=(lane,),
                    description=f"drain {lane}",
                    timeout=JOB_TIMEOUT,
                    result_ttl=0,
                    failure_ttl=FAILURE_TTL,
                )
        except RedisError:
            log.warning("ring_lost", lane=lane)

    def queue(self, lane: str) -> Queue:
        """The RQ queue of a lane."""
        return Queue(lane, connection=self.redis, serializer=JSONSerializer)

    def point(self, name: str) -> None:
        """A place where a test may kill this process (setting `crash_at`)."""
        if self.settings.crash_at == name:
            os.kill(os.getpid(), signal.SIGKILL)


def build(settings: Settings, flows: Library | None = None) -> Runtime:
    """The Runtime of one process; never share it across a fork. Raises FlowError for bad flows.

    `flows`: those that `served` has read already.
    Redis answers within `redis_seconds` or is given up, with no second try: a hop has ten seconds.
    A worker that waits for jobs takes a connection of its own.
    """
    redis = Redis.from_url(
        settings.redis,
        socket_timeout=settings.redis_seconds,
        socket_connect_timeout=settings.redis_seconds,
        retry=Retry(NoBackoff(), 0),
    )
    return Runtime(
        settings=settings,
        flows=flows or served(settings),
        channel=AfricasTalking(settings),
        engine=make_engine(settings),
        redis=redis,
    )


def served(settings: Settings) -> Library:
    """The flows and chains that a check finds nothing wrong with."""
    library = load_library(settings.flows_dir)
    found = refused(library, settings.var_dir / CHECKED_FILE)
    return library.without(found | wrong_params(library, settings.flow_params)).sound()
