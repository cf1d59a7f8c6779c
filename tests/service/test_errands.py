"""A supervisor's own reminder: by day, at most once, in his name, read by nobody but the desk."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from smsapp.service import errands
from smsapp.store.people import person_by_code
from smsapp.store.tables import errand, inbound, outbound, person, report
from tests.rig.stage import MORNING, Stage

GRACE, ESTHER, AMOS, DESK = "+265991000101", "+265991000001", "+265991000102", "+265991000501"
AMOS_ID = "SELECT id FROM person WHERE code = 'DEMO-102'"
WORDS = "Bring your register"


def rows(stage: Stage) -> list[Any]:
    with stage.rt.read() as db:
        return list(db.execute(select(errand).order_by(errand.c.id)))


def heard(stage: Stage, phone: str = ESTHER) -> list[str]:
    with stage.rt.read() as db:
        query = select(outbound.c.text).where(outbound.c.phone == phone).order_by(outbound.c.id)
        return [text.partition("\n")[2] for text in db.scalars(query)]


def states(stage: Stage) -> list[str]:
    return [one.state for one in rows(stage)]


def test_it_is_private_wherever_it_stands(stage: Stage):
    stage.send(GRACE, f"REMIND DEMO-001 today {WORDS}")
    errands.send_due(stage.rt)
    with stage.rt.read() as db:
        written = [db.scalars(select(one.c.private)).all() for one in (inbound, outbound, report)]
    assert written == [[True], [True, True], [True]]


def test_clocks_send_it_once(stage: Stage):
    stage.send(GRACE, f"REMIND DEMO-001 today {WORDS}")
    assert [errands.send_due(stage.rt) for _ in range(3)] == [1, 0, 0]
    assert len(heard(stage)) == 1


def test_the_same_hop_five_times_is_one(stage: Stage):
    stage.phone = GRACE
    stage.dial()
    stage.keys("8", "4", "2", "1")
    said = {reply.text for reply in stage.press(WORDS, times=5)}
    assert len(said) == len(rows(stage)) == 1


def test_the_same_words_again_to_all_reach_who_has_not_got_them(stage: Stage):
    stage.send(GRACE, f"REMIND DEMO-001 today {WORDS}")
    stage.send(GRACE, f"REMIND ALL today {WORDS}")
    errands.send_due(stage.rt)
    assert len(rows(stage)) == 6
    assert len(heard(stage)) == 1


def test_all_of_thirty(stage: Stage):
    with stage.rt.begin() as db:
        grace = person_by_code(db, "DEMO-101", stage.now)
        assert grace is not None
        more = [
            {
                "code": f"M{number}", "name": f"More {number}", "short": f"More {number}",
                "phone": f"+2659930{number:05}", "role": "chw", "language": "en",
                "place_id": grace.place_id, "supervisor_id": grace.id, "created_at": stage.now,
            }
            for number in range(24)
        ]  # fmt: skip
        db.execute(insert(person), more)
    stage.send(GRACE, f"REMIND ALL today {WORDS}")
    assert "To 30 CHWs" in heard(stage, GRACE)[0]
    assert errands.send_due(stage.rt) == 30
    assert len({one.chw_id for one in rows(stage)}) == len(states(stage)) == 30


def test_nobody_is_written_to_at_night(stage: Stage):
    stage.now = MORNING + timedelta(hours=8)  # 18:42
    stage.send(GRACE, f"REMIND DEMO-001 tomorrow {WORDS}")
    stage.now += timedelta(hours=10)  # 04:42
    assert errands.send_due(stage.rt) == 0
    stage.now += timedelta(hours=4)
    assert errands.send_due(stage.rt) == 1


def test_today_is_over_in_the_evening(stage: Stage):
    stage.now = MORNING + timedelta(hours=10)  # 20:42
    stage.send(GRACE, f"REMIND DEMO-001 today {WORDS}")
    assert "the day is over" in heard(stage, GRACE)[0]
    assert rows(stage) == []


def test_what_the_clock_missed_is_dropped_the_next_day(stage: Stage):
    stage.send(GRACE, f"REMIND DEMO-001 today {WORDS}")
    stage.now += timedelta(days=1)
    assert errands.send_due(stage.rt) == 0
    assert states(stage) == ["dropped"]


@pytest.mark.parametrize("gone", ["DEMO-001", "DEMO-101"])
def test_who_has_left_neither_sends_nor_hears(stage: Stage, gone: str):
    stage.send(GRACE, f"REMIND DEMO-001 tomorrow {WORDS}")
    stage.write("UPDATE person SET active = false WHERE code = :code", code=gone)
    stage.move(hours=23)
    assert states(stage) == ["dropped"]


def test_who_is_another_supervisors_by_then_hears_nothing_of_his(stage: Stage):
    stage.send(GRACE, f"REMIND ALL tomorrow {WORDS}")
    stage.write(f"UPDATE person SET supervisor_id = ({AMOS_ID}) WHERE code = 'DEMO-001'")
    stage.move(hours=23)
    assert Counter(states(stage)) == {"sent": 5, "dropped": 1}
    assert heard(stage) == []


def test_a_number_long_silent_is_told_nothing_private(stage: Stage):
    silent = "UPDATE phone_number SET heard_at = :at WHERE phone = :phone"
    stage.write(silent, at=stage.now - timedelta(days=91), phone=ESTHER)
    stage.send(GRACE, f"REMIND DEMO-001 today {WORDS}")
    stage.move(minutes=1)
    assert heard(stage) == []


def test_stop_spares_her_the_sms_but_not_her_list(stage: Stage):
    stage.send(ESTHER, "STOP")
    stage.send(GRACE, f"REMIND DEMO-001 today {WORDS}")
    stage.move(minutes=1)
    assert states(stage) == ["kept"]
    stage.phone = ESTHER
    stage.dial()
    assert "Grace Demo asks" in stage.keys("3").text
    assert WORDS in stage.keys("1").text


def test_enough_is_enough_until_tomorrow(stage: Stage):
    for number in range(6):
        stage.send(GRACE, f"REMIND DEMO-001 Fri {WORDS} {number}")
    assert "enough messages" in heard(stage, GRACE)[-1]
    assert len(rows(stage)) == 5
    stage.now += timedelta(days=1)
    stage.send(GRACE, f"REMIND DEMO-001 Fri {WORDS} 7")
    assert len(rows(stage)) == 6


def test_the_desk_reads_what_was_written_under_its_place_alone(stage: Stage):
    stage.send(GRACE, f"REMIND DEMO-001 today {WORDS}")
    with stage.rt.begin() as db:
        desk = person_by_code(db, "DEMO-401", stage.now)
        assert desk is not None
        assert len(errands.sent_items(stage.rt, db, desk)) == 1
        other = person_by_code(db, "DEMO-102", stage.now)
        assert other is not None
        assert errands.sent_items(stage.rt, db, other) == ()
    stage.write("UPDATE person SET place_id = (SELECT id FROM place WHERE code = 'ALONE') "
                "WHERE code = 'DEMO-401'")  # fmt: skip
    stage.phone = DESK
    assert "Supervisors" not in stage.dial().text


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("REMIND", "REMIND, the code"),
        ("REMIND DEMO-001", "REMIND, the code"),
        ("REMIND DEMO-001 today", "REMIND, the code"),
        ("REMIND DEMO-001 today \u200b", "REMIND, the code"),
        ("REMIND DEMO-004 today hello", "no CHW of yours"),
        ("REMIND DEMO-101 today hello", "no CHW of yours"),
        ("REMIND today hello", "no CHW of yours"),
        ("REMIND Demo today hello", "no CHW of yours"),
        ("REMIND ALL hello there", "which day"),
        ("REMIND ALL yesterday hello", "which day"),
        ("REMIND ALL 31/2 hello", "which day"),
        ("REMIND ALL 1/6 hello", "which day"),
        ("REMIND ALL today " + 71 * "a", "At most 70"),
        ("REMIND ALL today " + 36 * "€", "At most 70"),  # two septets each
        ("REMIND ALL today \u12a5\u1295", "plain letters"),
        ("REMIND ALL today \u2705 ok", "plain letters"),
    ],
)
def test_bad_input_is_refused_with_a_cure(stage: Stage, said: str, cure: str):
    stage.send(GRACE, said)
    (answer,) = heard(stage, GRACE)
    assert cure in answer
    assert rows(stage) == []


def test_ussd_refuses_what_sms_refuses(stage: Stage):
    stage.phone = GRACE
    stage.dial()
    stage.keys("8", "4", "2", "1")
    assert "Plain letters only" in stage.keys("\u12a5\u1295").text
    assert "At most 70" in stage.keys(71 * "a").text
    assert rows(stage) == []
