"""The ledger never goes wrong, in whatever order and however often people count and correct."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from smsapp.flow.model import Answers
from smsapp.service.need import HISTORY
from smsapp.service.stock import book
from smsapp.store.people import person_by_code
from smsapp.store.reports import report_by_ref
from tests.rig.stage import Stage

CHW, CODE = "+265991000001", "DEMO-001"
PRODUCTS = ("la", "zi")
AMOUNTS = st.dictionaries(st.sampled_from(PRODUCTS), st.integers(0, 60), min_size=1)
SAID = st.one_of(
    st.tuples(st.sampled_from(["SOH", "REC", "LOST", "EXPIRED"]), AMOUNTS),
    st.tuples(st.sampled_from(["FIX", "CANCEL"]), AMOUNTS, st.integers(0, 5)),
    st.just(("again",)),  # the gateway brings the last SMS once more
)
KINDS = {"count": ("left", "count"), "receipt": ("got", "received"), "loss": ("gone", "")}


def refs(stage: Stage, begun: Any) -> list[str]:
    """Of what she has reported since then."""
    query = "SELECT ref FROM report WHERE opened_at >= :begun ORDER BY id"
    return [row.ref for row in stage.rows(query, begun=begun)]


def say(stage: Stage, begun: Any, said: tuple[Any, ...]) -> None:
    """Send what it says as a person types it; of a report that is not there, nothing."""
    word, *rest = said
    if word == "again":
        return stage.take("sms", stage.sms) if stage.sms else None
    amounts = " ".join(f"{product} {amount}" for product, amount in rest[0].items())
    known = refs(stage, begun)
    if len(rest) == 1:
        stage.send(CHW, f"{word} {amounts}")
    elif known:
        ref = known[rest[1] % len(known)]
        stage.send(CHW, f"CANCEL {ref}" if word == "CANCEL" else f"FIX {ref} {amounts}")
    return None


def told(flow: str, answers: Answers) -> tuple[str, dict[str, int]]:
    """What one report says: the kind of movement, and how much of each product."""
    name, kind = KINDS[flow]
    found = {p: answers[f"{name}_{p}"] for p in PRODUCTS if f"{name}_{p}" in answers}
    return kind or str(answers["why"]), {p: n for p, n in found.items() if isinstance(n, int)}


def box(stage: Stage, begun: Any) -> tuple[dict[str, int], set[tuple[str, str, str, int]]]:
    """What is left, and what must stand in the ledger, by the reports as they read now."""
    left: dict[str, int] = {}
    stands = set()
    for ref in refs(stage, begun):
        with stage.rt.read() as db:
            chw = person_by_code(db, CODE, stage.now)
            one = report_by_ref(db, chw.id, ref) if chw else None
        if one is None or one.state == "withdrawn":
            continue
        kind, amounts = told(one.flow, one.answers)
        for product, amount in amounts.items():
            stands.add((ref, product, kind, amount))
            if kind == "count":
                left[product] = amount
            elif product in left:
                left[product] += amount if kind == "received" else -amount
    return {product: max(0, amount) for product, amount in left.items()}, stands


def ledger(stage: Stage, begun: Any) -> tuple[dict[str, int], set[tuple[str, str, str, int]]]:
    """The same as the service has it; a movement that stood twice would be missing from a set."""
    query = (
        "SELECT ref, product, kind, amount FROM stock_movement JOIN report ON report.id = report_id"
        " WHERE replaced_at IS NULL AND opened_at >= :begun"
    )
    rows = [tuple(row) for row in stage.rows(query, begun=begun)]
    assert len(rows) == len(set(rows))
    with stage.rt.read() as db:
        chw = person_by_code(db, CODE, stage.now)
        assert chw
        found = book(stage.rt, db, chw)
    for one in found.values():
        for each in one.periods:  # nothing is made and nothing is lost between two counts
            assert each.counted + each.received - each.lost - each.used == each.left
    return {name: one.on_hand for name, one in found.items() if one.on_hand is not None}, set(rows)


TRICKY = [
    ("SOH", {"la": 10, "zi": 4}), ("REC", {"la": 5}), ("again",), ("LOST", {"la": 4}),
    ("FIX", {"la": 9}, 1), ("CANCEL", {"la": 1}, 2), ("SOH", {"la": 3}), ("FIX", {"la": 2}, 1),
    ("CANCEL", {"la": 1}, 3), ("REC", {"la": 5}),
]  # fmt: skip


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(TRICKY)
@given(st.lists(SAID, min_size=3, max_size=9))
def test_what_stands_is_what_the_reports_say_now(stage: Stage, said: list[tuple[Any, ...]]):
    stage.now += HISTORY + timedelta(days=1)  # of what was said before nothing is known any more
    begun, stage.sms = stage.now, b""
    for one in said:
        before = ledger(stage, begun)
        say(stage, begun, one)
        after = ledger(stage, begun)
        assert after == box(stage, begun)
        if one == ("again",):
            assert after == before
        stage.now += timedelta(minutes=7)
    assert stage.broken() == []
