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
    sms +265...: "OK"        an SMS, \\n a new line in it; `same sms x2`: delivered twice more
    clock +15 min            time passes, and the clock does what is due
    plan                     from now on the clock begins what comes round: tips, months, silences
    lose redis / redis down / redis up
    guided +265...           this person sees one statement a screen
    unreachable +265...      the network cannot bring this phone's SMS
    silent +265... 70 days   nobody was heard on this phone for so long
    leave REAL-101 REAL-111  this person leaves, to this successor if one is named
    explain BAMBINO CCM      an operator says what a word means
    signed / signed en       every flow is signed in English and French, or in these languages only
    recall la B1234          somebody calls a lot back
    flows NAME               flows of tests/golden/flows/NAME are added

    < Age in MONTHS?         one line of the screen        * end     it was the last screen
    * report ... * alert ... * draft ... * sms ...         what became different in the database

The clock stands still but for what the file says, and refs are `<ref1>`, `<ref2>` as they come up;
`<ref1~>` is the first with one digit wrong.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smsapp.channels.contract import HopReply
from smsapp.flow.library import Library
from smsapp.flow.load import load_flow
from smsapp.service import callbacks, recalls, unread
from smsapp.service.leaving import leave_by_code
from tests.rig.stage import FOLDER, NOWHERE, Stage, slip

