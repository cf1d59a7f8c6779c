"""Asking for medicine: who is told, who may answer, what the CHW hears."""

import threading

from smsapp.service.answered import Answered
from smsapp.service.packing import Word, answer_request
from smsapp.service.supply import ask_for, open_requests
from smsapp.store.tables import outbound, request
from tests.rig.programme import Programme

TEXTS = {"en": "Chalo needs AL", "fr": "Chalo demande AL"}


def ask(programme: Programme, code: str = "chw") -> tuple[int, str, str]:
    report_id, ref = programme.add_report(code)
    return report_id, ref, ask_again(programme, report_id, ref, code)


def ask_again(programme: Programme, report_id: int, ref: str, code: str = "chw") -> str:
    rt = programme.rt
    with rt.begin() as db:
        return ask_for(rt, db, programme.person(code), report_id, ref, ["al"], TEXTS)


def answer(programme: Programme, code: str, ref: str | None, word: Word = "ready") -> Answered:
    with programme.rt.begin() as db:
        return answer_request(programme.rt, db, programme.person(code), ref, word)


def test_supervisor_and_facility_are_told_once(programme: Programme):
    report_id, ref, outcome = ask(programme)
    assert (outcome, ask_again(programme, report_id, ref)) == ("done", "done")
    assert programme.heard("sup") == ["Chalo needs AL"]
    assert programme.heard("fac") == ["Chalo demande AL"]
    assert programme.heard("dis") == []
    assert programme.count(request) == 1


def test_nobody_to_tell_keeps_the_request(programme: Programme):
    programme.change("sup", active=False)
    programme.change("fac", active=False)
    report_id, ref, outcome = ask(programme)
    assert (outcome, ask_again(programme, report_id, ref)) == ("nobody", "nobody")
    assert (programme.count(request), programme.count(outbound)) == (1, 0)


def test_ready_is_told_to_the_chw(programme: Programme):
    _, ref, _ = ask(programme)
    assert answer(programme, "fac", None).outcome == "done"
    assert programme.heard("chw") == ["Ready at Bua HC REF"]
    late = answer(programme, "sup", ref)
    assert (late.outcome, late.by_short, late.ref) == ("already", "Bua HC", ref)


def test_out_of_stock_may_become_ready_and_not_the_other_way(programme: Programme):
    _, ref, _ = ask(programme)
    assert answer(programme, "fac", ref, "stocked_out").outcome == "done"
    assert answer(programme, "sup", ref, "stocked_out").outcome == "already"
    assert answer(programme, "fac", ref, "ready").outcome == "done"
    assert answer(programme, "sup", ref, "stocked_out").outcome == "already"
    assert programme.heard("chw") == ["Bua HC has none REF", "Ready at Bua HC REF"]


def test_who_may_answer_a_request(programme: Programme):
    _, ref, _ = ask(programme)
    for code, number in (("eve", ref), ("chw", ref), ("sup", "000000")):
        assert answer(programme, code, number) == Answered("not_yours")
    assert answer(programme, "dis", None).outcome == "none_open"
    assert answer(programme, "dis", ref).outcome == "done"


def test_which_of_two(programme: Programme):
    ask(programme)
    _, ref, _ = ask(programme, "eve")
    assert answer(programme, "fac", None).outcome == "several"
    with programme.rt.read() as db:
        listed = open_requests(db, programme.person("fac"), programme.clock())
    assert [(one.chw_short, one.items, one.state) for one in listed] == [
        ("Esther", ("al",), "requested"),
        ("Eve", ("al",), "requested"),
    ]
    assert answer(programme, "fac", ref).outcome == "done"
    assert answer(programme, "fac", None).outcome == "done"


def test_an_old_answer_is_not_meant_by_a_bare_one(programme: Programme):
    ask(programme)
    answer(programme, "fac", None)
    assert answer(programme, "sup", None).outcome == "already"
    programme.clock.move(hours=25)
    assert answer(programme, "sup", None).outcome == "none_open"


def test_two_answers_to_a_request_at_once(programme: Programme):
    _, ref, _ = ask(programme)
    start = threading.Barrier(2)
    answers: list[Answered] = []

    def say(code: str) -> None:
        start.wait()
        answers.append(answer(programme, code, ref))

    threads = [threading.Thread(target=say, args=(code,)) for code in ("sup", "fac")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.outcome for one in answers) == ["already", "done"]
    assert len(programme.heard("chw")) == 1
