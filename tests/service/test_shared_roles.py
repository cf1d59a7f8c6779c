"""An SMS of a phone that people of several roles share: what one alone may say is that one's."""

import pytest

from tests.rig.stage import Stage

ESTHER, MERCY, FACILITY = "+265991000001", "+265991000002", "+265991000201"


def share(stage: Stage, phone: str, *others: str) -> None:
    """These have handed in their phones and use this one."""
    for one in others:
        for table in ("person", "phone_number"):
            stage.write(
                f"UPDATE {table} SET phone = :phone WHERE phone = :one", phone=phone, one=one
            )


def said(stage: Stage, phone: str) -> str:
    query = "SELECT text FROM outbound WHERE phone = :phone AND kind != 'alert' ORDER BY id DESC"
    return str(stage.rows(query, phone=phone)[0].text)


def whose(stage: Stage, flow: str) -> list[tuple[str, bool]]:
    query = """SELECT role, unverified FROM report JOIN person ON person.id = person_id
        WHERE flow = :flow ORDER BY report.id"""
    return [(row.role, bool(row.unverified)) for row in stage.rows(query, flow=flow)]


def test_each_form_is_taken_from_the_one_whose_role_it_is(stage: Stage):
    share(stage, FACILITY, ESTHER)
    stage.send(FACILITY, "SOH la 3")
    assert whose(stage, "count") == [("chw", False)]
    (ref,) = (row.ref for row in stage.rows("SELECT ref FROM request"))
    stage.send(FACILITY, f"READY {ref}")
    assert whose(stage, "orders") == [("facility", False)]
    assert [row.state for row in stage.rows("SELECT state FROM request")] == ["ready"]
    stage.send(FACILITY, "CCM A14 S1 D0 M3 P0 T0 G1")
    assert whose(stage, "iccm") == [("chw", False)]


@pytest.mark.parametrize("words", ["LAST", "RECALL 123455 2", "PAY P1", "A14 S0", "OK"])
def test_what_both_may_say_or_what_quietens_an_alert_is_asked_about(stage: Stage, words: str):
    share(stage, FACILITY, ESTHER)
    stage.send(FACILITY, "CCM A14 S1 D0 M3 P0 T0 G1")
    stage.send(FACILITY, words)
    assert "Who sent it?" in said(stage, FACILITY) or "Envoyé par qui?" in said(stage, FACILITY)
    assert [row.state for row in stage.rows("SELECT state FROM alert")] == ["raised"]


def test_of_two_with_the_role_nobody_is_guessed(stage: Stage):
    share(stage, FACILITY, ESTHER, MERCY)
    stage.send(FACILITY, "SOH la 3")
    assert whose(stage, "count") == []
    stage.send(FACILITY, "2")
    assert whose(stage, "count") == [("chw", False)]
