"""The page of an alert: what somebody said by phone is done as if that person had sent it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rig.stage import Stage
from tests.web.conftest import Console

ESTHER, GRACE = "+265991000001", "+265991000101"
FACILITY, OFFICER = "+265991000201", "+265991000301"
DANGER, VILLAGE = "CCM A14 S1 D0 M3 P0 T0 G1", "ALERT C2 N3 D0"


def raised(stage: Stage, words: str = DANGER) -> Any:
    stage.send(ESTHER, words)
    return stage.rows("SELECT id, ref FROM alert ORDER BY id DESC")[0]


def heard(stage: Stage, ref: str) -> Iterator[tuple[str, str]]:
    """Every SMS so far, without the ref that tells two alerts apart."""
    for row in stage.rows("SELECT phone, text FROM outbound ORDER BY id"):
        yield row.phone, row.text.replace(ref, "REF")


def say(console: Console, stage: Stage, alert: Any, phone: str, **form: str) -> Any:
    """Write down what the person of this phone said; the form as the page gives it."""
    path = f"/console/alerts/{alert.id}"
    who = stage.rows("SELECT id FROM person WHERE phone = :phone", phone=phone)[0].id
    page = console.page(path)
    once = next(a["value"] for t, a in page.elements if a.get("name") == "once")
    said = {"person": str(who), "once": once, "reason": "called me, no credit", **form}
    return console.send(path, **said)


@pytest.mark.parametrize(
    ("words", "phone", "sms", "saying", "state"),
    [
        (DANGER, FACILITY, "OK {ref}", "alerts:seen", "acknowledged"),
        (DANGER, FACILITY, "CLOSE {ref} 1", "close:treated", "closed"),
        (DANGER, GRACE, "CLOSE {ref} 4", "close:died", "closed"),
        (VILLAGE, OFFICER, "VERIFIED {ref}", "close:verified", "acknowledged"),
        (VILLAGE, OFFICER, "DISMISS {ref} R2", "dismiss:no_outbreak", "closed"),
    ],
)
def test_it_is_told_as_an_sms_is_told(
    village: Console, stage: Stage, words: str, phone: str, sms: str, saying: str, state: str
):
    first = raised(stage, words)
    before = len(list(heard(stage, first.ref)))
    stage.send(phone, sms.format(ref=first.ref))
    by_sms = sorted(list(heard(stage, first.ref))[before:])
    stage.write("UPDATE alert SET state = 'closed', ends = 'dismissed'")
    second = raised(stage, words.replace("A14", "A15").replace("N3", "N4"))
    before = len(list(heard(stage, second.ref)))
    assert say(village, stage, second, phone, saying=saying).status_code == 302
    assert sorted(list(heard(stage, second.ref))[before:]) == by_sms
    assert stage.rows("SELECT state FROM alert WHERE id = :id", id=second.id)[0].state == state
    assert stage.rows("SELECT source FROM report ORDER BY id DESC")[0].source == "console"
    thing = f"alert:{second.id}"
    assert village.audited(thing) == [("operator", "alert_said", "called me, no credit")]
    assert stage.broken() == []


def test_what_comes_to_nothing_leaves_nothing_but_the_refusal(village: Console, stage: Stage):
    alert = raised(stage, VILLAGE)
    before = list(heard(stage, alert.ref)), stage.rows("SELECT id FROM report")
    for phone, form, cure in (
        (FACILITY, {"saying": "close:verified", "reason": " "}, "Say why in a few words"),
        (FACILITY, {"saying": ""}, "Choose who said it"),
        (FACILITY, {"saying": "close:treated"}, "does not stand so"),
        (ESTHER, {"saying": "alerts:seen"}, "may not answer this alert"),
        (GRACE, {"saying": "close:verified"}, "not this person&#39;s to say"),
        (FACILITY, {"saying": "dismiss:over"}, "not this person&#39;s to say"),
    ):
        answer = say(village, stage, alert, phone, **form)
        assert (answer.status_code, cure in answer.text) == (422, True), form
    assert (list(heard(stage, alert.ref)), stage.rows("SELECT id FROM report")) == before
    assert {action for _, action, _ in village.audited(f"alert:{alert.id}")} == {
        "alert_said_refused"
    }


def test_the_same_form_twice_is_one_answer_and_the_second_hears_who_was_first(
    village: Console, stage: Stage
):
    alert = raised(stage)
    form = {"saying": "alerts:seen", "once": "0" * 16}
    assert say(village, stage, alert, FACILITY, **form).status_code == 302
    count = len(stage.rows("SELECT id FROM outbound"))
    assert say(village, stage, alert, FACILITY, **form).status_code == 422
    assert len(stage.rows("SELECT id FROM outbound")) == count
    text = village.page(f"/console/alerts/{alert.id}").text
    assert "Alert answered by facility Bua Health Centre" in text
    say(village, stage, alert, GRACE, saying="close:sent_on")
    text = village.page(f"/console/alerts/{alert.id}").text
    assert "Alert closed by supervisor" in text
    assert "Somebody told you by phone" not in text
    assert ESTHER not in text
    assert village.client.get("/console/alerts/999").status_code == 404


def test_a_number_long_silent_gets_no_answer_with_a_name_in_it(village: Console, stage: Stage):
    alert = raised(stage)
    stage.silence(FACILITY, 91)
    before = len(list(heard(stage, alert.ref)))
    assert say(village, stage, alert, FACILITY, saying="alerts:seen").status_code == 302
    assert [phone for phone, _ in heard(stage, alert.ref)][before:] == [ESTHER]
