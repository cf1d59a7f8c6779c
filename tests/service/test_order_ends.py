"""What an order meets on its way, and the person at whom it ends."""

from pathlib import Path

from sqlalchemy import select

from smsapp.service.places import import_places
from smsapp.store.tables import place as place_table
from tests.rig.orders import answer, now, place
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme

OTHER = """code,name,kind,parent
MW,Malawi,country,
NK,Nkhotakota,district,MW
KAS,Kasitu HC,facility,NK
"""


def test_a_nurse_who_has_moved_answers_there_no_more(programme: Programme, tmp_path: Path):
    ref = place(programme)
    (tmp_path / "places.csv").write_text(OTHER)
    assert import_places(programme.rt, tmp_path / "places.csv").problems == ()
    with programme.rt.read() as db:
        kasitu = db.scalar(select(place_table.c.id).where(place_table.c.code == "KAS"))
    programme.change("fac", place_id=kasitu)
    assert answer(programme, "fac", ref).outcome == "not_yours"
    assert answer(programme, "fac", None).outcome == "none_open"
    assert now(programme, ref)[0] == "requested"
