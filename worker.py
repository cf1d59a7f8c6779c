"""Starts one RQ worker on one lane: `python worker.py LANE`."""
# ruff: noqa: E402 - see the next lines

import gc

gc.disable()  # nothing that is imported is rubbish: a quarter of a start went on looking for it

import sys
import time
from contextlib import suppress
from types import FrameType

from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from structlog import get_logger

from smsapp import jobs, leash  # jobs before any job comes: the first one must not wait for it
from smsapp.logs import start_logging
from smsapp.runtime import LANES
from smsapp.settings import Settings, SettingsError, read_settings

MAINTENANCE_SECONDS = 60  # between two looks for jobs that a killed worker left behind
TTL_SECONDS = 60  # how long RQ believes in a silent worker, and how long it waits for a job
PAUSE_SECONDS = 0.5  # first pause after Redis was lost; doubles
PAUSE_LONGEST_SECONDS = 5.0  # the clock drains the urgent lane itself meanwhile

log = get_logger("smsapp.worker")


class LaneWorker(SimpleWorker):
    """Remembers that it was asked to stop; RQ also leaves its loop when Redis goes away."""

    max_connection_wait_time = PAUSE_LONGEST_SECONDS
    asked_to_stop = False

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        LaneWorker.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def serve(settings: Settings, lane: str) -> None:
    """Work until SIGTERM, which lets the current job finish. A lost Redis is waited for."""
    pause = PAUSE_SECONDS
    while not LaneWorker.asked_to_stop:
        began = time.monotonic()
        with suppress(StopRequested):  # RQ's handler raises it, also between two workers
            work(settings, lane)
            time.sleep(0 if LaneWorker.asked_to_stop else pause)
        lived = time.monotonic() - began - pause
        pause = PAUSE_SECONDS if lived > PAUSE_LONGEST_SECONDS else pause * 2
        pause = min(pause, PAUSE_LONGEST_SECONDS)


def work(settings: Settings, lane: str) -> None:
    """One life of an RQ worker, on a connection of its own: its commands wait long for a job."""
    try:
        LaneWorker(
            [lane],
            connection=Redis.from_url(settings.redis),
            serializer=JSONSerializer,
            maintenance_interval=MAINTENANCE_SECONDS,
            worker_ttl=TTL_SECONDS,
            log_job_description=False,
        ).work(with_scheduler=False, logging_level="WARNING")
    except RedisError as error:
        log.warning("redis_lost", lane=lane, error=type(error).__name__)


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    if len(arguments) != 1 or arguments[0] not in LANES:
        sys.stderr.write(f"Usage: python worker.py LANE, where LANE is one of {', '.join(LANES)}\n")
        return 2
    try:
        settings = read_settings()
    except SettingsError as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    leash.hold()
    start_logging(settings.log_level)
    jobs.runtime()
    gc.freeze()  # modules, settings and flows stay
    gc.enable()
    serve(settings, arguments[0])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
