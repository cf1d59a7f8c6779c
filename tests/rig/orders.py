"""Orders of the small programme, in the words as they are sent."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from smsapp.service import arrival, supply
from smsapp.service.answered import Answered
from smsapp.service.packing import Word, answer_request
from smsapp.store import orders
from smsapp.store.tables import request, stock_movement
from tests.rig.programme import Programme

ROOT = Path(__file__).resolve().parents[2]
TWO = {"la": 54, "zi": 40}


@pytest.fixture
def words_folder() -> Path:
    """The words as they are sent."""
    return ROOT / "flows"


def place(
    programme: Programme, asked: Mapping[str, int] = TWO, code: str = "chw", **more: Any
) -> str:
    """An order of this person; gives its ref."""
    rt = programme.rt
    report_id, ref = programme.add_report(code)
    with rt.begin() as db:
        person = programme.person(code)
        assert supply.order(rt, db, person, report_id, ref, asked, **more) == "done"
    return ref


def answer(
    programme: Programme,
    code: str,
    ref: str | None,
    word: Word = "ready",
    **said: int | None,
) -> Answered:
    own = programme.add_report(code, flow="orders")
    with programme.rt.begin() as db:
        person = programme.person(code)
        return answer_request(programme.rt, db, person, ref, word, said, own=own)


def receive(programme: Programme, code: str = "chw", **amounts: int) -> arrival.Arrived:
    """A receipt as her ledger keeps it."""
    rt, who = programme.rt, programme.person(code)
    report_id, _ = programme.add_report(code)
    with rt.begin() as db:
        for product, amount in amounts.items():
            row = {"person_id": who.id, "product": product, "kind": "received", "amount": amount}
            row |= {"report_id": report_id, "training": False, "at": rt.now()}
            db.execute(insert(stock_movement).values(row))
        return arrival.settle(rt, db, who)


def now(programme: Programme, ref: str) -> tuple[str, dict[str, tuple[int, Any, Any]]]:
    """Its state, and of each product what was asked, packed, received."""
    with programme.rt.read() as db:
        row = db.execute(select(request).where(request.c.ref == ref)).one()
        lines = orders.lines_of(db, row.id)
    return row.state, {one.product: (one.asked, one.packed, one.received) for one in lines}


def heard(programme: Programme, code: str) -> str:
    """The last SMS to this person."""
    said = programme.heard(code)
    return said[-1] if said else ""
