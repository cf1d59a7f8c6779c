"""Dropped at every single hop: the report is the same, and a danger sign once seen was told."""

import json
from datetime import timedelta
from typing import Any

import pytest

from smsapp.channels.contract import HopReply
from tests.rig.stage import Stage

CHW = "+265991000001"
MENU = {"menu.chw": "1", "menu.continue": "1", "menu.waiting": "0"}
WELL = {"age": "14", "severe": "0", "danger_look": "0", "muac": "3", "problems": "0", "given": "0"}
CALLS = {  # what she types at each ask
    "home": {**WELL, "problems": "13", "long": "0", "breaths": "44", "rdt": "1", "given": "12"},
    "danger by S": {**WELL, "severe": "13", "going": "1", "problems": "2", "long": "4"},
    "danger by D": {**WELL, "danger_look": "5", "going": "2"},
    "danger by MUAC": {**WELL, "muac": "1", "going": "3"},
    "danger by W": {**WELL, "problems": "13", "long": "1", "going": "1", "breaths": "60"},
    "two dangers": {**WELL, "severe": "2", "muac": "1", "going": "1"},
    "3 years": {**WELL, "age": "3", "unit": "2", "problems": "2", "long": "0", "given": "34"},
    "newborn": {"age": "1", "unit": "1", "going": "1"},
    "age unknown": {
        **{name: key for name, key in WELL.items() if name != "given"},
        "age": "99",
        "problems": "1",
        "long": "5",
        "going": "1",
        "breaths": "0",
    },
    "waiting": {**WELL, "problems": "3", "long": "0", "rdt": "3"},
    "seen earlier": {
        **WELL,
        "menu.chw": "10",
        "seen": "2",
        "since": "3",
        "severe": "1",
        "going": "1",
    },
}
LEFT = (
    "UPDATE alert SET climb_at = NULL",
    "UPDATE reminder SET state = 'dropped' WHERE state = 'planned'",
    "UPDATE draft SET state = 'expired' WHERE state = 'open'",
)
MOST = 30  # requests of a call that does not go in circles


class Child:
    """One child reported by one CHW, in as many calls as it takes."""

    def __init__(self, stage: Stage, keys: dict[str, str]) -> None:
        self.stage, self.keys = stage, keys
        self.answered: list[str] = []
        stage.phone = CHW
        stage.rt.redis.flushall()
        stage.now += timedelta(days=2)  # what the child before left is over, and not climbed
        for left in LEFT:
            stage.write(left)
        self.before = stage.rows("SELECT coalesce(max(id), 0) AS n FROM report")[0].n

    def call(self, hops: int = MOST) -> HopReply:
        """Dial, and answer what is asked, at most so many times."""
        reply = self.stage.dial()
        while hops and not reply.ends and self.report("state") != "closed":
            flow, _, ask = reply.ask.partition(".")
            key = self.keys.get(reply.ask) or MENU.get(reply.ask) or self.keys[ask]
            reply = self.stage.press(key)[0]
            self.answered += [ask] if flow == "iccm" else []
            hops -= 1
        return reply

    def text(self, *, lost: bool) -> None:
        """What is missing, by SMS, or all of it; with the keyword where nothing was kept."""
        flow = self.stage.rt.flows.flows["iccm"]
        asks = {ask.id: ask.letter for ask in flow.asks}
        kept = self.stage.rows("SELECT id FROM draft WHERE state = 'open'")
        known = self.answered if kept and not lost else []
        left = [name for name in asks if name in self.keys and name not in known]
        if self.report("state") != "closed":
            body = " ".join(asks[name] + self.keys[name] for name in left)
            self.stage.send(CHW, body if kept else f"CCM {body}")

    def report(self, column: str) -> Any:
        query = f"SELECT {column} AS it FROM report WHERE id > :before"
        found = [row.it for row in self.stage.rows(query, before=self.before)]
        assert len(found) <= 1, "one child, one report"
        value = found[0] if found else None
        return json.loads(value) if str(value)[:1] in ("{", "[") else value

    def whole(self) -> tuple[Any, ...]:
        names = ("state", "answers", "classes", "waits", "seen_on IS NULL")
        return tuple(self.report(name) for name in names)

    def alerts(self) -> int:
        query = "SELECT id FROM alert WHERE report_id > :before"
        return len(self.stage.rows(query, before=self.before))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("finish", ["redial", "sms"])
@pytest.mark.parametrize("loss", ["end event", "silence", "redis lost"])
@pytest.mark.parametrize("name", CALLS)
def test_dropped_at_every_hop(stage: Stage, name: str, loss: str, finish: str):
    whole = Child(stage, CALLS[name])
    whole.call()
    assert whole.report("state") == "closed"
    expected, alerts = whole.whole(), whole.alerts()
    dangers = {one.id for one in stage.rt.flows.flows["iccm"].danger_classes}
    assert alerts == bool(dangers & set(expected[2]))
    for hops in range(len(whole.answered) + 2):
        child = Child(stage, CALLS[name])
        seen = child.call(hops).ask == "iccm.going" or "going" in child.answered
        assert child.alerts() == seen, f"danger was seen at hop {hops}, or not, and told, or not"
        if loss == "end event":
            stage.drop()
        elif loss == "redis lost":
            stage.rt.redis.flushall()
        elif finish == "sms":
            stage.move(minutes=4)
        if finish == "redial":
            child.call()
        else:
            child.text(lost=loss == "redis lost")
        assert child.whole() == expected, f"dropped after hop {hops}"
        assert child.alerts() == alerts
    assert stage.broken() == []
