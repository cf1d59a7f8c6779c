"""What somebody said of an alert on the telephone: an operator writes it down, and it is done as if
that person had sent it by SMS.

An operator answers no alert herself, for she stands on no ladder. What may be said, who is told and
what is kept are as for the person she names, who gets the same answer by SMS.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row

from smsapp.flow.judge import judge
from smsapp.flow.model import Answers, Ask, Flow
from smsapp.flow.reading import Reading
from smsapp.runtime import Runtime
from smsapp.service import alerts, outbox, people, reports
from smsapp.service.given import given_at_dial, given_in
from smsapp.service.tell_chw import SIGNAL
from smsapp.service.texted import tell
from smsapp.store import alerts as store
from smsapp.store.alerts import Alert
from smsapp.store.audit import add_audit
from smsapp.store.people import Person, people_by_ids, person_by_id

LANGUAGE = "en"  # of the console
SEEN, ENDS, VILLAGE = "alerts", "close", "dismiss"  # the flows that say something of an alert
STEPS = ("verified", "responded")  # what `close` says of any alert: it goes on
DONE = ("done", "untold")
By = tuple[str, str, str]  # actor, reason, network address


class NotDone(Exception):
    """Nothing was done; `outcome` says why."""

    def __init__(self, outcome: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True)
class Saying:
    """Something that can be said of an alert: a choice of a flow, with its words."""

    name: str  # `close:treated`
    text: str


@dataclass(frozen=True)
class AlertPage:
    """One alert, who was told, what happened, who may answer it and what they may say."""

    alert: Alert
    chw: Person | None
    told: tuple[Row[Any], ...]
    history: tuple[Row[Any], ...]
    people: dict[int, Person]  # who is named in them
    answerers: tuple[Person, ...]
    sayings: tuple[Saying, ...]

    @property
    def is_signal(self) -> bool:
        return self.alert.kind == SIGNAL


def page(rt: Runtime, alert_id: int) -> AlertPage | None:
    """All that an operator sees of an alert. None: there is none of this id."""
    with rt.read() as db:
        alert = store.find(db, alert_id)
        if alert is None:
            return None
        told, history = store.told(db, alert.id), store.events(db, alert.id)
        ids = {one.person_id for one in (*told, *history)} - {None}
        return AlertPage(
            alert,
            person_by_id(db, alert.person_id, rt.now()),
            tuple(told),
            tuple(history),
            {one.id: one for one in people_by_ids(db, ids, rt.now())},
            tuple(_answerers(rt, db, alert, told)) if alert.state != "closed" else (),
            tuple(_sayings(rt, alert)),
        )


def _answerers(
    rt: Runtime, db: Connection, alert: Alert, told: Sequence[Row[Any]]
) -> Iterator[Person]:
    """Who was told, and who will be: whoever of them may say something of it by SMS."""
    chw = person_by_id(db, alert.person_id, rt.now())
    roles = [role for rung in alert.ladder for role in rung["roles"]]
    above = people.contacts(db, chw, roles, rt.now()) if chw else []
    heard = people_by_ids(db, [one.person_id for one in told], rt.now())
    for one in {one.id: one for one in (*heard, *above)}.values():
        meant = alerts.named(rt, db, one, alert.ref) if one.active else []
        if meant and all(each.report_id == alert.report_id for each in meant):  # no other's ref
            yield one


def _sayings(rt: Runtime, alert: Alert) -> Iterator[Saying]:
    """That it was seen, while nobody has said so; what became of it. Nothing of a closed one."""
    if alert.state == "closed":
        return
    known = [SEEN] if alert.state == "raised" else []
    for name in (*known, VILLAGE, ENDS) if alert.kind == SIGNAL else (*known, ENDS):
        flow = rt.flows.flows.get(name)
        for choice in _what(flow).choices if flow else ():
            if not (name == ENDS and alert.kind == SIGNAL and choice.id not in STEPS):
                yield Saying(f"{name}:{choice.id}", choice.text[LANGUAGE])


def _what(flow: Flow) -> Ask:
    """The ask that says what became of it."""
    return next(ask for ask in flow.asks if ask.kind == "one")


def write(rt: Runtime, alert_id: int, person_id: int, saying: str, by: By, once: str) -> None:
    """Do what this person said. `once` makes the same form sent twice one. Raises NotDone.

    What comes to nothing leaves nothing: the person named then hears nothing either.
    """
    with rt.begin() as db:
        alert = store.find(db, alert_id)
        if alert is None or saying not in {one.name for one in _sayings(rt, alert)}:
            raise NotDone("over")
        told = store.told(db, alert.id)
        person = next((o for o in _answerers(rt, db, alert, told) if o.id == person_id), None)
        if person is None:
            raise NotDone("not_yours")
        _record(rt, db, person, alert, saying, once)
        actor, reason, address = by
        add_audit(
            db, rt.now(), actor=actor, action="alert_said", object=f"alert:{alert.id}",
            after=f"{saying} by person:{person.id}", reason=reason, address=address,
        )  # fmt: skip


def _record(
    rt: Runtime, db: Connection, person: Person, alert: Alert, saying: str, once: str
) -> None:
    """One report of the flow, as her SMS would make it, and her answer by SMS."""
    name, _, choice = saying.partition(":")
    flow = rt.flows.flows[name]
    answers: Answers = {flow.effects[0].ask: alert.ref, _what(flow).id: choice}
    given = given_in(rt, flow, given_at_dial(rt, db, person, "sms"), answers=answers)
    filling = reports.Filling(
        flow=flow,
        origin=f"console:{once}:1",
        session=f"console:{once}",
        n=1,
        source="console",
        text_length=0,
        given=given,
        answers=answers,
        began_at=rt.now(),
    )
    try:
        saved = reports.record(rt, db, person, filling, finished=True)
    except reports.NotAllowed as wrong:
        raise NotDone("not_allowed") from wrong
    outcome = saved.outcomes.get(flow.effects[0].id, "already")
    if outcome not in DONE:
        raise NotDone(outcome)
    reading = Reading(answers, (), judge(flow, answers, given))
    said = tell(rt, filling, reading, saved.outcomes, {"ref": saved.ref, **saved.values})
    theirs = person.phone and not people.is_doubtful(rt, db, person)  # a name is in these words
    for number, text in enumerate(said.texts if theirs else ()):
        key = f"console:{once}:{number}"
        outbox.put(
            rt, db, key=key, kind="answer", phone=person.phone, text=text, person_id=person.id
        )
