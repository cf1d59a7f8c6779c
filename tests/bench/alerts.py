"""From the danger hop to the gateway's acceptance of the alert, with workers and simulator."""

import statistics
import sys
import threading
import time
import uuid
from pathlib import Path

from sqlalchemy import text

from smsapp.settings import Settings
from smsapp.simulator.server import Simulator
from smsapp.simulator.setup import Setup
from smsapp.store.connect import make_engine
from tests.bench.load import drive, hop
from tests.bench.stack import phone, process, wait_for_port, web_command

ALERTS = 300  # danger calls
A_SECOND = 10.0  # danger calls begun each second: a nation's, at 100,000 CHWs and a busy hour
HOOK = "/hooks/dev/ussd"
AIM_SECONDS = 1.0


def measure_alerts(server: str, settings: Settings) -> None:
    """Print seconds from each danger hop to the acceptance of the first SMS of its alert."""
    setup = Setup(f"http://127.0.0.1:{settings.port}/hooks/dev")
    simulator = Simulator(setup, 0, Path(settings.var_dir, "simulator"))
    simulator.start()
    chosen = settings.model_copy(update={"at_base_url": simulator.url})
    chosen.model_fields_set.add("at_base_url")
    try:
        with (
            process(chosen, *web_command(server, chosen, "smsapp.web.wsgi:app")),
            process(chosen, sys.executable, "worker.py", "urgent"),
            process(chosen, sys.executable, "worker.py", "inbound"),
        ):
            wait_for_port(chosen.port)
            took = _play(chosen)
    finally:
        simulator.stop()
    took.sort()
    p99 = statistics.quantiles(took, n=100)[98]
    print(
        f"\nalerts: {len(took)} of {ALERTS} at {A_SECOND:.0f} a second, danger hop to acceptance: "
        f"p50 {statistics.median(took) * 1000:.0f} ms   p99 {p99 * 1000:.0f} ms   "
        f"max {took[-1] * 1000:.0f} ms   {'aim met' if p99 < AIM_SECONDS else 'aim 1 s'}"
    )


def _play(settings: Settings) -> list[float]:
    """Each call on its own thread, so that a slow one delays no other."""
    sent: dict[str, float] = {}
    threads = []
    for number in range(ALERTS):
        thread = threading.Thread(target=_call, args=(settings, sent, phone(number)))
        thread.start()
        threads.append(thread)
        time.sleep(1 / A_SECOND)
    for thread in threads:
        thread.join()
    return _accepted(settings, sent)


def _call(settings: Settings, sent: dict[str, float], caller: str) -> None:
    session = f"ATUid_{uuid.uuid4().hex}"
    address = (settings.host, settings.port)
    drive(address, [[hop(HOOK, session, caller, typed) for typed in ("", "1", "1*14")]], phones=1)
    sent[session] = time.time()
    drive(address, [[hop(HOOK, session, caller, "1*14*1")]], phones=1)


def _accepted(settings: Settings, sent: dict[str, float]) -> list[float]:
    """Seconds from each hop to the first acceptance, as the outbox wrote it down."""
    query = text(
        "select origin.session, min(outbound.accepted_at) from origin"
        " join alert on alert.report_id = origin.report_id"
        " join outbound on outbound.alert_id = alert.id"
        " where outbound.accepted_at is not null group by origin.session"
    )
    engine = make_engine(settings)
    ends = time.monotonic() + 20
    rows: list[tuple[str, object]] = []
    while time.monotonic() < ends and len(rows) < len(sent):
        with engine.connect() as db:
            rows = [tuple(row) for row in db.execute(query)]  # type: ignore[misc]
        time.sleep(0.2)
    engine.dispose()
    return [at.timestamp() - sent[name] for name, at in rows if name in sent]  # type: ignore[attr-defined]
