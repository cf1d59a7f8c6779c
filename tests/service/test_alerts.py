"""Who hears of an alert, when it climbs, and who may answer it."""

import threading

import pytest
from sqlalchemy import update

from smsapp.service.alerts import (
    answer_alert,
    change_alert,
    climb_due,
    correct_alert,
    raise_alert,
)
from smsapp.service.answered import Answered
from smsapp.service.people import opt_out
from smsapp.store.tables import alert, outbound
from tests.rig.programme import LADDER, TEXTS, Programme

NO_ANSWER = "No answer yet. Go. Call +265991000101 REF"


def answer(programme: Programme, code: str, ref: str | None) -> Answered:
    with programme.rt.begin() as db:
        return answer_alert(programme.rt, db, programme.person(code), ref)


def test_supervisor_and_facility_hear_at_once_in_their_languages(programme: Programme):
    assert programme.alarm()[2] == "done"
    assert programme.heard("sup") == ["ALERT Chalo"]
    assert programme.heard("fac") == ["ALERTE Chalo"]
    assert programme.heard("dis") == programme.heard("chw") == []


def test_raised_twice_is_one_alert(programme: Programme):
    report_id, ref, _ = programme.alarm()
    with programme.rt.begin() as db:
        again = raise_alert(
            programme.rt,
            db,
            programme.person("chw"),
            report_id,
            ref,
            kind="danger",
            texts=TEXTS,
            ladder=LADDER,
            n=1,
        )
    assert again == "done"
    assert programme.count(outbound) == 2


def test_silence_climbs_level_by_level_and_ends_with_the_chw(programme: Programme):
    programme.alarm()
    programme.clock.move(minutes=14)
    assert climb_due(programme.rt) == 0
    programme.clock.move(minutes=2)
    assert climb_due(programme.rt) == 1
    assert programme.heard("chw") == [NO_ANSWER]
    assert programme.heard("dis") == ["NO ANSWER Chalo"]
    assert programme.alert().level == 2
    programme.clock.move(minutes=29)
    assert climb_due(programme.rt) == 0
    programme.clock.move(minutes=2)
    assert [climb_due(programme.rt) for _ in range(3)] == [1, 0, 0]
    assert programme.heard("chw") == [NO_ANSWER, NO_ANSWER]
    assert programme.happened() == ["raised", "climbed", "silent", "nobody"]
    assert (programme.alert().state, programme.alert().climb_at) == ("raised", None)


def test_an_absent_phone_climbs_at_once_and_only_once(programme: Programme):
    programme.alarm()
    programme.lose("sup", state="accepted", delivery="absent")
    assert [climb_due(programme.rt) for _ in range(3)] == [1, 0, 0]
    assert programme.heard("dis") == ["ALERT Chalo"]  # nobody had the time to be silent
    assert programme.heard("chw") == []
    programme.clock.move(minutes=16)
    climb_due(programme.rt)
    number = "+265991000201"  # not the phone that cannot be reached
    assert programme.heard("chw") == [f"No answer yet. Go. Call {number} REF"]
    assert programme.alert().level == 2
    assert programme.alert().climb_at is not None


def test_nobody_reachable_ends_the_ladder_at_once(programme: Programme):
    programme.alarm()
    programme.lose("sup")
    programme.lose("fac")
    climb_due(programme.rt)
    programme.lose("dis")
    climb_due(programme.rt)
    assert programme.heard("chw") == [f"Go. Call {programme.rt.settings.help_phone} REF"]
    assert programme.happened()[-1] == "nobody"


def test_one_of_two_unreachable_at_the_top_does_not_end_the_ladder(programme: Programme):
    programme.alarm(ladder=LADDER[:1])
    programme.lose("sup")
    assert [climb_due(programme.rt) for _ in range(2)] == [1, 0]
    assert programme.alert().climb_at is not None


@pytest.mark.parametrize("change", [{"supervisor_id": None}, {"active": False}])
def test_without_a_supervisor_the_facility_and_the_next_level_hear(
    programme: Programme, change: dict[str, object]
):
    programme.change("chw" if "supervisor_id" in change else "sup", **change)
    assert programme.alarm()[2] == "done"
    assert programme.heard("fac") == ["ALERTE Chalo"]
    assert programme.heard("dis") == ["ALERT Chalo"]
    assert programme.heard("sup") == []
    programme.clock.move(minutes=16)
    climb_due(programme.rt)
    assert programme.heard("chw") == ["No answer yet. Go. Call +265991000201 REF"]


