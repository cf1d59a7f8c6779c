"""`make bench`: what a hop costs against a floor in the same run, and how soon an alert leaves.

`python -m tests.bench reminders` measures the planner of reminders alone; `crowd`, which takes
minutes and is done only where it is named, a recall and a broadcast to a hundred thousand.
"""

import sys
import time
import uuid
from collections.abc import Sequence

from redis import Redis
from sqlalchemy import text

from smsapp.settings import Settings
from smsapp.store.connect import make_engine
from tests.bench.alerts import measure_alerts
from tests.bench.crowd import measure_crowd
from tests.bench.load import Measured, drive, hop
from tests.bench.reminders import measure_reminders
from tests.bench.stack import phone, process, stack, wait_for_port, web_command

CALLS = 500  # calls in each phase, each of a phone of its own
ROUNDS = 2  # floor and service take turns, so that a busy minute strikes both
HOOK = "/hooks/dev/ussd"
MIDDLE = ("1", "14", "0", "0", "3", "13", "0", "48", "1")  # menu to RDT, no danger
HOME = (*MIDDLE, "12")  # the hop that closes a treatment at home
DANGER = ("1", "14", "1")  # the hop that commits report, alert, outbox and draft
AIM = 0.8  # of each floor
REMINDERS, CROWD = "reminders", "crowd"  # beside the servers' names, what may be measured alone


def calls(path: str, keys: Sequence[str], first: int, sessions: Sequence[str]) -> list[list[bytes]]:
    """For each session the hops from the `first` key on; earlier ones were played before."""
    return [
        [hop(path, name, phone(at), "*".join(keys[: one + 1])) for one in range(first, len(keys))]
        for at, name in enumerate(sessions)
    ]


def sessions() -> list[str]:
    return [f"ATUid_{uuid.uuid4().hex}" for _ in range(CALLS)]


def service(settings: Settings) -> dict[str, Measured]:
    """Middle, closing and danger hops of the service itself."""
    address = (settings.host, settings.port)
    names, in_danger = sessions(), sessions()
    _dial(address, names)
    middle = drive(address, calls(HOOK, MIDDLE, 0, names))
    closing = drive(address, calls(HOOK, HOME, len(HOME) - 1, names))
    _dial(address, in_danger)
    drive(address, calls(HOOK, DANGER[:-1], 0, in_danger))
    danger = drive(address, calls(HOOK, DANGER, len(DANGER) - 1, in_danger))
    return {"middle": middle, "closing": closing, "danger": danger}


def _dial(address: tuple[str, int], names: Sequence[str]) -> None:
    drive(address, [[hop(HOOK, name, phone(at), "")] for at, name in enumerate(names)])


def floor(settings: Settings) -> dict[str, Measured]:
    """The same requests to the bare views."""
    address = (settings.host, settings.port)
    names = sessions()
    middle = drive(address, calls("/middle", MIDDLE, 0, names))
    closing = drive(address, calls("/closing", HOME, len(HOME) - 1, names))
    return {"middle": middle, "closing": closing, "danger": closing}


def line(what: str, measured: Measured) -> str:
    return (
        f"{what:<22} {measured.rate:8.0f} hops/s   p50 {measured.p50:6.1f} ms   "
        f"p99 {measured.p99:6.1f} ms   wrong {measured.wrong}"
    )


def measure(server: str, settings: Settings) -> None:
    print(f"\n{server}: {settings.web_processes} processes x {settings.web_threads} threads")
    ratios: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        with process(settings, *web_command(server, settings, "tests.bench.floor:app")):
            wait_for_port(settings.port)
            bare = floor(settings)
        _fresh(settings)
        with process(settings, *web_command(server, settings, "smsapp.web.wsgi:app")):
            wait_for_port(settings.port)
            ours = service(settings)
        for name, measured in ours.items():
            print(line(f"  floor {name}", bare[name]))
            print(line(f"  service {name}", measured))
            ratios.setdefault(name, []).append(measured.rate / bare[name].rate)
    for name, found in ratios.items():
        middle = sorted(found)[len(found) // 2]
        word = "aim met" if middle >= AIM else f"aim {AIM}"
        print(f"  {name:<8} ratio {middle:.2f}  [{min(found):.2f}-{max(found):.2f}]  {word}")


def _fresh(settings: Settings) -> None:
    """Old drafts and reports would be offered at every dial."""
    engine = make_engine(settings)
    with engine.begin() as db:
        db.execute(text("truncate report, draft, outbound, alert, inbound, reminder cascade"))
    engine.dispose()
    with Redis.from_url(settings.redis) as redis:
        redis.flushall()
    time.sleep(0.5)


def main() -> None:
    chosen = sys.argv[1:] or ["gunicorn", "granian", REMINDERS]
    servers = [one for one in chosen if one not in (REMINDERS, CROWD)]
    with stack() as settings:
        for server in servers:
            measure(server, settings)
            _fresh(settings)
        if servers:
            measure_alerts(servers[0], settings)
            _fresh(settings)
        if REMINDERS in chosen:
            measure_reminders(settings)
        if CROWD in chosen:
            measure_crowd(settings)


if __name__ == "__main__":
    main()
