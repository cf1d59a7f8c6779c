"""Who may answer an alert, which one is meant, and what the second to answer hears."""

import threading

from smsapp.service.alerts import answer_alert, climb_due, open_alerts
from smsapp.service.answered import Answered
from tests.rig.programme import Programme


def answer(programme: Programme, code: str, ref: str | None) -> Answered:
    with programme.rt.begin() as db:
        return answer_alert(programme.rt, db, programme.person(code), ref)


def test_ok_alone_with_two_open_asks_which(programme: Programme):
    _, first, _ = programme.alarm()
    programme.alarm("eve")
    assert answer(programme, "sup", None).outcome == "several"
    assert answer(programme, "sup", first).outcome == "done"
    assert answer(programme, "sup", None).outcome == "done"


def test_ok_alone_after_somebody_else_says_who(programme: Programme):
    _, ref, _ = programme.alarm()
    answer(programme, "fac", None)
    late = answer(programme, "sup", None)
    assert (late.outcome, late.ref, late.by_short) == ("already", ref, "Bua HC")
    programme.clock.move(hours=25)
    assert answer(programme, "sup", None).outcome == "none_open"


def test_who_may_answer(programme: Programme):
    _, ref, _ = programme.alarm()
    for code, number in (("eve", ref), ("chw", ref), ("sup", "000000"), ("dis", "000000")):
        assert answer(programme, code, number) == Answered("not_yours")
    assert answer(programme, "dis", None).outcome == "none_open"
    assert answer(programme, "dis", ref).outcome == "done"  # above, though not told yet


def test_another_district_may_not_answer(programme: Programme):
    programme.change("dis", place_id=programme.person("chw").place_id)
    _, ref, _ = programme.alarm("eve")
    programme.change("eve", place_id=programme.person("fac").place_id)
    assert answer(programme, "dis", ref).outcome == "not_yours"


def test_two_answers_in_the_same_second(programme: Programme):
    _, ref, _ = programme.alarm()
    start = threading.Barrier(4)
    answers: list[Answered] = []

    def say(code: str) -> None:
        start.wait()
        answers.append(answer(programme, code, ref))

    threads = [threading.Thread(target=say, args=(code,)) for code in ("sup", "fac") * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.outcome for one in answers) == ["already"] * 3 + ["done"]
    assert len({(one.by_short, one.at) for one in answers}) == 1
    assert len(programme.heard("chw")) == 1


def test_an_answer_ends_the_climb(programme: Programme):
    _, ref, _ = programme.alarm()
    done = answer(programme, "sup", ref)
    assert (done.outcome, done.ref, done.by_short) == ("done", ref, "Grace")
    programme.clock.move(hours=3)
    assert climb_due(programme.rt) == 0
    [seen] = programme.heard("chw")
    assert seen.startswith("Seen by Grace ")
    assert seen.endswith(". REF")


def test_the_chw_hears_local_time(programme: Programme):
    _, ref, _ = programme.alarm()
    at = answer(programme, "sup", ref).at
    assert at is not None
    assert f" {(at.hour + 2) % 24:02}:{at.minute:02}." in programme.heard("chw")[0]  # Blantyre


def test_the_level_above_may_answer_after_the_end_of_the_ladder(programme: Programme):
    _, ref, _ = programme.alarm()
    for _ in range(2):
        programme.clock.move(minutes=31)
        climb_due(programme.rt)
    assert programme.alert().climb_at is None
    assert answer(programme, "dis", None).outcome == "done"
    assert answer(programme, "dis", ref).outcome == "already"


def test_a_list_of_open_alerts(programme: Programme):
    _, first, _ = programme.alarm()
    _, second, _ = programme.alarm("eve")
    with programme.rt.read() as db:
        listed = open_alerts(db, programme.person("fac"))
        assert open_alerts(db, programme.person("dis")) == []
    assert [(one.ref, one.chw_short, one.place_short) for one in listed] == [
        (first, "Esther", "Chalo"),
        (second, "Eve", "Chalo"),
    ]
