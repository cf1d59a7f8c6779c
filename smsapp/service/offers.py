"""What a person may pick from: lists that are filled when they are shown, and kept in `given`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from smsapp.flow.given import Item
from smsapp.flow.model import MAX_CHOICES, Flow
from smsapp.runtime import Runtime
from smsapp.service import alerts, deaths, people, queries, recalls, supply, tasks
from smsapp.service.errands import asked_items, day_items, sent_items, whom_items
from smsapp.service.naming import dropped, language_name, local_time, named, when_seen
from smsapp.service.numbers import tail
from smsapp.service.people import language_of
from smsapp.service.referred import referred_items
from smsapp.service.registering import village_items
from smsapp.service.team import out_items, silent_items
from smsapp.service.uses import used_items
from smsapp.service.visits import team_items, unconfirmed_items, waiting_items
from smsapp.service.waits import Waiting, waiting_for
from smsapp.store import catchment
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store import signals as signal_store
from smsapp.store.people import Person
from smsapp.store.queries import Asked, Query

FOLLOWED_FOR = timedelta(days=14)  # an answered alert can be picked so long: programme's choice
CHILDREN_SINCE = timedelta(days=30)  # who died later is told without the case: programme's choice
Items = tuple[Item, ...]
Offer = Callable[[Runtime, Connection, Person], Items]


def offered(rt: Runtime, db: Connection, person: Person, flow: Flow | None) -> dict[str, Items]:
    """The lists that this flow shows or tests, as they stand for this person now."""
    names = flow.lists_read if flow else ()
    person = replace(person, language=language_of(rt, person))
    return {
        name: OFFERS[name][1](rt, db, person)
        for name in names
        if name in OFFERS and person.role in OFFERS[name][0]
    }


def _drafts(rt: Runtime, db: Connection, person: Person) -> Items:
    found = draft_store.drafts_of(db, person.id, rt.now())
    return tuple(Item(str(one.id), dropped(rt, person.language, one, found)) for one in found)


def _tests(rt: Runtime, db: Connection, person: Person) -> Items:
    return tuple(
        Item(one.ref, named(rt, person.language, one.answers, one.opened_at, one.seen_on))
        for one in store.waiting(db, person.id)
    )


def _alerts(rt: Runtime, db: Connection, person: Person, since: datetime | None = None) -> Items:
    return tuple(
        Item(one.ref, _item(rt, person.language, one.ref, one.place_short, one.raised_at))
        for one in alerts.open_alerts(db, person, since)
    )


def _followed(rt: Runtime, db: Connection, person: Person) -> Items:
    """The alerts that are not closed; what was answered long ago is no longer offered."""
    return _alerts(rt, db, person, rt.now() - FOLLOWED_FOR)


def _signals(rt: Runtime, db: Connection, person: Person) -> Items:
    return tuple(
        Item(one.ref, _item(rt, person.language, one.ref, one.place_short, one.raised_at))
        for one in signal_store.open_under(db, person.place_id, training=person.training)
    )


def _villages(_rt: Runtime, db: Connection, person: Person) -> Items:
    found = catchment.villages(db, person.place_id)
    return tuple(Item(one.code, one.short) for one in found[:MAX_CHOICES])


def _requests(rt: Runtime, db: Connection, person: Person) -> Items:
    return tuple(
        Item(one.ref, _item(rt, person.language, one.ref, one.place_short, one.requested_at))
        for one in supply.open_requests(db, person, rt.now())
    )


def _packing(rt: Runtime, db: Connection, person: Person) -> Items:
    """The same; the key says that picking one opens it."""
    return tuple(Item(f"orders:{one.key}", one.text) for one in _requests(rt, db, person))


def _children(rt: Runtime, db: Connection, person: Person) -> Items:
    """The children she reported lately; the last item stands for another child."""
    items = tuple(
        Item(one.ref, named(rt, person.language, one.answers, one.opened_at, one.seen_on))
        for one in store.children_of(db, person.id, rt.now() - CHILDREN_SINCE)
    )
    return (*items, _none(rt, person)) if items else ()


def _deaths(rt: Runtime, db: Connection, person: Person) -> Items:
    """The deaths she told lately; the last item stands for another one."""
    language = person.language
    told = deaths.recent_deaths(rt, db, person)
    times = {one.ref: when_seen(rt, language, one.told_at) for one in told}
    items = tuple(
        Item(ref, rt.flows.say("item.death", language, time=time, ref=ref))
        for ref, time in times.items()
    )
    return (*items, _none(rt, person)) if items else ()


def _none(rt: Runtime, person: Person) -> Item:
    return Item("none", rt.flows.say("item.none", person.language))


def _tasks(rt: Runtime, db: Connection, person: Person) -> Items:
    """What is due today; the key says what picking it opens."""
    due = tuple(_task(rt, person, one) for one in tasks.due(rt, db, person))
    visits = (replace(one, key=f"visited:{one.key}") for one in waiting_items(rt, db, person))
    recalled = (replace(one, key=f"recall:{one.key}") for one in _recalls(rt, db, person))
    asked = (replace(one, key=f"done:{one.key}") for one in asked_items(rt, db, person))
    return (*recalled, *due, *visits, *asked)


def _recalls(rt: Runtime, db: Connection, person: Person) -> Items:
    """Lots called back that this person has not answered yet: they come before all else."""
    found = [one.recall for one in recalls.waiting(db, person)]
    return tuple(Item(one.ref, recalls.said(rt, one, person.language)) for one in found)


def _task(rt: Runtime, person: Person, one: tasks.Due) -> Item:
    what = named(rt, person.language, one.answers, one.opened_at, one.seen_on)
    said = rt.flows.say(f"item.task_{one.kind}", person.language, what=what)
    return Item(f"{one.kind}:{one.ref}", said)


def _queries(rt: Runtime, db: Connection, person: Person) -> Items:
    """`482913 Esther not paid 3d`: only on the screen of the desk."""
    asked = queries.waiting_for(db, person, "desk")
    return tuple(_asked(rt, person, one, f"about.{one.query.about or 'pay'}") for one in asked)


def _calls(rt: Runtime, db: Connection, person: Person) -> Items:
    asked = queries.waiting_for(db, person, "call")
    return tuple(_asked(rt, person, one, f"about.{one.query.about}") for one in asked)


def _numbers(rt: Runtime, db: Connection, person: Person) -> Items:
    return tuple(
        _asked(rt, person, one, "about.number", tail=tail(one.query.phone))
        for one in queries.waiting_for(db, person, "number")
    )


def _waits(rt: Runtime, db: Connection, person: Person) -> Items:
    """What waits for an answer of theirs, oldest first; the key says what picking it opens."""
    return tuple(_wait(rt, person.language, one) for one in waiting_for(db, person, rt.now()))


def _wait(rt: Runtime, language: str, one: Waiting) -> Item:
    values = {"ref": one.ref, "name": one.whose, "time": when_seen(rt, language, one.at)}
    if one.query:
        about = "number" if one.flow == "numbers" else one.query.about or "pay"
        values["what"] = rt.flows.say(f"about.{about}", language, tail=tail(one.query.phone))
        values["days"] = str(queries.days(one.query, rt.now()))
    said = rt.flows.say(f"item.waits_{one.flow}", language, **values)
    return Item(f"{one.flow}:{one.ref}", said)


def _asked(rt: Runtime, person: Person, one: Asked, word: str, **more: str) -> Item:
    query, language = one.query, person.language
    what = rt.flows.say(word, language, **more)
    days = queries.days(query, rt.now())
    values = {"ref": query.ref, "chw": one.chw_short, "what": what, "days": days}
    return Item(query.ref, rt.flows.say("item.query", language, **values))


def _news(rt: Runtime, db: Connection, person: Person) -> Items:
    """What the desk answered, in her language."""
    return tuple(
        Item(
            one.ref,
            rt.flows.say("item.news", person.language, ref=one.ref, what=_said(rt, person, one)),
        )
        for one in queries.answered_of(db, person)
    )


def _said(rt: Runtime, person: Person, query: Query) -> str:
    return rt.flows.say(f"answer.{query.answer}", person.language)


def _languages(rt: Runtime, _db: Connection, person: Person) -> Items:
    return tuple(Item(code, language_name(rt, code)) for code in people.languages(rt, person))


def _item(rt: Runtime, language: str, ref: str, place: str, at: datetime) -> str:
    return rt.flows.say("item.alert", language, ref=ref, place=place, time=local_time(rt, at))


CHW, ANSWERERS = ("chw",), ("supervisor", "facility", "district", "operator")
OFFERS: dict[str, tuple[tuple[str, ...], Offer]] = {  # name: the roles that have it, and its items
    "drafts": (CHW, _drafts),
    "tests": (CHW, _tests),
    "children": (CHW, _children),
    "deaths": (CHW, _deaths),
    "tasks": (CHW, _tasks),
    "recalls": ((*CHW, "facility"), _recalls),
    "waits": ((*ANSWERERS, "desk"), _waits),
    "alerts": (ANSWERERS, _alerts),
    "followed": (ANSWERERS, _followed),
    "referred": (("supervisor", "facility", "district"), referred_items),
    "requests": (ANSWERERS, _requests),
    "packing": (ANSWERERS, _packing),
    "queries": (("desk",), _queries),
    "news": (CHW, _news),
    "calls": (ANSWERERS, _calls),
    "numbers": (ANSWERERS, _numbers),
    "languages": ((*CHW, *ANSWERERS, "desk"), _languages),
    "signals": (("district",), _signals),
    "silent": (("supervisor",), silent_items),
    "out": (("supervisor",), out_items),
    "used": (("supervisor",), used_items),
    "team": (("supervisor",), team_items),
    "visits": (CHW, waiting_items),
    "whom": (("supervisor",), whom_items),
    "days": (("supervisor",), day_items),
    "asked": (CHW, asked_items),
    "sent": (("supervisor", "desk"), sent_items),
    "unconfirmed": (("district",), unconfirmed_items),
    "villages": (CHW, _villages),
    "communities": (("supervisor",), village_items),
}
