"""Who hears a query, who may answer it, and what becomes of it when people change."""

from datetime import timedelta

import pytest

from smsapp.flow.nearest import names_private, near_private
from smsapp.service import queries
from smsapp.service.people import contacts
from smsapp.service.roster import import_roster
from smsapp.store.people import person_by_phone
from tests.rig.stage import Stage

CHW, DESK, BOSS = "+265991000001", "+265991000501", "+265991000101"
HEAD = "code,name,phone,role,language,place,supervisor,training_until\n"


def roster(stage: Stage, tmp_path, *rows: str) -> tuple[str, ...]:
    path = tmp_path / "roster.csv"
    path.write_text(HEAD + "\n".join(rows), encoding="utf-8")
    return tuple(one.cure for one in import_roster(stage.rt, path).problems)


def desks_of(stage: Stage, phone: str = CHW) -> list[str]:
    with stage.rt.read() as db:
        person = person_by_phone(db, phone, stage.now)
        assert person
        return [one.code for one in contacts(db, person, ["desk"], stage.now)]


def told(stage: Stage) -> list[str]:
    """The codes of those who may answer the latest query."""
    return [
        row.code
        for row in stage.rows(
            "SELECT code FROM query_told JOIN person ON person.id = person_id "
            "WHERE query_id = (SELECT max(id) FROM query) ORDER BY code"
        )
    ]


def test_the_nearest_desk_hears_her(stage: Stage, tmp_path):
    assert desks_of(stage) == ["DEMO-401"]
    near = "D-2,Near Desk,+265991000502,desk,fr,DEMO-D1,,always"
    assert roster(stage, tmp_path, near) == ()
    assert desks_of(stage) == ["D-2"]
    real = "D-3,Real Desk,+265991000503,desk,en,DEMO-V1,,"
    assert roster(stage, tmp_path, real) == ()
    assert desks_of(stage) == ["D-2"]
    assert desks_of(stage, "+265992000001") == ["D-3"]


def test_no_desk_supervises_and_no_supervisor_is_a_desk(stage: Stage, tmp_path):
    row = "DEMO-001,Esther Demo,+265991000001,chw,en,DEMO-V1,DEMO-401,always"
    assert roster(stage, tmp_path, row) == ("this person is a desk; name a supervisor",)
    stage.write("UPDATE person SET role = 'desk' WHERE code = 'DEMO-101'")
    assert desks_of(stage) == ["DEMO-401"]
    assert desks_of(stage, "+265991000006") == ["DEMO-401"]


@pytest.mark.parametrize("change", ["active = false", "phone = NULL", "training = false"])
def test_where_no_desk_can_hear_nothing_is_offered(stage: Stage, change: str):
    stage.write(f"UPDATE person SET {change} WHERE role = 'desk'")
    stage.phone = CHW
    assert "ay" not in stage.dial("98").text
    assert "Type" in stage.press("8")[0].text
    stage.send(CHW, "PAY P3 W2")
    said = stage.rows("SELECT text FROM outbound ORDER BY id DESC LIMIT 1")[0].text
    assert "CCM" in said
    assert "PAY" not in said
    assert stage.rows("SELECT private FROM inbound")[0].private


def test_a_query_of_a_silent_desk_is_handed_to_one_who_is_heard(stage: Stage, tmp_path):
    stage.send(CHW, "PAY P3 W2")
    stage.silence(DESK, 91)
    assert queries.hand_over(stage.rt) == 1  # nobody can be told yet
    assert told(stage) == ["DEMO-401"]
    roster(stage, tmp_path, "D-2,Next Desk,+265991000502,desk,en,DEMO,,always")
    assert queries.hand_over(stage.rt) == 1
    assert told(stage) == ["D-2", "DEMO-401"]
    assert queries.hand_over(stage.rt) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_cannot_be_told_holds_up_nobody(stage: Stage):
    for words in ("PAY P3 W2", "CALLME B1 W1"):
        stage.send(CHW, words)
    stage.write("UPDATE person SET active = false WHERE code IN ('DEMO-401', 'DEMO-101')")
    assert queries.hand_over(stage.rt, at_once=1) == 2


