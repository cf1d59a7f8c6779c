"""One pass of the planner: five reminders due for each CHW, planned and put into the outbox.

The floor is two bare INSERTs a reminder, in batches of the same size: nobody can plan and send
with less. What is compared is the cost a person at two sizes: a planner that reads what is past,
or holds everybody in memory, would cost more for many.
"""

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import func, insert, select, text

from smsapp.flow.chains import Chain, Step
from smsapp.runtime import Runtime, build
from smsapp.service import recurring, remind
from smsapp.settings import Settings
from smsapp.store.tables import outbound, reminder
from tests.bench.stack import MANY_CHWS, THEIR_NUMBERS

SIZES = (1_000, 10_000)  # CHWs
DUE = datetime(
    2026, 3, 28, 8, 0, tzinfo=UTC
)  # an hour after all are due, where the programme works
KINDS = ("follow_up", "stock_count", "month", "report_overdue", "visit_overdue")
MONTHLY = Chain(
    source="a measurement",
    useful_for=36,
    steps=(Step("chw", "remind.month", day=0), Step("supervisor", "overdue.month", day=5)),
    day_of_month=28,
    nudge=True,
)
KIB = 1024  # bytes, in which Linux counts
FLAT = (
    1.5  # at most so much dearer a person at ten times the people: else it does not grow linearly
)


@dataclass(frozen=True)
class Pass:
    """What one pass took."""

    people: int
    plan: float  # seconds
    send: float
    floor: float
    memory: int  # bytes this process has held at most so far, flows and libraries among them

    @property
    def ratio(self) -> float:
        return (self.plan + self.send) / self.floor


def measure_reminders(settings: Settings) -> None:
    """Print what planning and sending costs a person, at both sizes, against the floor."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    chosen = settings.model_copy(update={"stagger_days": 1, "nudges_a_week": 14})
    rt = build(chosen)
    chains = dict.fromkeys(KINDS, MONTHLY)
    rt = replace(rt, flows=replace(rt.flows, chains=chains), clock=lambda: DUE)
    print(f"\nreminders: {len(KINDS)} due for each CHW, planned, then put into the outbox")
    found = [_measure(rt, people) for people in SIZES]
    for one in found:
        print(_line(one))
    small, large = ((one.plan + one.send) / one.people for one in found)
    word = "linear" if large / small < FLAT else f"NOT linear: aim {FLAT}"
    print(f"  a person at {SIZES[1]:,} costs {large / small:.2f} of one at {SIZES[0]:,}   {word}")
    rt.engine.dispose()


def _line(one: Pass) -> str:
    def a_person(seconds: float) -> str:
        return f"{seconds / one.people * 1000:.2f} ms"

    return (
        f"  {one.people:>6,} CHWs   plan {a_person(one.plan)}   send {a_person(one.send)}   "
        f"floor {a_person(one.floor)} a person   ratio {one.ratio:.1f}   "
        f"memory {one.memory / 2**20:.1f} MiB"
    )


def _measure(rt: Runtime, people: int) -> Pass:
    _people(rt, people)
    floor = _timed(lambda: _floor(rt, people))
    _empty(rt)
    plan = _timed(lambda: recurring.plan_due(rt))
    send = _timed(lambda: _send_all(rt))
    _told_all(rt, people)
    _empty(rt)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB
    return Pass(people, plan, send, floor, peak)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _send_all(rt: Runtime) -> None:
    while remind.send_due(rt):
        pass


def _people(rt: Runtime, people: int) -> None:
    """So many CHWs and no more, who came a year ago, and on whose phones somebody was heard."""
    _empty(rt)
    with rt.begin() as db:
        db.execute(text("delete from phone_number where phone like '+26588%'"))
        db.execute(text("delete from person where code like 'bench%'"))
        db.execute(text("update person set active = (role <> 'chw' or phone = '+265991000001')"))
        db.execute(text("update person set created_at = :at"), {"at": DUE - timedelta(days=365)})
        db.execute(text(MANY_CHWS), {"most": people - 1})
        db.execute(text(THEIR_NUMBERS))
        db.execute(text("update phone_number set heard_at = :at"), {"at": DUE})
    with rt.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("analyze"))


def _empty(rt: Runtime) -> None:
    with rt.begin() as db:
        db.execute(text("truncate reminder, outbound, tick cascade"))


def _told_all(rt: Runtime, people: int) -> None:
    """What was measured is what was meant: each step sent once, and its next one planned."""
    with rt.read() as db:
        sms = db.scalar(select(func.count()).select_from(outbound))
        steps = db.scalar(select(func.count()).select_from(reminder))
    assert (sms, steps) == (people * len(KINDS), 2 * people * len(KINDS)), (sms, steps)


def _floor(rt: Runtime, people: int) -> None:
    """Each reminder's row and each SMS's row, inserted and nothing else."""
    with rt.read() as db:
        ids = list(db.scalars(text("select id from person where role = 'chw' and active")))
    wanted = [(person_id, kind) for person_id in ids for kind in KINDS]
    assert len(ids) == people
    for first in range(0, len(wanted), remind.BATCH):
        batch = wanted[first : first + remind.BATCH]
        with rt.begin() as db:
            db.execute(insert(reminder), [_reminder(*one) for one in batch])
            db.execute(insert(outbound), [_sms(*one) for one in batch])


def _reminder(person_id: int, kind: str) -> dict[str, object]:
    row = {"person_id": person_id, "kind": kind, "period": "floor", "step": 0, "why": ""}
    return row | {"state": "planned", "due_at": DUE}


def _sms(person_id: int, kind: str) -> dict[str, object]:
    return {
        "key": f"floor:{person_id}:{kind}",
        "lane": "bulk",
        "kind": "reminder",
        "phone": "+265991000001",
        "person_id": person_id,
        "text": "x" * 120,
        "text_hash": "x" * 64,
        "segments": 1,
        "state": "queued",
        "due_at": DUE,
        "created_at": DUE,
    }
