"""Golden conversations: text files that are played in process, and rewritten with --update-golden.

What people and the network do stands at the start of a line, what they get begins with `<` or `*`:

    phone +265991000001      the phone that dials from now on
    dial / dial 1*14         a call; what is dialled behind the service code
    > 14                     typed
    unseen > 14              typed, and the answer never reaches the handset
    x5 > 14                  the same request five times in the same moment
    repeat hop / late hop 2  the gateway asks again what it asked last, or what it asked second
    from +265... > 14        another phone's request in the same gateway session
    drop                     the gateway says that the call ended
    sms +265...: "OK"        an SMS from a phone; `same sms x2`: delivered twice more
    clock +15 min            time passes, and the clock does what is due
    lose redis / redis down / redis up
    unreachable +265...      the network cannot bring this phone's SMS
    signed / flows NAME      every flow is signed; flows of tests/golden/flows/NAME are added

    < Age in MONTHS?         one line of the screen        * end     it was the last screen
    * report ... * alert ... * draft ... * sms ...         what became different in the database

The clock stands still but for what the file says, and refs are `<ref1>`, `<ref2>` as they come up.
"""

import json
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
from smsapp.flow.load import load_flow
from smsapp.runtime import Runtime
from smsapp.service import alerts, callbacks, remind, ussd
from smsapp.service.demonstration import seed_demonstration
from smsapp.service.places import import_places
from smsapp.service.roster import import_roster
from smsapp.settings import Settings
from tests.invariants import check_invariants

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests" / "golden"
MORNING = datetime(2026, 3, 2, 8, 42, tzinfo=UTC)  # 10:42 where the programme works
NOWHERE = "unix:///nowhere/valkey.sock"
UNITS = {"s": "seconds", "min": "minutes", "h": "hours"}
WATCHED = {  # what is looked at after each line: query, and how a row is told
    "report": (
        "SELECT report.id, flow, report.state, ref, answers, waits, unconfirmed, source "
        "FROM report ORDER BY report.id"
    ),
    "alert": "SELECT id, ref, n, state, level, unconfirmed FROM alert ORDER BY id",
    "draft": "SELECT id, flow, state, danger FROM draft ORDER BY id",
    "sms": "SELECT id, phone, text, kind FROM outbound ORDER BY id",
}
ANSWERS = ("alerts", "orders")  # flows that answer somebody: their own ref is never said


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite tests/golden/*.txt")


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
    refs: dict[str, str] = field(default_factory=dict)
    seen: dict[str, dict[int, tuple[Any, ...]]] = field(default_factory=dict)
    hops: list[dict[str, Any]] = field(default_factory=list)
    sms: bytes = b""

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
        for step in (callbacks.read_due, ussd.settle_silent, alerts.climb_due, remind.send_due):
            step(self.rt)

    def redis(self, url: str) -> None:
        self.rt = replace(self.rt, redis=Redis.from_url(url))

    def write(self, sql: str, **values: Any) -> None:
        with self.rt.begin() as db:
            db.execute(text(sql), values)

    def rows(self, sql: str, **values: Any) -> list[Any]:
        with self.rt.read() as db:
            return list(db.execute(text(sql), values))

    def broken(self) -> list[str]:
        """What is not as it must always be."""
        return check_invariants(self.rt.engine, {"hop": self.hops}, self.now)

    def tell(self, said: str) -> str:
        """With the names of refs instead of the refs."""
        for (ref,) in self.rows("SELECT ref FROM report ORDER BY id"):
            whole = re.compile(rf"(?<!\d){ref}(?!\d)")
            if whole.search(said):
                self.refs.setdefault(ref, f"<ref{len(self.refs) + 1}>")
                said = whole.sub(self.refs[ref], said)
        return said

    def mean(self, said: str) -> str:
        """With the refs instead of their names."""
        for ref, name in self.refs.items():
            said = said.replace(name, ref)
        return said

    def news(self) -> Iterator[str]:
        """What became different in the database since the last line."""
        for kind, query in WATCHED.items():
            known = self.seen.setdefault(kind, {})
            for row in self.rows(query):
                told = LINES[kind](row)
                if known.get(row.id) != told:
                    known[row.id] = told
                    yield self.tell(f"* {kind} {told}")


def _report(row: Any) -> str:
    answers = row.answers if isinstance(row.answers, dict) else json.loads(row.answers)
    ref = "" if row.flow in ANSWERS else f" {row.ref}"
    more = f" waits for {row.waits}" if row.waits else ""
    more += " unconfirmed" if row.unconfirmed else ""
    return f"{row.flow} {row.state}{ref}{more} {json.dumps(answers, ensure_ascii=False)}"


def _alert(row: Any) -> str:
    number = f" ({row.n})" if row.n > 1 else ""
    more = " unconfirmed" if row.unconfirmed else ""
    return f"{row.ref}{number} {row.state}, level {row.level}{more}"


LINES: dict[str, Callable[[Any], str]] = {
    "report": _report,
    "alert": _alert,
    "draft": lambda row: f"{row.flow} {row.state}{' danger' if row.danger else ''}",
    "sms": lambda row: f"{row.phone} {json.dumps(row.text, ensure_ascii=False)}",
}


class Player:
    """Plays the lines of one file, and writes down what comes of them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.written: list[str] = []

    def play(self, source: str) -> str:
        """The file as it must read. Raises AssertionError for a line that is not known."""
        for line in source.splitlines():
            if line.startswith(("<", "*")):
                continue
            self.written.append(line)
            if line.strip() and not line.startswith("#"):
                self._do(line)
                self.written += self.stage.news()
        return "\n".join(self.written) + "\n"

    def _do(self, line: str) -> None:
        for pattern, act in ACTS:
            found = re.fullmatch(pattern, line)
            if found:
                act(self, *found.groups())
                return
        raise AssertionError(f"nobody knows how to: {line}")

    def _show(self, *replies: HopReply) -> None:
        for reply in dict.fromkeys((one.text, one.ends) for one in replies):
            self.written += [f"< {part}" for part in self.stage.tell(reply[0]).split("\n")]
            self.written += ["* end"] * reply[1]

    def _dial(self, typed: str) -> None:
        self._show(self.stage.dial(typed))

    def _type(self, before: str, key: str) -> None:
        times = int(before[1:]) if before.startswith("x") else 1
        replies = self.stage.press(self.stage.mean(key), times)
        if before != "unseen":
            self._show(*replies)

    def _repeat(self, number: str) -> None:
        texts = self.stage.call.texts
        self._show(self.stage.ask(texts[int(number) if number else -1]))

    def _from(self, phone: str, key: str) -> None:
        self._show(self.stage.ask(f"{self.stage.call.texts[-1]}*{key}", phone))

    def _same_sms(self, times: str) -> None:
        for _ in range(int(times)):
            self.stage.take("sms", self.stage.sms)

    def _unreachable(self, phone: str) -> None:
        self.stage.write("UPDATE outbound SET state = 'failed' WHERE phone = :phone", phone=phone)

    def _phone(self, phone: str) -> None:
        self.stage.phone = phone

    def _signed(self) -> None:
        flows = self.stage.rt.flows
        pairs = {(flow.id, language) for flow in flows.flows.values() for language in ("en", "fr")}
        self.stage.rt = replace(self.stage.rt, flows=replace(flows, signed=frozenset(pairs)))

    def _flows(self, name: str) -> None:
        flows = with_flows(self.stage.rt.flows, FOLDER / "flows" / name)
        self.stage.rt = replace(self.stage.rt, flows=flows)


ACTS: list[tuple[str, Callable[..., None]]] = [
    (r"phone (\+\d+)", Player._phone),
    (r"dial ?([\d*]*)", Player._dial),
    (r"(|unseen|x\d+) ?> ?(.*)", Player._type),
    (r"repeat hop()", Player._repeat),
    (r"late hop (\d+)", Player._repeat),
    (r"from (\+\d+) > (.*)", Player._from),
    (r"drop", lambda player: player.stage.drop()),
    (r'sms (\+\d+): "(.*)"', lambda player, phone, said: player.stage.send(
        phone, player.stage.mean(said)
    )),
    (r"same sms x(\d+)", Player._same_sms),
    (r"clock \+(\d+) (s|min|h)", lambda player, many, unit: player.stage.move(
        **{UNITS[unit]: int(many)}
    )),
    (r"lose redis", lambda player: player.stage.rt.redis.flushall()),
    (r"redis down", lambda player: player.stage.redis(NOWHERE)),
    (r"redis up", lambda player: player.stage.redis(player.stage.rt.settings.redis)),
    (r"unreachable (\+\d+)", Player._unreachable),
    (r"signed", Player._signed),
    (r"flows (\w+)", Player._flows),
]  # fmt: skip


def with_flows(library: Library, folder: Path) -> Library:
    """The library with the flows of a test folder added, or put in the place of its own."""
    more = {path.stem: load_flow(path) for path in sorted(folder.glob("*.toml"))}
    return replace(library, flows={**library.flows, **more})


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
    stage.rt = replace(stage.rt, clock=lambda: stage.now)
    assert seed_demonstration(stage.rt)
    for done in (
        import_places(stage.rt, FOLDER / "places.csv"),
        import_roster(stage.rt, FOLDER / "people.csv"),
    ):
        assert done.problems == ()
    yield stage
    stage.rt.redis.close()