def test_an_empty_first_level_is_passed_over(programme: Programme):
    programme.change("sup", active=False)
    programme.change("fac", phone=None)
    assert programme.alarm()[2] == "done"
    assert programme.heard("dis") == ["ALERT Chalo"]
    assert programme.alert().level == 2


def test_nobody_at_all(programme: Programme):
    for code in ("sup", "fac", "dis"):
        programme.change(code, active=False)
    _, _, outcome = programme.alarm()
    assert outcome == "nobody"
    assert programme.heard("chw") == [f"Go. Call {programme.rt.settings.help_phone} REF"]
    assert programme.happened() == ["raised", "nobody"]
    assert programme.alert().climb_at is None


def test_stop_never_mutes_an_alert(programme: Programme):
    with programme.rt.begin() as db:
        assert opt_out(db, "+265991000101")
        assert not opt_out(db, "+265991000999")
    programme.alarm()
    assert programme.heard("sup") == ["ALERT Chalo"]


def test_training_reaches_only_training(programme: Programme):
    programme.change("chw", training=True)
    programme.change("dis", training=True)
    assert programme.alarm()[2] == "done"
    assert programme.heard("sup") == programme.heard("fac") == []
    help_phone = programme.rt.settings.help_phone
    assert programme.heard("dis") == [f"TRAINING. Real child? Call {help_phone}\nALERT Chalo"]


def test_an_expired_training_mark_is_none(programme: Programme):
    programme.change("chw", training=True, training_until=programme.clock())
    programme.alarm()
    assert programme.heard("sup") == ["ALERT Chalo"]


def test_two_clocks_climb_once(programme: Programme):
    programme.alarm()
    programme.clock.move(minutes=16)
    threads = [threading.Thread(target=climb_due, args=(programme.rt,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert programme.happened() == ["raised", "climbed", "silent"]
    assert len(programme.heard("dis")) == len(programme.heard("chw")) == 1


def test_a_mistake_is_taken_back_from_everyone_told(programme: Programme):
    report_id, ref, _ = programme.alarm()
    with programme.rt.begin() as db:
        correct_alert(programme.rt, db, report_id)
        correct_alert(programme.rt, db, report_id)
    assert programme.heard("sup")[1:] == ["REF corrected. Call Esther +265991000001"]
    assert programme.heard("fac")[1:] == ["REF Esther +265991000001"]
    assert programme.heard("dis") == []
    assert (programme.alert().state, programme.alert().ends) == ("closed", "withdrawn")
    programme.clock.move(hours=1)
    assert climb_due(programme.rt) == 0
    assert answer(programme, "sup", ref).outcome == "none_open"


def test_no_transport_is_told_again_and_climbs_at_once(programme: Programme):
    report_id, _, _ = programme.alarm()
    texts = {"first": {"en": "NO TRANSPORT"}, "climbed": {"en": "UP: NO TRANSPORT"}}
    with programme.rt.begin() as db:
        change_alert(programme.rt, db, report_id, texts, True)
    assert programme.heard("sup") == ["ALERT Chalo", "NO TRANSPORT"]
    assert programme.heard("fac") == ["ALERTE Chalo", "NO TRANSPORT"]  # no French given: English
    assert programme.heard("dis") == ["NO TRANSPORT"]  # nobody has been silent yet
    with programme.rt.begin() as db:
        change_alert(programme.rt, db, report_id, TEXTS, True)
    assert programme.heard("dis")[1:] == ["ALERT Chalo"]
    assert programme.alert().climb_at is not None


def test_new_facts_alone_are_told_to_the_next_level(programme: Programme):
    report_id, _, _ = programme.alarm()
    texts = {"first": {"en": "MORE"}, "climbed": {"en": "UP: MORE"}}
    with programme.rt.begin() as db:
        change_alert(programme.rt, db, report_id, texts, False)
    assert programme.heard("sup") == ["ALERT Chalo"]
    programme.clock.move(minutes=16)
    climb_due(programme.rt)
    assert programme.heard("dis") == ["UP: MORE"]


def test_one_alert_that_cannot_be_read_stops_no_other(programme: Programme):
    programme.alarm()
    with programme.rt.begin() as db:
        db.execute(update(alert).values(ladder=["spoilt"]))
    programme.alarm("eve")
    programme.clock.move(minutes=16)
    assert climb_due(programme.rt) == 1
    assert programme.heard("dis") == ["NO ANSWER Chalo"]
