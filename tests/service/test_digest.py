"""The supervisors' digest: once a week, the most important first, names while they fit."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from smsapp import gsm
from smsapp.service import digest
from smsapp.service.digest import Week, text_of
from smsapp.store.people import Person, person_by_code
from smsapp.store.tables import outbound, person
from tests.rig.stage import MORNING, Stage

GRACE, AMOS = "+265991000101", "+265991000102"
MONDAY = MORNING - timedelta(hours=1)  # 09:42 of a Monday where the programme works


@pytest.fixture
def monday(stage: Stage) -> Stage:
    """Five weeks later, so that whoever was not heard is silent."""
    stage.now = MONDAY + timedelta(days=35)
    return stage


def who(stage: Stage, code: str) -> Person:
    with stage.rt.read() as db:
        found = person_by_code(db, code, stage.now)
    assert found is not None
    return found


def digests(stage: Stage) -> dict[str, list[str]]:
    """Phone -> the lines of its digests."""
    with stage.rt.read() as db:
        query = select(outbound).where(outbound.c.key.startswith("digest:"))
        return {
            row.phone: row.text.split("\n") for row in db.execute(query.order_by(outbound.c.id))
        }


def change(stage: Stage, code: str, **values: Any) -> None:
    with stage.rt.begin() as db:
        db.execute(update(person).where(person.c.code == code).values(values))


def test_names_stand_first_and_the_rest_are_counts(monday: Stage):
    monday.send("+265991000002", "hello")
    monday.send("+265991000001", "STOCK F1 N0")
    digest.send_due(monday.rt)
    assert digests(monday)[GRACE] == [
        "TRAINING. Real child? Call +265991000201",
        "Not heard 14 days: John Demo, Neema Demo, Ruth Demo, Tiya Demo",
        "Out of stock: 1",
        "No visit 30 d: 6",
        "Dial *384*2400#",
    ]
    assert digests(monday)[AMOS][1:] == [
        "Sans nouvelles 14 j: Fatou Demo, Moussa Demo",
        "Sans visite 30 j: Fatou Demo, Moussa Demo",
        "Appelez *384*2400#",
    ]


def test_it_is_sent_once_whatever_clocks_run(monday: Stage):
    sent = [digest.send_due(monday.rt) for _ in range(3)]
    assert sent[0] == len(digests(monday)) > 0
    assert sent[1:] == [0, 0]
    monday.now += timedelta(days=7)
    assert digest.send_due(monday.rt) == sent[0]


@pytest.mark.parametrize("hours", [-2, 1, 24])
def test_at_no_other_time(monday: Stage, hours: int):
    monday.now += timedelta(hours=hours)
    assert digest.send_due(monday.rt) == 0


def test_who_has_nothing_to_be_told_hears_nothing(stage: Stage):
    stage.now = MONDAY + timedelta(days=7)
    assert digest.send_due(stage.rt) == 0
    assert digests(stage) == {}


def test_open_alerts_and_referrals_are_told(stage: Stage):
    stage.now = MONDAY + timedelta(days=3)
    stage.send("+265991000001", "CCM A14 S1 D0 M3 P0 T0 G1")
    (ref,) = [row.ref for row in stage.rows("SELECT ref FROM report")]
    stage.now = MONDAY + timedelta(days=7)
    digest.send_due(stage.rt)
    assert digests(stage)[GRACE][1:] == [
        f"Alerts open: {ref}", "Referrals open: Esther Demo", "Dial *384*2400#",
    ]  # fmt: skip
    stage.now += timedelta(days=7)
    stage.send(GRACE, f"OK {ref}")
    stage.send("+265991000001", f"RF {ref} 1")
    digest.send_due(stage.rt)
    grace = who(stage, "DEMO-101").id
    with stage.rt.read() as db:
        left = digest.weeks_of(stage.rt, db, [grace]).get(grace, Week())
    assert left.named.keys().isdisjoint({"alerts", "referrals"})


def test_who_said_stop_or_has_left_gets_none_and_a_deputy_gets_his(monday: Stage):
    monday.send(AMOS, "STOP")
    change(monday, "DEMO-101", active=False, deputy_id=who(monday, "REAL-101").id)
    change(monday, "REAL-101", training=True)
    digest.send_due(monday.rt)
    assert GRACE not in digests(monday)
    assert AMOS not in digests(monday)
    assert "Not heard 14 days: 6" in digests(monday)["+265992000101"]


def test_who_trains_is_in_no_digest_of_what_is_real(monday: Stage):
    change(monday, "DEMO-101", training=False)
    digest.send_due(monday.rt)
    assert GRACE not in digests(monday)


def test_a_number_long_silent_is_told_no_names(monday: Stage):
    numbers = "UPDATE phone_number SET heard_at = :at WHERE phone = :phone"
    monday.write(numbers, at=monday.now - timedelta(days=91), phone=GRACE)
    digest.send_due(monday.rt)
    assert GRACE not in digests(monday)
    assert AMOS in digests(monday)


def test_a_visit_and_a_word_of_hers_take_her_off_it(monday: Stage):
    monday.send(GRACE, "VISIT DEMO-001 3")
    monday.send("+265991000001", "VISIT YES")
    digest.send_due(monday.rt)
    said = " ".join(digests(monday)[GRACE])
    assert "Esther" not in said
    assert "No visit 30 d: 5" in said


@pytest.mark.parametrize("code", ["DEMO-101", "DEMO-102", "REAL-101"])
@pytest.mark.parametrize("many", [1, 5, 30, 97])
def test_whatever_there_is_fits_in_one_sms(stage: Stage, code: str, many: int):
    names = [f"Longest n {number:02}" for number in range(many)]
    week = Week({word: list(names) for word in digest.ORDER})
    with stage.rt.read() as db:
        said = text_of(stage.rt, db, who(stage, code), week)
    assert gsm.fits(said)
    assert len(said.split("\n")) - said.startswith(("TRAINING", "FORMATION")) == 6


def test_a_hundred_supervisors_go_batch_by_batch(monday: Stage):
    place = who(monday, "DEMO-101").place_id
    before = {"role": "supervisor", "language": "en", "place_id": place, "created_at": MORNING}
    with monday.rt.begin() as db:
        for number in range(120):
            boss = db.scalars(
                insert(person).values(
                    code=f"S{number}", name="S", short=f"S{number}",
                    phone=f"+2659940{number:05}", **before,
                ).returning(person.c.id)
            ).one()  # fmt: skip
            db.execute(insert(person).values(
                code=f"C{number}", name="C", short=f"C{number}", supervisor_id=boss,
                **{**before, "role": "chw"},
            ))  # fmt: skip
    first, second = digest.send_due(monday.rt), digest.send_due(monday.rt)
    assert first > second > 0
    assert {f"+2659940{number:05}" for number in range(120)} < digests(monday).keys()
    assert digest.send_due(monday.rt) == 0
