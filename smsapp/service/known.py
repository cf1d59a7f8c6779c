"""What only one flow tells a person of herself, found when it begins: placeholder -> text."""

from collections.abc import Callable

from sqlalchemy import Connection

from smsapp.flow.model import Flow
from smsapp.runtime import Runtime
from smsapp.service import errands, months, queries, recalls, team, uses, which_order
from smsapp.service.naming import language_name
from smsapp.service.period import period_of
from smsapp.store.people import Person

Values = dict[str, str]
Known = Callable[[Runtime, Connection, Person, str], Values]
SHOWN = 3  # queries whose state stands on one screen


def known_in(
    rt: Runtime, db: Connection, person: Person, flow: Flow, language: str, picked: str
) -> Values:
    """What this flow says of her in her language, or of the one thing that she has picked."""
    if flow.id in PICKED and picked:
        return PICKED[flow.id][1](rt, db, person, picked)
    return KNOWN[flow.id][1](rt, db, person, language) if flow.id in KNOWN else {}


def known_names(flow: Flow) -> tuple[str, ...]:
    """What a dropped filling of this flow keeps as it was."""
    if flow.id in PICKED:
        return (*PICKED[flow.id][0], *(f"asked_{one}" for one in flow.named_products))
    return KNOWN[flow.id][0] if flow.id in KNOWN else ()


def _pay(rt: Runtime, db: Connection, person: Person, language: str) -> Values:
    """The month before this one, and how her queries stand."""
    now = rt.now()
    values = {"month": months.month_name(rt, period_of(rt, now).before, language)}
    for number, one in enumerate(queries.open_of(db, person)[:SHOWN], start=1):
        days = queries.days(one, now)
        values[f"query_{number}"] = rt.flows.say(
            f"query.{one.state}", language, ref=one.ref, days=days
        )
    return values


def _me(rt: Runtime, db: Connection, person: Person, _language: str) -> Values:
    """Her language, what is on, and whether somebody could approve a number."""
    values = {"language": language_name(rt, person.language)}
    flags = {
        "guided_on": person.guided,
        "tips_on": person.tips,
        "approver": queries.somebody(rt, db, person, "number"),
    }
    return values | {name: "1" for name, held in flags.items() if held}


def _month(rt: Runtime, db: Connection, person: Person, language: str) -> Values:
    """Which month she is asked about, and the visits of it on record."""
    return months.known_of_month(rt, db, person, language, rt.now())


KNOWN: dict[str, tuple[tuple[str, ...], Known]] = {  # flow: the names, and what finds them
    "pay": (("month", *(f"query_{number}" for number in range(1, SHOWN + 1))), _pay),
    "month": (("month", "visited"), _month),
    "team": (
        ("month", "asked", "heard", "visited", "alerts_open", "referrals", "closed"),
        team.month,
    ),
    "me": (("language", "guided_on", "tips_on", "approver"), _me),
}


def _lot(rt: Runtime, db: Connection, person: Person, ref: str) -> Values:
    """Which lot of what."""
    found = [one.recall for one in recalls.waiting(db, person) if one.recall.ref == ref]
    language = rt.flows.spoken(person.language, training=person.training)
    return {"name": recalls.name_of(rt, found[0], language), "lot": found[0].lot} if found else {}


PICKED: dict[str, tuple[tuple[str, ...], Callable[[Runtime, Connection, Person, str], Values]]] = {
    "orders": (("name", "to_pack", "to_approve"), which_order.shown),
    "recall": (("name", "lot"), _lot),
    "done": (("errand", "name", "date"), errands.asked_of),
    "sent": (("errand", "name", "date", "left"), errands.sent_by),
    "used": (("name", "day", "date", "used_all"), uses.used_by),
}
