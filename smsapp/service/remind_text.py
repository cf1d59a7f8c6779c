"""What a step of a chain says to the CHW herself."""

from datetime import timedelta

from sqlalchemy import Connection

from smsapp.flow.chains import Chain
from smsapp.runtime import Runtime
from smsapp.service.months import fed_back
from smsapp.service.naming import named
from smsapp.service.people import language_of
from smsapp.service.period import read_period
from smsapp.service.tips import tip_for
from smsapp.store.outbound import NewOutbound
from smsapp.store.people import Person
from smsapp.store.reminders import Reminder


def sms_for(rt: Runtime, db: Connection, one: Reminder, person: Person, phone: str) -> NewOutbound:
    """The SMS of this step, of use as long as its chain says. `phone`: whom she may call."""
    chain = rt.flows.chains[one.kind]
    return NewOutbound(
        key=f"reminder:{one.id}",
        kind="reminder",
        phone=person.phone,
        text=_text(rt, db, one, chain, person, phone),
        lane=chain.lane,
        person_id=person.id,
        expires_at=one.due_at + timedelta(hours=chain.useful_for),
    )


def _text(
    rt: Runtime, db: Connection, one: Reminder, chain: Chain, person: Person, phone: str
) -> str:
    if one.kind == "tip":
        said = tip_for(rt, person, one.due_at)
        return rt.flows.wrap(said, person.language, person.training, phone)
    values = {
        "ref": one.ref,
        "code": rt.settings.service_code,
        "place": person.place_short,
        "days": str(rt.settings.silent_days),
        "phone": phone,
    }
    if one.task_state and one.opened_at:
        language = language_of(rt, person)
        values["what"] = named(rt, language, one.answers, one.opened_at, one.seen_on)
    if one.kind == "own_month":
        values |= fed_back(rt, db, person, read_period(one.period), language_of(rt, person))
    word = chain.steps[one.step].text
    return rt.flows.sms(word, person.language, person.training, phone, **values)
