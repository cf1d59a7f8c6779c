"""Any order and repetition of what people say leaves each order over, or waiting for a person."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, select, update

from smsapp.service import arrival, remind, supply
from smsapp.store import orders
from smsapp.store.standing import standing
from smsapp.store.tables import (
    outbound,
    reminder,
    report,
    request,
    request_event,
    request_line,
    request_told,
    stock_movement,
    tick,
)
from tests.rig.orders import answer, place, receive
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme

FINAL = ("received", "cancelled")
PRODUCTS = ("la", "zi")
AMOUNTS = st.integers(0, 60)
WORDS = st.sampled_from(["ready", "stocked_out"])
ASKED = st.fixed_dictionaries({"la": st.integers(1, 60)}, optional={"zi": st.integers(1, 60)})
SAID = st.one_of(st.just({}), st.dictionaries(st.just("la"), AMOUNTS))
GOT = st.fixed_dictionaries({"la": st.integers(1, 60)}, optional={"zi": AMOUNTS})
WHO = st.sampled_from(["fac", "sup", "dis"])
EMPTIED = (
    reminder, outbound, request_told, request_event, request_line, request, stock_movement,
    tick, report,
)  # fmt: skip


class OrderLife(RuleBasedStateMachine):
    """One CHW, her facility, supervisor and district."""

    programme: Programme

    def __init__(self) -> None:
        super().__init__()
        self.refs: list[str] = []
        self.programme.clock.ahead = timedelta()  # else numbers fall silent after ninety days
        with self.programme.rt.begin() as db:
            for table in EMPTIED:
                db.execute(delete(table))

    def _request(self, ref: str) -> Any:
        with self.programme.rt.read() as db:
            return db.execute(select(request).where(request.c.ref == ref)).one()

    @rule(asked=ASKED)
    def count(self, asked: dict[str, int]) -> None:
        """A new count replaces what nobody has packed."""
        rt = self.programme.rt
        self.programme.clock.move(minutes=1)
        with rt.begin() as db:
            instead = supply.replace(rt, db, self.programme.person("chw"), 0)
        heard = len(self.programme.heard("fac"))
        self.refs.append(place(self.programme, asked, instead=instead))
        assert len(self.programme.heard("fac")) == heard + 1 or len(instead) > 1

    @rule(who=WHO, word=WORDS, said=SAID)
    def say(self, who: str, word: Any, said: dict[str, int]) -> None:
        self.programme.clock.move(minutes=1)
        for ref in self.refs[-2:]:
            answer(self.programme, who, ref, word, **said)

    @rule(got=GOT)
    def collect(self, got: dict[str, int]) -> None:
        self.programme.clock.move(minutes=1)
        receive(self.programme, **got)

    @rule(who=WHO, said=SAID, got=GOT)
    def pack_and_collect(self, who: str, said: dict[str, int], got: dict[str, int]) -> None:
        """Both in one: else few plays come so far, since each leaves out some of the rules."""
        self.say(who, "ready", said)
        self.collect(got)

    @rule(asked=ASKED, less=st.integers(0, 1))
    def collect_before_it_is_packed(self, asked: dict[str, int], less: int) -> None:
        """All of it told before: nobody sends her, unless an older order waits for some of it."""
        waiting = [ref for ref in self.refs if self._lacks(ref)]
        self.count(asked)
        self.collect(asked | {"la": asked["la"] - less})
        heard = len(self.programme.heard("chw"))
        self.programme.clock.move(minutes=1)
        said = answer(self.programme, "fac", self.refs[-1], "ready").outcome
        if not waiting:
            assert said == ("done" if less else "had")
            assert len(self.programme.heard("chw")) == heard + less

    def _lacks(self, ref: str) -> bool:
        with self.programme.rt.read() as db:
            lines = orders.lines_of(db, self._id(ref))
        return any((one.packed or 0) > (one.received or 0) for one in lines)

    @rule()
    def take_receipt_back(self) -> None:
        """The last receipt was a mistake."""
        rt = self.programme.rt
        with rt.begin() as db:
            last = select(stock_movement.c.report_id).order_by(stock_movement.c.id.desc()).limit(1)
            mine = stock_movement.c.report_id == last.scalar_subquery()
            db.execute(update(stock_movement).where(mine).values(replaced_at=rt.now()))
            arrival.settle(rt, db, self.programme.person("chw"))

    @rule()
    def cancel(self) -> None:
        rt = self.programme.rt
        for ref in self.refs[-1:]:
            with rt.begin() as db:
                supply.withdraw(rt, db, self.programme.person("chw"), self._request(ref).report_id)

    @rule(days=st.integers(1, 5))
    def wait(self, days: int) -> None:
        for _ in range(days):
            self.programme.clock.move(days=1)
            remind.send_due(self.programme.rt)

    @invariant()
    def each_is_over_or_waits_for_a_person(self) -> None:
        with self.programme.rt.read() as db:
            stand = standing(db)
            waiting = {one.ref: one.waits_for for one in stand}
        assert all(one.waits_for for one in stand)
        for ref in self.refs:
            assert self._request(ref).state in FINAL or waiting[ref]

    @invariant()
    def what_arrived_is_what_the_ledger_says(self) -> None:
        """No unit of the ledger stands in two orders, and none in an order that nobody packed."""
        with self.programme.rt.read() as db:
            moved = stock_movement.c.replaced_at.is_(None)
            rows = db.execute(select(stock_movement).where(moved)).all()
            lines = [line for ref in self.refs for line in orders.lines_of(db, self._id(ref))]
        for product in PRODUCTS:
            came = sum(row.amount for row in rows if row.product == product)
            told = sum(line.received or 0 for line in lines if line.product == product)
            assert told <= came
        assert all(line.packed is not None for line in lines if line.received is not None)

    @invariant()
    def one_waits_at_the_most_for_an_answer(self) -> None:
        """But for what was said to be ready and is not: a count in between did not ask for it."""
        waiting = [ref for ref in self.refs if self._request(ref).state in supply.NOT_PACKED]
        assert sum(not self._was_ready(ref) for ref in waiting) <= 1

    def _was_ready(self, ref: str) -> bool:
        with self.programme.rt.read() as db:
            return any(one.what == "ready" for one in orders.events(db, self._id(ref)))

    def _id(self, ref: str) -> int:
        found: int = self._request(ref).id
        return found


def test_any_order_of_what_people_say(programme: Programme):
    machine = type("Life", (OrderLife,), {"programme": programme})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nobody_left_is_said(programme: Programme):
    for code in ("fac", "sup", "dis"):
        programme.change(code, active=False)
    report_id, ref = programme.add_report("chw")
    with programme.rt.begin() as db:
        person = programme.person("chw")
        assert supply.order(programme.rt, db, person, report_id, ref, {"la": 1}) == "nobody"
        assert [one.waits_for for one in standing(db)] == [()]
