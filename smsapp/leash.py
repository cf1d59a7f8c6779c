"""Ends this process when the one that started it is gone: a killed parent leaves nothing."""

import os
import signal
import threading
import time

PARENT = "SMSAPP_PARENT"  # environment: process id of `smsapp run`; absent when started alone
LOOK_SECONDS = 0.5  # between two looks at the parent
GRACE_SECONDS = 40.0  # a request to the gateway may last 30 s; it may finish


def hold() -> None:
    """Watch the parent named in the environment from a thread; do nothing when none is named."""
    parent = int(os.environ.pop(PARENT, "0"))
    if parent:
        threading.Thread(target=_watch, args=(parent,), name="leash", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