def test_a_query_is_handed_to_the_next_desk(stage: Stage, tmp_path):
    stage.send(CHW, "PAY P3 W2")
    assert queries.hand_over(stage.rt) == 0
    roster(stage, tmp_path, "D-2,Next Desk,+265991000502,desk,en,DEMO,,always")
    stage.write("UPDATE person SET role = 'supervisor' WHERE code = 'DEMO-401'")
    ref = stage.rows("SELECT ref FROM query")[0].ref
    assert queries.hand_over(stage.rt) == 1
    assert told(stage) == ["D-2", "DEMO-401"]
    assert queries.hand_over(stage.rt) == 0
    last = stage.rows("SELECT text, private FROM outbound ORDER BY id DESC LIMIT 1")[0]
    assert last.private
    assert ref in last.text
    stage.send(DESK, f"ANS {ref} 1")
    assert stage.rows("SELECT state FROM query")[0].state == "received"
    stage.send("+265991000502", f"ANS {ref} 1")
    assert stage.rows("SELECT state FROM query")[0].state == "with_desk"


def test_the_same_hop_asks_and_answers_once(stage: Stage):
    stage.phone = CHW
    stage.dial()
    stage.keys("8", "3")
    first = stage.press("2", times=3)
    assert len({one.text for one in first}) == 1
    assert len(stage.rows("SELECT id FROM query")) == 1
    stage.phone = DESK
    stage.dial()
    stage.keys("1")
    assert len({one.text for one in stage.press("2", times=3)}) == 1
    stage.phone = CHW
    stage.dial()
    stage.keys("8", "1", "1", "1")
    assert len({one.text for one in stage.press("1", times=3)}) == 1
    keys = [row.key for row in stage.rows("SELECT key FROM outbound WHERE private")]
    assert len([key for key in keys if ":news:" in key]) == 1
    assert stage.rows("SELECT state FROM query")[0].state == "agreed"


def test_its_age_is_shown_to_both(stage: Stage):
    stage.send(CHW, "PAY P2 W2")
    stage.now += timedelta(days=9)
    stage.phone = CHW
    stage.dial()
    assert "received, 9 days" in stage.keys("8").text
    stage.phone = DESK
    stage.dial()
    assert "part paid 9d" in stage.keys("0", "3").text


@pytest.mark.parametrize(
    ("body", "private"),
    [
        ("PYA P1", True),
        ("PA P1", True),
        ("PAYE P1 W2", True),
        ("PAYMENT not come", True),
        ("paimement", True),
        ("please, my pay is late", True),
        ("AND 482913 1", True),
        ("CMC A14 S0", False),
        ("STOK F1", False),
        ("bonjour", False),
        ("482913", False),
        ("", False),
    ],
)
def test_a_misspelt_keyword_keeps_its_secret(stage: Stage, body: str, private: bool):
    flows = stage.rt.flows
    assert (names_private(flows, body) or near_private(flows, body)) is private


def test_a_new_number_takes_what_waits_and_leaves_no_other(stage: Stage):
    stage.send(CHW, "NUMBER 0991000077")
    ref = stage.rows("SELECT ref FROM query")[0].ref
    stage.send("+265991000102", f"YES {ref}")  # a supervisor, not hers
    stage.send(CHW, f"YES {ref}")  # not herself
    assert stage.rows("SELECT phone FROM person WHERE code = 'DEMO-001'")[0].phone == CHW
    stage.send(BOSS, f"YES {ref}")
    assert stage.rows("SELECT phone FROM person WHERE code = 'DEMO-001'")[0].phone.endswith("077")
    left = stage.rows("SELECT key FROM outbound WHERE state = 'queued' AND phone = :p", p=CHW)
    assert [row.key.split(":")[0] for row in left] == ["number.old"]
    changed = stage.rows("SELECT before, after FROM audit WHERE action = 'change phone'")
    assert [tuple(row) for row in changed] == [("+265…001", "+265…077")]
    stage.send(BOSS, f"NO {ref}")
    assert stage.rows("SELECT state FROM query")[0].state == "done"