UNITS = {"s": "seconds", "min": "minutes", "h": "hours"}
WATCHED = {  # what is looked at after each line: query, and how a row is told
    "report": "SELECT * FROM report ORDER BY id",
    "alert": "SELECT id, ref, n, state, level, unconfirmed FROM alert ORDER BY id",
    "death": "SELECT id, kind, died_on, case_report_id FROM death ORDER BY id",
    "query": "SELECT id, ref, kind, about, state, answer FROM query ORDER BY id",
    "errand": "SELECT id, ref, state, on_day, text FROM errand ORDER BY id",
    "draft": "SELECT id, flow, state, danger FROM draft ORDER BY id",
    "sms": "SELECT id, phone, text, kind FROM outbound ORDER BY id",
}
REFS = (
    "SELECT ref FROM (SELECT ref, 1 AS turn, id FROM report UNION ALL "
    "SELECT ref, 2, id FROM recall) AS refs ORDER BY turn, id"
)
ANSWERS = (  # flows that answer somebody: their own ref is never said
    "recall", "alerts", "close", "orders", "desk", "calls", "numbers",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite what is played")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether files are rewritten as they are played: the diff is the review."""
    return bool(request.config.getoption("--update-golden"))


def _report(row: Any) -> str:
    answers = row.answers if isinstance(row.answers, dict) else json.loads(row.answers)
    ref = "" if row.flow in ANSWERS else f" {row.ref}"
    more = f" waits for {row.waits}" if row.waits else ""
    more += " unconfirmed" if row.unconfirmed else ""
    more += " unverified" if row.unverified else ""
    return f"{row.flow} {row.state}{ref}{more} {json.dumps(answers, ensure_ascii=False)}"


def _alert(row: Any) -> str:
    number = f" ({row.n})" if row.n > 1 else ""
    more = " unconfirmed" if row.unconfirmed else ""
    return f"{row.ref}{number} {row.state}, level {row.level}{more}"


LINES: dict[str, Callable[[Any], str]] = {
    "report": _report,
    "alert": _alert,
    "query": lambda row: f"{row.ref} {row.kind} {row.about} {row.state} {row.answer}".rstrip(),
    "errand": lambda row: f"{row.ref} {row.state} for {row.on_day}: {row.text}",
    "draft": lambda row: f"{row.flow} {row.state}{' danger' if row.danger else ''}",
    "death": lambda row: f"{row.kind} on {row.died_on}{', known' if row.case_report_id else ''}",
    "sms": lambda row: f"{row.phone} {json.dumps(row.text, ensure_ascii=False)}",
}


class Player:
    """Plays the lines of one file, and writes down what comes of them."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.written: list[str] = []
        self.refs: dict[str, str] = {}
        self.seen: dict[str, dict[int, tuple[Any, str]]] = {}  # each row, and how it was told
        self.drawn: list[str] = []  # the refs that there are since the last line

    def play(self, source: str) -> str:
        """The file as it must read. Raises AssertionError for a line that is not known."""
        for line in source.splitlines():
            if line.startswith(("<", "*")):
                continue
            self.written.append(line)
            if line.strip() and not line.startswith("#"):
                self.drawn = []
                self._do(line)
                self.written += self.news()
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
            self.written += [f"< {part}" for part in self.tell(reply[0]).split("\n")]
            self.written += ["* end"] * reply[1]

    def tell(self, said: str) -> str:
        """With the names of refs instead of the refs."""
        self.drawn = self.drawn or [row.ref for row in self.stage.rows(REFS)]
        for ref in self.drawn:
            whole = re.compile(rf"(?<!\d){ref}(?!\d)")
            if whole.search(said):
                self.refs.setdefault(ref, f"<ref{len(self.refs) + 1}>")
                said = whole.sub(self.refs[ref], said)
        for ref, name in self.refs.items():
            said = said.replace(slip(ref), name[:-1] + "~>")
        return said

    def mean(self, said: str) -> str:
        """With the refs instead of their names."""
        for ref, name in self.refs.items():
            said = said.replace(name, ref).replace(name[:-1] + "~>", slip(ref))
        return said

    def news(self) -> Iterator[str]:
        """What became different in the database since the last line."""
        for kind, rows in self.stage.all_rows(WATCHED).items():
            known = self.seen.setdefault(kind, {})
            for row in rows:
                before, said = known.get(row.id, (None, ""))
                known[row.id] = row, said if row == before else LINES[kind](row)
                if (told := known[row.id][1]) != said:
                    yield self.tell(f"* {kind} {told}")

    def _dial(self, typed: str) -> None:
        self._show(self.stage.dial(typed))

    def _type(self, before: str, key: str) -> None:
        times = int(before[1:]) if before.startswith("x") else 1
        replies = self.stage.press(self.mean(key), times)
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

    def _guided(self, phone: str) -> None:
        self.stage.write("UPDATE person SET guided = true WHERE phone = :phone", phone=phone)

    def _phone(self, phone: str) -> None:
        self.stage.phone = phone

    def _leave(self, code: str, successor: str) -> None:
        leave_by_code(self.stage.rt, code, successor or "")

    def _explain(self, word: str, means: str) -> None:
        unread.explain(self.stage.rt, word, means, "operator", "", "")
        callbacks.read_due(self.stage.rt)

    def _recall(self, product: str, lot: str) -> None:
        recalls.begin(self.stage.rt, product, lot, "a test", "operator")

    def _signed(self, languages: str) -> None:
        flows = self.stage.rt.flows
        known = languages.split() or ("en", "fr")
        pairs = {(flow.id, language) for flow in flows.flows.values() for language in known}
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
        phone, player.mean(said).replace("\\n", "\n")
    )),
    (r"same sms x(\d+)", Player._same_sms),
    (r"clock \+(\d+) (s|min|h)", lambda player, many, unit: player.stage.move(
        **{UNITS[unit]: int(many)}
    )),
    (r"plan", lambda player: setattr(player.stage, "plans", True)),
    (r"lose redis", lambda player: player.stage.rt.redis.flushall()),
    (r"redis down", lambda player: player.stage.redis(NOWHERE)),
    (r"redis up", lambda player: player.stage.redis(player.stage.rt.settings.redis)),
    (r"guided (\+\d+)", Player._guided),
    (r"unreachable (\+\d+)", Player._unreachable),
    (r"silent (\+\d+) (\d+) days", lambda player, *said: player.stage.silence(*said)),
    (r"leave (\S+)(?: (\S+))?", Player._leave),
    (r"explain (\w+) (\w+)", Player._explain),
    (r"recall (\w+) (\w+)", Player._recall),
    (r"signed((?: \w\w)*)", Player._signed),
    (r"flows (\w+)", Player._flows),
]  # fmt: skip


def with_flows(library: Library, folder: Path) -> Library:
    """The library with the flows of a test folder added, or put in the place of its own."""
    more = {path.stem: load_flow(path) for path in sorted(folder.glob("*.toml"))}
    return replace(library, flows={**library.flows, **more})
