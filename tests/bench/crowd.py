"""A lot called back and a broadcast, each to a nation's CHWs: seconds, statements, transactions.

Nobody else can write on SQLite while a transaction does, and on PostgreSQL nobody can change whom
it has locked: so the longest one counts as much as the whole.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, text

from smsapp.runtime import Runtime, build
from smsapp.service import broadcasts, recalls
from smsapp.service.audience import Audience
from smsapp.settings import Settings
from tests.bench.stack import MANY_CHWS, THEIR_NUMBERS

CHWS = 100_000
TEAM = 10  # CHWs of one supervisor
NOON = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)  # by day, where the programme works
SUPERVISORS = """
insert into person (code, name, short, phone, role, language, place_id, supervisor_id, active,
                    training, opted_out, created_at)
select 'benchsup' || n, 'Boss ' || n, 'S' || n, '+26587' || lpad(n::text, 7, '0'), 'supervisor',
       'en', one.place_id, null, true, false, false, one.created_at
from person one, generate_series(1, :most) n where one.phone = '+265991000101'
"""
TEAMS = """
update person set training = false, supervisor_id = boss.id from person boss
where person.code like 'bench%' and person.role = 'chw'
  and boss.code = 'benchsup' || (substr(person.code, 6)::int / :team + 1)
"""
BY = ("bench", "a measurement", "")


@dataclass
class Watched:
    """What one piece of work asked of the database."""

    seconds: float = 0.0
    own: float = 0.0  # seconds of processor time of this process; the database has its own
    statements: int = 0
    transactions: list[float] = field(default_factory=list)  # seconds of each that wrote

    def line(self, what: str) -> str:
        longest = max(self.transactions, default=0.0)
        return (
            f"  {what:<22} {self.seconds:7.1f} s, own {self.own:.1f} s   "
            f"{self.statements:>7,} statements   {len(self.transactions):>4} transactions   "
            f"longest {longest:.2f} s"
        )


def measure_crowd(settings: Settings) -> None:
    """Print what a recall and a broadcast to everybody take."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    rt = build(settings)
    rt = replace(rt, clock=lambda: NOON)
    _people(settings)
    print(f"\n{CHWS:,} CHWs, {TEAM} to a supervisor")
    print(_watch(rt, lambda: recalls.begin(rt, "la", "B1", "weak", "bench")).line("recall"))
    made = broadcasts.draft(rt, {"en": "Meeting on Friday at 9."}, Audience(), BY)
    print(_watch(rt, lambda: broadcasts.preview(rt, made)).line("broadcast, preview"))
    print(_watch(rt, lambda: broadcasts.send(rt, made, BY)).line("broadcast, send"))
    print(_watch(rt, lambda: _spread(rt)).line("broadcast, 20 batches"))
    rt.engine.dispose()


def _spread(rt: Runtime) -> None:
    """What the clock does twenty times, the lane being empty each time."""
    for _ in range(20):
        broadcasts.send_due(rt)
        with rt.begin() as db:
            db.execute(text("update outbound set state = 'delivered' where kind = 'broadcast'"))


def _watch(rt: Runtime, work: Callable[[], object]) -> Watched:
    seen = Watched()
    began: dict[int, float] = {}

    def asked(db: Connection, *_: object) -> None:
        seen.statements += 1

    def begun(db: Connection) -> None:
        began[id(db)] = time.perf_counter()

    def done(db: Connection) -> None:
        seen.transactions.append(time.perf_counter() - began.pop(id(db)))

    heard = (("before_cursor_execute", asked), ("begin", begun), ("commit", done))
    engine: Engine = rt.engine
    for name, listener in heard:
        event.listen(engine, name, listener)
    started, used = time.perf_counter(), time.process_time()
    work()
    seen.seconds, seen.own = time.perf_counter() - started, time.process_time() - used
    for name, listener in heard:
        event.remove(engine, name, listener)
    return seen


def _people(settings: Settings) -> None:
    """On a connection of its own, which has all the time it needs."""
    long_ago, lately = NOON - timedelta(days=365), NOON - timedelta(days=1)
    engine = create_engine(settings.database)
    with engine.begin() as db:
        db.execute(text("truncate reminder, outbound, tick cascade"))
        db.execute(text("delete from phone_number where phone like '+26588%'"))
        db.execute(text("delete from person where code like 'bench%'"))
        db.execute(text(SUPERVISORS), {"most": CHWS // TEAM + 1})
        db.execute(text(MANY_CHWS), {"most": CHWS})
        db.execute(text(TEAMS), {"team": TEAM})
        db.execute(text(THEIR_NUMBERS))
        db.execute(text("update person set created_at = :at"), {"at": long_ago})
        db.execute(text("update phone_number set heard_at = :at"), {"at": lately})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("analyze"))
    engine.dispose()
