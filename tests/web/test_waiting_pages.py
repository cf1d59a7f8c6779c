"""The pages Orders and Signals: what is stuck, for whom it waits, what happens next."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from smsapp.service import recalls, remind
from smsapp.store.tables import phone_number
from tests.rig.orders import answer, place
from tests.rig.orders import words_folder as words_folder
from tests.rig.stage import Stage
from tests.web.conftest import Console

ESTHER, RUTH, OFFICER = "+265991000001", "+265991000006", "+265991000301"
one_database = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_each_order_says_for_whom_it_waits_and_what_is_next(console: Console):
    programme = console.log_in().programme
    assert "No order waits, and every recall is answered." in console.page("/console/orders").text
    first, second = place(programme), place(programme, code="eve")
    answer(programme, "fac", second)
    programme.clock.move(hours=2)
    page = console.log_in().page("/console/orders")  # a login ends after 30 minutes
    assert "2 orders wait, the longest for 2 hours; the next reminder goes out" in page.text
    waits = f"Order {first} of health worker Esther , Chalo no answer yet for 2 hours."
    assert f"{waits} Waits for facility Bua HC . Next: facility reminded," in page.text
    waits = f"Order {second} of health worker Eve , Chalo ready, not fetched yet for 2 hours."
    assert f"{waits} Waits for health worker Eve . Next: health worker reminded," in page.text
    for code in ("chw", "eve", "fac"):
        path = f"/console/people/{programme.person(code).id}"
        assert path in page.values("a", "href")


def test_an_order_is_stuck_after_its_last_reminder_or_with_nobody_to_wait_for(console: Console):
    programme = console.programme
    ref = place(programme)
    for _ in range(8 * 24):
        programme.clock.move(hours=1)
        remind.send_due(programme.rt)
    console.log_in()
    text = console.page("/console/orders").text
    assert "1 order waits after the last reminder. Call the people named below" in text
    assert "Waits for district officer Banda . Every reminder was sent. Call them." in text
    assert "for nobody" not in console.page("/console/").text
    for code in ("dis", "fac", "sup"):
        programme.change(code, active=False)
    assert f"Order {ref}" in console.page("/console/orders").text
    assert "1 order waits for nobody." in console.page("/console/orders").text
    assert "1 order waits for nobody. The page Orders" in console.page("/console/").text


@one_database
def test_what_nobody_says_has_come_is_asked_for_and_then_history(console: Console):
    programme = console.programme
    ref = place(programme)
    answer(programme, "fac", ref)
    for days, shown in ((9, False), (3, True), (49, False)):
        for _ in range(days * 4):
            programme.clock.move(hours=6)
            remind.send_due(programme.rt)
        console.log_in()
        text = console.page("/console/orders").text
        assert ("1 parcel packed and never said to have come." in text) is shown
        assert (f"Order {ref} of health worker Esther , Chalo : packed" in text) is shown
        assert "after the last reminder" not in text
    assert "No order waits" in text


def test_who_answers_and_is_silent_is_named_on_the_page_now(console: Console):
    programme = console.programme
    assert "Not heard" not in console.log_in().page("/console/").text
    with programme.rt.begin() as db:
        long_ago = programme.clock() - timedelta(days=91)
        db.execute(update(phone_number).values(heard_at=long_ago))
    said = "Not heard for 90 days, of those who answer: dis, fac, sup. They get alerts"
    assert said in console.page("/console/").text


def test_a_recall_names_who_has_not_answered(console: Console):
    programme = console.log_in().programme
    begun = recalls.begin(programme.rt, "la", "b1234", "found to be weak", "operator")
    with programme.rt.begin() as db:
        found = recalls.store.every(db)[0]
        eve = programme.person("eve").id
        recalls.store.answer(db, found.id, eve, "aside", 12, programme.clock())
    page = console.page("/console/orders")
    assert f"Recall {begun.ref}: 2 of 3 have not answered." in page.text
    assert "AL 1x6 , lot B1234" in page.text
    assert "1 of 3 answered, 12 set aside." in page.text
    assert "health worker Esther . Next: asked again," in page.text
    assert f"/console/people/{eve}" not in page.values("a", "href")


def test_reports_of_a_village_are_one_line_until_the_district_dismisses(
    village: Console, stage: Stage
):
    path = "/console/signals"
    assert "Nothing was told of any village yet." in village.page(path).text
    stage.send(ESTHER, "ALERT C2 N3 D0")
    stage.now += timedelta(minutes=5)
    stage.send(RUTH, "ALERT C2 N1 D1")
    (ref,) = (row.ref for row in stage.rows("SELECT ref FROM alert"))
    page = village.page(path)
    assert (
        f"Signal {ref} has no answer for 5 minutes; the facility" in page.text or ref in page.text
    )
    assert "4 cases, 1 dead, in 2 reports, the last 0 seconds ago." in page.text
    assert "Told: supervisor" in page.text
    assert ESTHER not in page.text
    stage.send(OFFICER, f"DISMISS {ref}")
    text = village.page(path).text
    assert "dismissed by district officer" in text
    assert "No signal waits." in text
