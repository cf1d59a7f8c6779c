"""The dial of who answers opens on what waits, alerts first, then the oldest; no CHW's does."""

from tests.rig.stage import Stage

CHW, SUPERVISOR, FACILITY, DISTRICT = (f"+265991000{n}" for n in ("001", "101", "201", "301"))
DANGER = "CCM A14 S1 D0 M3 P0 T0"


def lines(stage: Stage, phone: str) -> list[str]:
    stage.phone = phone
    return stage.dial().text.split("\n")[1:]


def test_alerts_come_first_then_the_oldest_of_all_kinds(stage: Stage):
    stage.send(CHW, "STOCK F2 N0")
    stage.move(minutes=2)
    stage.send(CHW, DANGER)
    stage.move(minutes=2)
    stage.send(CHW, "RAPPEL B1 W1")
    for phone, kinds in ((FACILITY, ["Alert", "Medicine"]), (SUPERVISOR, ["Alert", "Call"])):
        shown = lines(stage, phone)
        assert [shown[0], shown[-1]] == ["Waits for you:", "0 Menu"]
        assert [one.split(" ")[1] for one in shown[1:-1]] == kinds


def test_picking_answers_nothing_yet(stage: Stage):
    stage.send(CHW, DANGER)
    lines(stage, FACILITY)
    assert "1 Yes, I act on it" in stage.keys("1").text
    stage.drop()
    assert stage.rows("SELECT state FROM alert")[0].state == "raised"
    assert lines(stage, FACILITY)[0] == "Waits for you:"
    assert "is told that you have seen" in stage.keys("1", "1").text
    assert lines(stage, FACILITY)[0] == "Nothing waits for you."


def test_what_somebody_else_answered_waits_no_more(stage: Stage):
    stage.send(CHW, DANGER)
    stage.send(FACILITY, "OK")
    assert lines(stage, SUPERVISOR)[0] == "Nothing waits for you."


def test_neither_a_chw_nor_who_was_not_told_has_such_a_list(stage: Stage):
    stage.send(CHW, DANGER)
    assert "Waits for you:" not in lines(stage, CHW)
    assert lines(stage, DISTRICT)[0] == "Nothing waits for you."
