"""Things the network does by itself after a while, and none of them after it was stopped."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

WORKERS = 16  # callbacks on their way at once


class Later:
    """Runs functions after a pause, each on a thread of its own."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._count = itertools.count()
        self._change = threading.Condition()
        self._stopped = False
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="later")
        self._clock = threading.Thread(target=self._run, name="later-clock", daemon=True)
        self._clock.start()

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        """Do this after so many seconds, unless the network stops first."""
        with self._change:
            heapq.heappush(self._due, (time.monotonic() + seconds, next(self._count), act))
            self._change.notify()

    def _run(self) -> None:
        while True:
            with self._change:
                if self._stopped:
                    return
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is None or wait > 0:
                    self._change.wait(wait)
                    continue
                self._pool.submit(heapq.heappop(self._due)[2])

    def stop(self) -> None:
        """Forget what is not yet due, and wait for what is under way."""
        with self._change:
            self._stopped = True
            self._due.clear()
            self._change.notify()
        self._clock.join()
        self._pool.shutdown(wait=True, cancel_futures=True)
