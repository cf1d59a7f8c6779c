"""What is known of a person when she begins: her flows, whom she reaches, what waits for her."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter
from sqlalchemy import Connection

from smsapp.flow.given import Given, Item
from smsapp.flow.model import Flow
from smsapp.flow.screen import FIRST
from smsapp.runtime import Runtime
from smsapp.service import months, people
from smsapp.service.believed import given_asked, given_stock
from smsapp.service.caller import DOUBT, OWN, Line
from smsapp.service.known import known_in, known_names
from smsapp.service.naming import local_time
from smsapp.service.offers import offered
from smsapp.store import reports as store
from smsapp.store.drafts import Draft
from smsapp.store.people import Person
from smsapp.store.reports import Report

MISTAKE_SECONDS = 300  # danger may be called a mistake this long: plan, section 4
OF_PLACES = frozenset({"villages"})  # lists that say nothing of a person
GIVEN = TypeAdapter(Given)
CODED = frozenset({"villages", "news"})
Face = Literal["ussd", "sms"]


def given_at_dial(
    rt: Runtime, db: Connection, person: Person, face: Face, line: Line = OWN
) -> Given:
    """What her menu rests on. On another's phone: reporting alone, and nothing of hers is shown."""
    return Given(
        language=people.language_of(rt, person),
        role=person.role,
        training=person.training,
        guided=person.guided,
        face=face,
        unverified=line.borrowed,
        flows=tuple(_open_flows(rt, db, person, line)),
        values=_values(rt, db, person, line),
        lists=_lists(rt, db, person, rt.flows.flows.get("menu"), line) if face == "ussd" else {},
    )


def _lists(
    rt: Runtime, db: Connection, person: Person, flow: Flow | None, line: Line
) -> dict[str, tuple[Item, ...]]:
    """What waits for her; on another's phone nothing does."""
    if line.borrowed:
        return dict.fromkeys(flow.lists_read if flow else (), ())
    return offered(rt, db, person, flow)


def _open_flows(rt: Runtime, db: Connection, person: Person, line: Line) -> Iterator[str]:
    """What she may begin. A desk is asked only where there is one: else nothing hints at it.

    What is private is begun on a phone that is hers alone.
    """
    for name in rt.flows.served(person.role, person.language, training=person.training):
        flow = rt.flows.flows[name]
        if flow.private and (line.shared or line.borrowed):
            continue
        if line.borrowed and not (flow.id == FIRST or flow.calls_help):
            continue
        asked = flow.asked_roles if flow.private else ()
        if not asked or people.contacts(db, person, asked, rt.now()):
            yield name


def given_by_sms(rt: Runtime, db: Connection, person: Person, flow: Flow, base: Given) -> Given:
    """What one flow rests on in an SMS: of its lists those whose things are typed."""
    lists = {name: offered(rt, db, person, flow)[name] for name in CODED & flow.lists_read}
    given = given_of_month(rt, db, person, flow, given_in(rt, flow, base), rt.now())
    return given_stock(rt, db, person, flow, replace(given, lists=lists))


def given_of_month(
    rt: Runtime, db: Connection, person: Person, flow: Flow, given: Given, moment: datetime
) -> Given:
    """What an SMS about the month of this moment rests on; for any other flow nothing is added."""
    if flow.id != months.FLOW:
        return given
    known = months.known_of_month(rt, db, person, given.language, moment)
    return replace(given, values=given.values | known)


def given_begun(rt: Runtime, db: Connection, person: Person, flow: Flow, given: Given) -> Given:
    """What one flow rests on now that it begins: its lists as they stand, what only it tells."""
    if given.unverified:
        places = {name: offered(rt, db, person, flow)[name] for name in flow.lists_read & OF_PLACES}
        nothing: dict[str, tuple[Item, ...]] = dict.fromkeys(flow.lists_read, ())
        return replace(given, lists=nothing | places)
    lists = offered(rt, db, person, flow) | given.lists
    picked = str(given.answers.get(flow.picks, ""))
    values = given.values | known_in(rt, db, person, flow, given.language, picked)
    given = replace(given, lists=lists, values=values)
    given = given_asked(rt, db, person, flow, given, given.answers)
    return given_stock(rt, db, person, flow, given)


def given_in(rt: Runtime, flow: Flow, base: Given, **more: Any) -> Given:
    """What one flow rests on, in the language in which she may have it."""
    language = rt.flows.language(flow, base.language, training=base.training)
    params = {name: param.value for name, param in flow.params.items()}
    chosen = rt.settings.flow_params
    params |= {
        name: chosen[f"{flow.id}.{name}"] for name in params if f"{flow.id}.{name}" in chosen
    }
    return replace(base, language=language or base.language, params=params, **more)


def given_again(rt: Runtime, flow: Flow, draft: Draft, base: Given) -> Given:
    """What a dropped filling rests on: what was offered and in force then, whom she has now.

    A mistake can be taken back for five minutes only.
    """
    kept = read_given(json.dumps(draft.given))
    again = replace(given_in(rt, flow, base), params=kept.params, lists=kept.lists)
    names = (*known_names(flow), *(f"last_{ask.product}" for ask in flow.asks if ask.product))
    told = {name: kept.values[name] for name in names if name in kept.values}
    again = replace(again, answers=kept.answers, values=again.values | told)
    again = replace(again, products=kept.products, most=kept.most)
    again = replace(again, begun=kept.begun, guided=kept.guided)
    if rt.now() - draft.began_at > timedelta(seconds=MISTAKE_SECONDS):
        values = {name: value for name, value in again.values.items() if name != "mistake"}
        return replace(again, values=values)
    return again


def read_given(stored: str) -> Given:
    """What was written with `write_given`, or kept with a draft."""
    return GIVEN.validate_json(stored)


def write_given(given: Given) -> str:
    """As JSON."""
    return GIVEN.dump_json(given).decode()


def answers_to_amend(flow: Flow, report: Report) -> dict[str, Any]:
    """The answers of a report that waits, without those that are to be given now."""
    asked = {
        ask.id
        for ask in flow.asks
        if ask.again or (ask.waits and report.answers.get(ask.id) in ask.waits)
    }
    return {name: value for name, value in report.answers.items() if name not in asked}


def answers_kept(flow: Flow, report: Report) -> dict[str, Any]:
    """The answers of a report that waits, where a new one may come or not: what waits waits on."""
    again = {ask.id for ask in flow.asks if ask.again}
    return {name: value for name, value in report.answers.items() if name not in again}


def _values(rt: Runtime, db: Connection, person: Person, line: Line) -> dict[str, str]:
    """What fills placeholders; what is not known is left out, and flows may ask for that."""
    now = rt.now()
    phone = people.help_phone(rt, db, person)
    values = {
        "chw": person.short + (DOUBT if line.borrowed else ""),
        "chw_phone": line.phone or person.phone,
        "place": person.place_short,
        "phone": phone,
        "help": phone,
        "hotline": rt.settings.hotline_phone or rt.settings.help_phone,
        "code": rt.settings.service_code,
        "country": rt.settings.country,
        "mistake": "1",
    }
    for one in people.contacts(db, person, ["supervisor", "facility"], now):
        if one.role == "facility":
            values.setdefault("facility", one.place_short)
        else:
            values.setdefault("name", one.short)
    if line.borrowed:
        return values
    since = now - timedelta(seconds=rt.settings.resume_seconds)
    own = [flow.id for flow in rt.flows.flows.values() if flow.reports]
    last = store.last_closed(db, person.id, since, own)
    if last and last.closed_at:
        values |= {"last_ref": last.ref, "last_time": local_time(rt, last.closed_at)}
    return values
