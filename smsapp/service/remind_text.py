"""What a step of a chain says to the CHW herself."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from smsapp.flow.chains import Chain
from smsapp.runtime import Runtime
from smsapp.service.months import fed_back, month_name
from smsapp.service.naming import named
from smsapp.service.people import language_of
from smsapp.service.period import read_period
from smsapp.service.tips import tip_for
from smsapp.store.outbound import NewOutbound
from smsapp.store.people import Person
from smsapp.store.reminders import Reminder

OWN_MONTH = "own_month"  # the chain that tells her own numbers


def own_months(
    rt: Runtime, db: Connection, due: Sequence[Reminder], people: Mapping[int, Person]
) -> dict[int, dict[str, str]]:
    """What those of these steps say that tell her own numbers, in a few statements for all."""
    told = [one for one in due if one.kind == OWN_MONTH]
    said: dict[int, dict[str, str]] = {}
    for name in {one.period for one in told}:
        period = read_period(name)
        hers = {one.person_id: one.id for one in told if one.period == name}
        found = fed_back(rt, db, [people[who] for who in hers], period)
        for who, values in found.items():
            month = month_name(rt, period, language_of(rt, people[who]))
            said[hers[who]] = {**values, "month": month}
    return said


def sms_for(
    rt: Runtime, one: Reminder, person: Person, phone: str, own: Mapping[str, str]
) -> NewOutbound:
    """The SMS of this step, of use as long as its chain says.

    `phone`: whom she may call. `own`: her own numbers, where it tells them.
    """
    chain = rt.flows.chains[one.kind]
    return NewOutbound(
        key=f"reminder:{one.id}",
        kind="reminder",
        phone=person.phone,
        text=_text(rt, one, chain, person, phone, own),
        lane=chain.lane,
        person_id=person.id,
        expires_at=one.due_at + timedelta(hours=chain.useful_for),
    )


def _text(
    rt: Runtime,
    one: Reminder,
    chain: Chain,
    person: Person,
    phone: str,
    own: Mapping[str, str],
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
        **own,
    }
    if one.task_state and one.opened_at:
        language = language_of(rt, person)
        values["what"] = named(rt, language, one.answers, one.opened_at, one.seen_on)
    word = chain.steps[one.step].text
    return rt.flows.sms(word, person.language, person.training, phone, **values)
