"""What a job's name runs. A job carries a lane's name only and may be lost, doubled or late."""

import os
from functools import cache

from smsapp.runtime import Runtime, build
from smsapp.service import lanes
from smsapp.settings import read_settings


def runtime() -> Runtime:
    """This process's Runtime, built once; a forked child builds its own."""
    return _built(os.getpid())


@cache
def _built(pid: int) -> Runtime:  # noqa: ARG001 - it is the cache's key
    return build(read_settings())


def drain(lane: str) -> None:
    """Do what is due in a lane."""
    lanes.drain(runtime(), lane)
