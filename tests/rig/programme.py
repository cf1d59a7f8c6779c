"""A small programme of people who are not in training, and the words that reach them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import Engine, func, insert, select, update

from smsapp.channels.africastalking import AfricasTalking
from smsapp.flow.library import load_library
from smsapp.ref import make_ref
from smsapp.runtime import Runtime
from smsapp.service.alerts import raise_alert
from smsapp.service.places import import_places
from smsapp.service.roster import import_roster
from smsapp.settings import Settings
from smsapp.store.people import Person, person_by_code
from smsapp.store.tables import alert, alert_event, outbound, person, report
from tests.rig.running import Clock
from tests.rig.seeded import seed

PLACES = """code,name,kind,parent
MW,Malawi,country,
NK,Nkhotakota,district,MW
BUA,Bua HC,facility,NK
CHALO,Chalo,community,BUA
"""
PEOPLE = """code,name,phone,role,language,place,supervisor
sup,Grace,+265991000101,supervisor,en,BUA,
fac,Bua HC,+265991000201,facility,fr,BUA,
dis,Banda,+265991000301,district,en,NK,
chw,Esther,+265991000001,chw,en,CHALO,sup
eve,Eve,+265991000002,chw,fr,CHALO,sup
"""
WORDS = """
id = "words"
version = 1
languages = ["en", "fr"]
drafts = ["sw", "ny"]
[word]
training.text = {en = "TRAINING. Real child? Call {help}", fr = "EXERCICE. Appelez {help}"}
"alert.seen".text = {en = "Seen by {name} {time}. {ref}", fr = "Vu par {name} {time}. {ref}"}
"alert.doubtful".text = {en = "Alert {ref}, {place}. {code}", fr = "Alerte {ref}, {place}. {code}"}
"alert.no_answer".text = {en = "No answer yet. Go. Call {phone} {ref}", fr = "Allez. {phone} {ref}"}
"alert.nobody".text = {en = "Go. Call {phone} {ref}", fr = "Partez. Appelez {phone} {ref}"}
"alert.corrected".text = {en = "{ref} corrected. Call {chw} {phone}", fr = "{ref} {chw} {phone}"}
"request.ready".text = {en = "Ready at {place} {ref}", fr = "Pret a {place} {ref}"}
"request.stocked_out".text = {en = "{place} has none {ref}", fr = "{place} n'a rien {ref}"}
"order.out".text = {en = "{place} has none {ref}", fr = "{place} n'a rien {ref}"}
"order.out_many".text = {en = "{place} has none {ref}", fr = "{place} n'a rien {ref}"}
"request.cancelled".text = {en = "Not needed {ref}", fr = "Inutile {ref}"}
"remind.test_waited".text = {en = "Read the test {ref}", fr = "Lisez le test {ref}"}
"remind.overdue".text = {en = "Overdue: {overdue}", fr = "En retard: {overdue}"}
"overdue.test_waited".text = {en = "test", fr = "test"}
"""
REMINDERS = """
id = "reminders"
version = 1
[reminder.test_waited]
source = "a test"
lane = "urgent"
useful_for = 2
step = [
  {to = "chw", minutes = 0, text = "remind.test_waited"},
  {to = "chw", minutes = 40, text = "remind.test_waited"},
  {to = "supervisor", day = 1, text = "overdue.test_waited"},
]
[reminder.tip]
source = "a test"
nudge = true
useful_for = 2
step = [{to = "chw", minutes = 0, text = ""}]
"""
TEXTS = {
    "first": {"en": "ALERT Chalo", "fr": "ALERTE Chalo"},
    "climbed": {"en": "NO ANSWER Chalo", "fr": "SANS REPONSE Chalo"},
}
LADDER = [
    {"roles": ["supervisor", "facility"], "minutes": 15},
    {"roles": ["district"], "minutes": 30},
]


@dataclass
class Programme:
    """The programme with a clock; people are named by code, SMS by who gets them."""

    rt: Runtime
    clock: Clock

    def person(self, code: str) -> Person:
        with self.rt.read() as db:
            found = person_by_code(db, code, self.rt.now())
        assert found is not None
        return found

    def change(self, code: str, **values: Any) -> None:
        with self.rt.begin() as db:
            db.execute(update(person).where(person.c.code == code).values(values))

    def add_report(self, code: str = "chw", **values: Any) -> tuple[int, str]:
        """A report as the flow engine would have left it; gives its id and ref."""
        who, ref, now = self.person(code), make_ref(), self.rt.now()
        row = {
            "ref": ref,
            "person_id": who.id,
            "flow": "iccm",
            "version": 1,
            "source": "ussd",
            "state": "open",
            "training": who.training,
            "params": {},
            "answers": {},
            "classes": [],
            "place_id": who.place_id,
            "opened_at": now,
            "changed_at": now,
            **values,
        }
        with self.rt.begin() as db:
            return db.scalars(insert(report).values(row).returning(report.c.id)).one(), ref

    def alarm(self, code: str = "chw", ladder: Any = LADDER, n: int = 1) -> tuple[int, str, str]:
        """Raise an alert; gives its report, ref and outcome."""
        report_id, ref = self.add_report(code)
        with self.rt.begin() as db:
            outcome = raise_alert(
                self.rt,
                db,
                self.person(code),
                report_id,
                ref,
                kind="danger",
                texts=TEXTS,
                ladder=ladder,
                n=n,
            )
        return report_id, ref, outcome

    def heard(self, code: str) -> list[str]:
        """The SMS put to this person so far, in order, refs taken out."""
        query = select(outbound.c.text).where(outbound.c.person_id == self.person(code).id)
        with self.rt.read() as db:
            refs = set(db.scalars(select(report.c.ref)))
            texts = list(db.scalars(query.order_by(outbound.c.id)))
        for ref in refs:
            texts = [text.replace(ref, "REF") for text in texts]
        return texts

    def lose(self, code: str, **values: Any) -> None:
        """The network cannot bring this person's SMS."""
        values = values or {"state": "failed"}
        mine = outbound.c.person_id == self.person(code).id
        with self.rt.begin() as db:
            db.execute(update(outbound).where(mine).values(values))

    def alert(self) -> Any:
        """The latest alert's row."""
        with self.rt.read() as db:
            return db.execute(select(alert).order_by(alert.c.id.desc()).limit(1)).one()

    def happened(self) -> list[str]:
        """What happened to the latest alert, but for who was told."""
        query = select(alert_event.c.what).where(alert_event.c.alert_id == self.alert().id)
        with self.rt.read() as db:
            return [w for w in db.scalars(query.order_by(alert_event.c.id)) if w != "told"]

    def count(self, table: Any) -> int:
        with self.rt.read() as db:
            return db.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def words_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "words"
    folder.mkdir()
    (folder / "words.toml").write_text(WORDS, encoding="utf-8")
    (folder / "reminders.toml").write_text(REMINDERS, encoding="utf-8")
    return folder


@pytest.fixture
def empty_programme(
    make_settings: Callable[..., Settings], engine: Engine, words_folder: Path, clock: Clock
) -> Iterator[Programme]:
    """A Runtime with these words and nobody in its database."""
    settings = make_settings(flows_dir=words_folder, reminder_hour=0, reminder_until=24)
    redis = Redis.from_url(settings.redis)
    flows = load_library(words_folder)
    yield Programme(Runtime(settings, flows, AfricasTalking(settings), engine, redis, clock), clock)
    redis.close()


@pytest.fixture
def programme(empty_programme: Programme, tmp_path: Path) -> Programme:
    """Esther and Eve, their supervisor Grace, the facility of Bua, the district officer Banda."""
    seed(empty_programme.rt, "programme", lambda: _fill(empty_programme.rt, tmp_path))
    return empty_programme


def _fill(rt: Runtime, folder: Path) -> None:
    for job, text in ((import_places, PLACES), (import_roster, PEOPLE)):
        path = folder / "import.csv"
        path.write_text(text, encoding="utf-8")
        outcome = job(rt, path)
        assert outcome.problems == ()
