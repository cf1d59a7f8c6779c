"""`worker.py` as a process of its own, on a real Valkey."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from rq.worker_registration import get_keys

from smsapp.cli.valkey import wait_for
from tests.rig.servers import Valkey

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120  # a busy machine imports slowly
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@contextmanager
def lane(valkey: Valkey) -> Iterator[Queue]:
    with Redis(unix_socket_path=str(valkey.socket)) as redis:
        yield Queue("bulk", connection=redis, serializer=JSONSerializer)


def serves(valkey: Valkey) -> Callable[[], bool]:
    def listening() -> bool:
        try:
            with lane(valkey) as queue:
                keys = get_keys(queue=queue)
                return bool(keys) and queue.connection.exists(*keys) > 0
        except RedisError:
            return False

    return listening


def rung(valkey: Valkey) -> bool:
    """Ring the lane's bell; whether somebody answers it."""
    with lane(valkey) as queue:
        job = queue.enqueue_call("smsapp.jobs.drain", args=("bulk",), result_ttl=60)
        return wait_for(lambda: job.get_status() == "finished", 60)


@on_sqlite
def test_it_answers_rings_and_stops_at_sigterm(worker, valkey):
    process = worker("bulk")
    assert wait_for(serves(valkey), START_SECONDS)
    assert rung(valkey)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


@on_sqlite
def test_it_outlives_a_valkey_that_dies_and_loses_everything(worker, valkey):
    process = worker("bulk")
    assert wait_for(serves(valkey), START_SECONDS)
    valkey.stop(hard=True)
    assert process.poll() is None
    valkey.start()
    with Redis(unix_socket_path=str(valkey.socket)) as redis:
        redis.flushall()
    assert rung(valkey)
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


@on_sqlite
def test_it_waits_for_a_valkey_that_is_not_there_yet(worker, valkey):
    valkey.stop()
    process = worker("bulk")
    assert not wait_for(lambda: process.poll() is not None, 4)
    valkey.start()
    assert wait_for(serves(valkey), START_SECONDS)
    assert rung(valkey)


@pytest.mark.parametrize("arguments", [[], ["fast"], ["bulk", "urgent"]])
def test_a_lane_that_is_none_is_one_line(arguments):
    done = subprocess.run(
        [sys.executable, "worker.py", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stderr == (
        "Usage: python worker.py LANE, where LANE is one of inbound, urgent, bulk, routine\n"
    )
