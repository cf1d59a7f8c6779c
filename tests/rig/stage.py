"""A programme with a clock that stands and a gateway in hand: calls, SMS, time, lost servers."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from redis import Redis
from sqlalchemy import Engine, text

from smsapp import gsm
from smsapp.channels.africastalking import AfricasTalking
from smsapp.channels.contract import Hop, HopReply
from smsapp.flow.library import Library, load_library
from smsapp.ref import make_ref
from smsapp.runtime import Runtime
from smsapp.service import alerts, callbacks, digest, errands, recurring, remind, ussd
from smsapp.service.demonstration import seed_demonstration
from smsapp.service.places import import_places
from smsapp.service.roster import import_roster
from smsapp.settings import Settings
from smsapp.store.tables import metadata
from tests.invariants import check_invariants
from tests.rig.seeded import seed

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "golden"
MORNING = datetime(2026, 3, 2, 8, 42, tzinfo=UTC)  # 10:42 where the programme works
FIRST_TABLE = re.compile(r"SELECT .*? FROM (\w+)")
NOT_PLAIN = re.compile(r"\b(JOIN|ORDER|GROUP|LIMIT|DISTINCT|UNION)\b|(count|max|sum)\(|FROM \w+,")
NOWHERE = "unix:///nowhere/valkey.sock"


def slip(ref: str) -> str:
    """The ref with its first digit wrong: no ref at all, as its last digit says."""
    return str((int(ref[0]) + 1) % 10) + ref[1:]


@dataclass
class Call:
    """A call as the gateway has it: its session, and the text after each hop."""

    session: str
    texts: list[str] = field(default_factory=list)


@dataclass
class Stage:
    """A programme with a clock that stands, played upon by hand or by a file."""

    rt: Runtime
    now: datetime = MORNING
    phone: str = ""
    calls: dict[str, Call] = field(default_factory=dict)
    count: int = 0  # sessions and SMS so far
    hops: list[dict[str, Any]] = field(default_factory=list)
    sms: bytes = b""
    refs: set[str] = field(default_factory=set)  # drawn so far
    plans: bool = False  # whether the clock begins what comes round, for the whole programme

    @property
    def call(self) -> Call:
        return self.calls[self.phone]

    def dial(self, typed: str = "") -> HopReply:
        self.count += 1
        self.calls[self.phone] = Call(f"AT-{self.count}")
        return self.hop(typed)

    def press(self, key: str, times: int = 1) -> list[HopReply]:
        """The next hop; `times` of it in the same moment."""
        so_far = self.call.texts[-1]
        self.call.texts.append(f"{so_far}*{key}" if so_far else key)
        if times == 1:
            return [self.ask(self.call.texts[-1])]
        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(self.ask, [self.call.texts[-1]] * times))

    def keys(self, *keys: str) -> HopReply:
        """Several hops; gives the last screen."""
        return [self.press(key)[0] for key in keys][-1]

    def hop(self, so_far: str) -> HopReply:
        self.call.texts.append(so_far)
        return self.ask(so_far)

    def ask(self, so_far: str, phone: str = "") -> HopReply:
        """One request with this text, as the gateway makes it, and its answer."""
        hop = Hop(self.call.session, phone or self.phone, "*384*2400#", "65001", so_far)
        reply = ussd.take_hop(self.rt, hop)
        assert gsm.fits(reply.text), reply.text
        answer = f"{'END' if reply.ends else 'CON'} {reply.text}"
        number = len(self.hops) + 1
        self.hops.append({"n": number, "status": 200, "answer": answer, "phone": hop.phone})
        return reply

    def drop(self) -> None:
        form = {"sessionId": self.call.session, "phoneNumber": self.phone, "status": "Incomplete"}
        self.take("call_end", urlencode(form).encode())

    def send(self, phone: str, words: str) -> None:
        self.count += 1
        form = {"id": f"ATXid_{self.count}", "from": phone, "to": "24000", "text": words}
        self.sms = urlencode({**form, "date": str(self.now)}).encode()
        self.take("sms", self.sms)

    def take(self, kind: str, body: bytes) -> None:
        callbacks.take(self.rt, kind, body)
        callbacks.read_due(self.rt)

    def move(self, **spans: float) -> None:
        """Time passes; whatever the clock of the service does is done."""
        self.now += timedelta(**spans)
        if self.plans:
            recurring.plan_due(self.rt)
        for step in (callbacks.read_due, ussd.settle_silent, alerts.climb_due, remind.send_due):
            step(self.rt)
        digest.send_due(self.rt)
        errands.send_due(self.rt)

    def silence(self, phone: str, days: int | str) -> None:
        """Nobody was heard on this phone for so many days; whose it is was there before."""
        at = self.now - timedelta(days=int(days))
        told = {"at": f"{at:%Y-%m-%d %H:%M:%S.%f}", "phone": phone}
        self.write("UPDATE phone_number SET heard_at = :at WHERE phone = :phone", **told)
        self.write("UPDATE person SET created_at = :at WHERE phone = :phone", **told)

    def redis(self, url: str) -> None:
        self.rt = replace(self.rt, redis=Redis.from_url(url))

    def write(self, sql: str, **values: Any) -> None:
        with self.rt.begin() as db:
            db.execute(text(sql), values)

    def rows(self, sql: str, **values: Any) -> list[Any]:
        """What this SELECT finds; of one table, where nothing else is said, oldest first."""
        found = FIRST_TABLE.match(sql)
        table = metadata.tables.get(found[1]) if found and not NOT_PLAIN.search(sql) else None
        if table is not None and "id" in table.c:
            sql += " ORDER BY id"  # PostgreSQL puts what was changed where there is room
        with self.rt.read() as db:
            return list(db.execute(text(sql), values))

    def all_rows(self, queries: dict[str, str]) -> dict[str, list[Any]]:
        with self.rt.read() as db:
            return {name: list(db.execute(text(sql))) for name, sql in queries.items()}

    def draw_ref(self) -> str:
        """One that nobody here has: two people may share a ref, and a file could not tell whose."""
        drawn = make_ref()
        while drawn in self.refs:
            drawn = make_ref()
        self.refs.add(drawn)
        return drawn

    def broken(self) -> list[str]:
        """What is not as it must always be."""
        return check_invariants(self.rt.engine, {"hop": self.hops}, self.now)


@pytest.fixture(scope="session")
def flows() -> Library:
    """The flows as they are served."""
    return load_library(ROOT / "flows")


@pytest.fixture
def stage(
    make_settings: Callable[..., Settings], engine: Engine, flows: Library
) -> Iterator[Stage]:
    """The demonstration programme and some people who are not in training."""
    settings = make_settings()
    redis = Redis.from_url(settings.redis)
    stage = Stage(Runtime(settings, flows, AfricasTalking(settings), engine, redis))
    stage.rt = replace(stage.rt, clock=lambda: stage.now, draw_ref=stage.draw_ref)
    seed(stage.rt, "stage", lambda: _fill(stage.rt))
    yield stage
    stage.rt.redis.close()


def _fill(rt: Runtime) -> None:
    assert seed_demonstration(rt)
    for done in (
        import_places(rt, FOLDER / "places.csv"),
        import_roster(rt, FOLDER / "people.csv"),
    ):
        assert done.problems == ()
