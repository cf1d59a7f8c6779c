"""Importing people and places: by code, as offices write it, as often as they like."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from smsapp.flow.library import load_library
from smsapp.service.demonstration import seed_demonstration
from smsapp.service.people import contacts, help_phone, start_training
from smsapp.service.places import Outcome, import_places
from smsapp.service.roster import import_roster
from smsapp.store.holdings import held as products_held
from smsapp.store.people import people_by_phone, person_by_phone, without_supervisor
from smsapp.store.tables import audit, outbound, person, phone_number
from tests.rig.programme import Programme

FLOWS = Path(__file__).resolve().parents[2] / "flows"
HEAD = "code,name,phone,role,language,place,supervisor,training_until,active\n"


def roster(programme: Programme, tmp_path: Path, content: str | bytes, **how: bool) -> Outcome:
    path = tmp_path / "roster.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return import_roster(programme.rt, path, **how)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_as_spreadsheets_write_it(
    programme: Programme, tmp_path: Path, encoding: str, separator: str, end: str
):
    rows = ["Phone ,CODE,name,place,language,role", "0991000007,n,Zoé Ngoyé,CHALO,FR,chw"]
    content = end.join(row.replace(",", separator) for row in rows).encode(encoding)
    assert roster(programme, tmp_path, content).problems == ()
    with programme.rt.read() as db:
        found = person_by_phone(db, "+265991000007", programme.clock())
    assert found is not None
    assert (found.name, found.short, found.language) == ("Zoé Ngoyé", "Zoé Ngoyé", "fr")


def test_again_updates_by_code(programme: Programme, tmp_path: Path):
    programme.alarm()
    rows = "chw,Esther,+265991000002,chw,fr,CHALO,,,\neve,Eve,+265991000001,chw,fr,CHALO,sup,,\n"
    rows += "new,Nia Mwalwanda-Phiri,+265991000009,chw,en,BUA,sup,,no\n"
    rows += "sup,Grace,+265991000109,supervisor,en,BUA,,,\n"
    rows += "fac,Bua HC,+265991000201,facility,fr,BUA,,,\n"
    dry = roster(programme, tmp_path, HEAD + rows, dry_run=True)
    assert programme.count(person) == 5
    done = roster(programme, tmp_path, HEAD + rows)
    assert dry.rows == done.rows
    assert [(row.does, row.short) for row in done.rows] == [
        ("changed", "Esther"),
        ("changed", "Eve"),
        ("new", "Nia"),
        ("changed", "Grace"),
        ("same", "Bua HC"),
    ]
    assert [(one.line, one.column) for one in done.warnings] == [(2, "supervisor")]
    assert programme.person("chw").phone == "+265991000002"  # the two swapped
    assert programme.person("chw").supervisor_id is None
    assert programme.person("eve").phone == "+265991000001"
    assert not programme.person("new").active
    with programme.rt.read() as db:
        waiting = set(db.scalars(select(outbound.c.phone)))
        audited = list(db.scalars(select(audit.c.action).order_by(audit.c.id)))
        assert without_supervisor(db) == ["chw"]
    assert waiting == {"+265991000109", "+265991000201"}  # what waits follows her
    assert audited.count("change phone") == 3
    assert {row.does for row in roster(programme, tmp_path, HEAD + rows).rows} == {"same"}


def test_a_column_the_file_lacks_stays_as_it_was(programme: Programme, tmp_path: Path):
    start_training(programme.rt, "chw", 3)
    rows = "code,name,phone,role,language,place\nchw,Esther,0991000001,chw,en,CHALO\n"
    outcome = roster(programme, tmp_path, rows)
    assert ([row.does for row in outcome.rows], outcome.warnings) == (["same"], ())
    assert programme.person("chw").training
    assert programme.person("chw").supervisor_id == programme.person("sup").id


def test_training_ends_by_itself(programme: Programme, tmp_path: Path):
    last = programme.clock().date().isoformat()
    assert (
        roster(programme, tmp_path, f"{HEAD}chw,E,0991000001,chw,en,CHALO,sup,{last},").problems
        == ()
    )
    assert programme.person("chw").training
    programme.clock.move(days=2)
    assert not programme.person("chw").training
    assert start_training(programme.rt, "chw") is not None
    programme.clock.move(days=13)
    assert programme.person("chw").training
    programme.clock.move(days=2)
    assert not programme.person("chw").training
    assert start_training(programme.rt, "nobody") is None


def test_the_demonstration_programme(empty_programme: Programme):
    rt = empty_programme.rt
    assert seed_demonstration(rt)
    assert not seed_demonstration(rt)
    with rt.read() as db:
        chw = person_by_phone(db, "+265991000001", rt.now())
        assert chw is not None
        around = contacts(db, chw, ["supervisor", "facility", "district"], rt.now())
        assert help_phone(rt, db, chw) == "+265991000101"
        assert without_supervisor(db) == []
        marks = set(db.execute(select(person.c.training, person.c.training_until)))
    assert [one.phone for one in around] == ["+265991000101", "+265991000201", "+265991000301"]
    assert marks == {(True, None)}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_places_in_any_order_with_short_names(programme: Programme, tmp_path: Path):
    path = tmp_path / "places.csv"
    path.write_text(
        "code,name,kind,parent\nV,Mwansambo Lower Village,community,F\n"
        "F,Ngala Health Centre,facility,D\n"
        "D,Salima,district,MW\n",
        encoding="utf-8",
    )
    outcome = import_places(programme.rt, path)
    assert [(row.does, row.short) for row in outcome.rows] == [
        ("new", "Mwansambo"),
        ("new", "Ngala Health"),
        ("new", "Salima"),
    ]
    assert {row.does for row in import_places(programme.rt, path).rows} == {"same"}


WIDE = "code,name,phone,role,language,place,supervisor,deputy,shared,products\n"


def held(programme: Programme, code: str) -> list[str]:
    """The numbers that this person holds now."""
    query = select(phone_number.c.phone).where(
        phone_number.c.person_id == programme.person(code).id, phone_number.c.until.is_(None)
    )
    with programme.rt.read() as db:
        return list(db.scalars(query.order_by(phone_number.c.id)))


def test_several_numbers_and_one_shared(programme: Programme, tmp_path: Path):
    """The first is the one she is told on; she holds them all, and two hold one together."""
    rows = "chw,Esther,0991000001 / 0888 000 001 since 2026-01-05,chw,en,CHALO,sup,,yes,\n"
    rows += "eve,Eve,0991-000-001,chw,fr,CHALO,sup,,yes,\n"
    done = roster(programme, tmp_path, WIDE + rows)
    assert done.problems == ()
    assert held(programme, "chw") == ["+265991000001", "+265888000001"]
    assert held(programme, "eve") == ["+265991000001"]
    assert programme.person("chw").phone == "+265991000001"
    with programme.rt.read() as db:
        both = people_by_phone(db, "+265991000001", programme.clock())
        assert [one.code for one in both] == ["chw", "eve"]
        assert person_by_phone(db, "+265991000001", programme.clock()) is None
        second = phone_number.c.phone == "+265888000001"
        since = db.scalars(select(phone_number.c.since).where(second)).one()
    assert f"{since:%Y-%m-%d %H}" == "2026-01-04 22"  # midnight in Malawi
    again = roster(programme, tmp_path, WIDE + rows)
    assert {row.does for row in again.rows} == {"same"}
    as_they_are = "code,name,phone,role,language,place\neve,Eve,0991000001,chw,fr,CHALO\n"
    assert roster(programme, tmp_path, as_they_are).problems == ()


def test_who_leaves_holds_no_number(programme: Programme, tmp_path: Path):
    head = "code,name,phone,role,language,place,active\n"
    assert not roster(programme, tmp_path, head + "chw,E,0991000001,chw,en,CHALO,no\n").problems
    assert held(programme, "chw") == []
    assert not roster(programme, tmp_path, head + "new,Nia,0991000001,chw,en,CHALO,\n").problems
    assert held(programme, "new") == ["+265991000001"]


def test_deputies_and_products(programme: Programme, tmp_path: Path):
    rows = "sup,Grace,+265991000101,supervisor,en,BUA,,fac,,\n"
    rows += "chw,Esther,+265991000001,chw,en,CHALO,sup,,,zi LA\n"
    rt = replace(programme.rt, flows=load_library(FLOWS))
    path = tmp_path / "roster.csv"
    path.write_text(WIDE + rows)
    assert import_roster(rt, path).problems == ()
    assert programme.person("sup").deputy_id == programme.person("fac").id
    with rt.read() as db:
        assert products_held(db, programme.person("chw").id) == ("la", "zi")
    assert {row.does for row in import_roster(rt, path).rows} == {"same"}
    path.write_text((WIDE + rows).replace("zi LA", "").replace(",fac,", ",,"))
    assert [row.does for row in import_roster(rt, path).rows] == ["changed", "changed"]
    with rt.read() as db:
        assert products_held(db, programme.person("chw").id) == ()
    assert programme.person("sup").deputy_id is None
