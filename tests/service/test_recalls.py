"""A lot is called back: who is told, who has answered, and who hears that nobody did."""

import pytest
from sqlalchemy import event, insert

from smsapp.service import recalls, remind
from smsapp.service.leaving import leave_by_code
from smsapp.service.people_check import check_people
from smsapp.store.holdings import set_held
from smsapp.store.tables import outbound, person, recall
from tests.rig.orders import heard
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme


def begin(programme: Programme, lot: str = "b1234") -> recalls.Begun:
    return recalls.begin(programme.rt, "la", lot, "found to be weak", "operator")


def say(programme: Programme, code: str, ref: str, said: str, amount: int | None = None) -> None:
    with programme.rt.begin() as db:
        found = [one for one in recalls.store.every(db) if one.ref == ref]
        who = programme.person(code)
        recalls.store.answer(db, found[0].id, who.id, said, amount, programme.clock())


def test_everybody_who_may_hold_it_is_told_once(programme: Programme):
    with programme.rt.begin() as db:
        set_held(db, programme.person("eve").id, ["zi"])
    begun = begin(programme)
    assert (begun.told, begun.again, begun.without_phone) == (2, False, ())
    assert heard(programme, "chw").startswith("Do not use. Set aside AL 1x6, lot B1234. RECALL")
    assert len(programme.heard("fac")) == 1
    assert programme.heard("eve") == programme.heard("sup") == []
    again = begin(programme)
    assert (again.ref, again.told, again.again) == (begun.ref, 0, True)
    assert programme.count(outbound) == 2


def test_who_came_since_is_told_when_it_is_said_again(programme: Programme):
    programme.change("eve", active=False)
    begun = begin(programme)
    programme.change("eve", active=True)
    assert begin(programme).told == 1
    assert programme.count(recall) == 1
    assert begun.told == 2


def test_what_was_cut_off_goes_on_by_itself(programme: Programme):
    programme.change("eve", active=False)
    begin(programme)
    programme.change("eve", active=True)  # as if it had been cut off before her
    assert recalls.go_on(programme.rt) == 0  # whoever began it may still be telling
    programme.clock.move(hours=1)
    assert recalls.go_on(programme.rt) == 1
    assert recalls.go_on(programme.rt) == 0
    assert len(programme.heard("eve")) == 1
    programme.clock.move(hours=24)
    programme.change("sup", role="chw")
    assert recalls.go_on(programme.rt) == 0


def test_training_and_stop_keep_nobody_from_hearing_it(programme: Programme):
    programme.change("chw", training=True, opted_out=True)
    begin(programme)
    assert "Do not use. Set aside AL 1x6" in heard(programme, "chw")


def test_what_is_no_product_or_lot_is_refused(programme: Programme):
    for product, lot in (("xx", "B1"), ("la", ""), ("la", "B" * 13), ("la", "[B]")):
        with pytest.raises(recalls.NotKnown):
            recalls.begin(programme.rt, product, lot, "why", "operator")
    assert programme.count(recall) == 0


def test_no_answer_climbs_and_an_answer_ends_it(programme: Programme):
    begun = begin(programme)
    say(programme, "eve", begun.ref, "none")
    say(programme, "fac", begun.ref, "aside", 20)
    for _ in range(10 * 24):
        programme.clock.move(hours=1)
        remind.send_due(programme.rt)
    assert len(programme.heard("chw")) == 2
    assert len(programme.heard("eve")) == len(programme.heard("fac")) == 1
    assert heard(programme, "sup").startswith("Overdue: Esther lot recall")
    assert heard(programme, "dis").startswith("Overdue: Esther lot recall")


def test_the_list_says_who_has_not_answered(programme: Programme):
    begun = begin(programme)
    say(programme, "fac", begun.ref, "aside", 20)
    found = recalls.status(programme.rt)
    assert [(one.code, one.answer, one.amount) for one in found[0][1]] == [
        ("chw", "", None),
        ("eve", "", None),
        ("fac", "aside", 20),
    ]


def test_who_has_the_box_of_one_who_left_is_asked(programme: Programme):
    with programme.rt.begin() as db:
        set_held(db, programme.person("eve").id, ["zi"])
    begin(programme)
    leave_by_code(programme.rt, "chw", "eve")
    assert "isolez AL 1x6" in heard(programme, "eve")
    asked = [(one.code, one.answer) for one in recalls.status(programme.rt)[0][1]]
    assert asked == [("eve", ""), ("fac", "")]


def test_nobody_has_her_box_and_that_is_listed(programme: Programme):
    begin(programme)
    leave_by_code(programme.rt, "chw")
    assert any("chw: has left with open recalls" in one for one in check_people(programme.rt))


def test_many_are_told_in_as_many_statements_as_few(programme: Programme):
    asked: list[str] = []
    event.listen(programme.rt.engine, "before_cursor_execute", lambda *of: asked.append(of[2]))
    begin(programme, "one")
    few = len(asked)
    chw = programme.person("chw")
    alike = {"name": "Many", "role": "chw", "language": "fr", "active": True, "training": False}
    alike |= {"place_id": chw.place_id, "supervisor_id": chw.supervisor_id, "opted_out": False}
    alike |= {"created_at": programme.clock()}
    with programme.rt.begin() as db:
        for number in range(40):
            one = {"code": f"many{number}", "phone": f"+26588{number:07}", "short": f"M{number}"}
            db.execute(insert(person).values(alike | one))
    asked.clear()
    assert begin(programme, "two").told == 43
    assert len(asked) == few
