"""What a supervisor sees of his own CHWs: who is silent, who is out of stock, his month."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from smsapp.flow.given import Item
from smsapp.runtime import Runtime
from smsapp.service.moments import at_hour
from smsapp.service.naming import when_seen
from smsapp.service.need import HISTORY, out_from
from smsapp.service.period import period_of
from smsapp.store import team as store
from smsapp.store import visits
from smsapp.store.holdings import held_by
from smsapp.store.people import Person
from smsapp.store.stock import may_be_out
from smsapp.store.team import Member

LOOKED_BACK = timedelta(days=90)  # what lies further back is shown without a day
NEVER = "-"  # in the place of a day
PICKED = "errand"  # the flow that picking one goes on to


def silent(
    rt: Runtime, db: Connection, team: Sequence[Member]
) -> list[tuple[Member, datetime | None]]:
    """Who has not been heard for so many days, the longest first. None: never, or long ago."""
    now = rt.now()
    heard = store.heard_since(db, [one.id for one in team], now - LOOKED_BACK)
    limit = now - timedelta(days=rt.settings.silent_days)
    found = [
        (one, heard.get(one.id))
        for one in team
        if heard.get(one.id, one.created_at) < limit  # a new CHW is not silent yet
    ]
    return sorted(found, key=lambda pair: pair[1] or now - LOOKED_BACK)


def out_of_stock(
    rt: Runtime, db: Connection, team: Sequence[Member]
) -> list[tuple[Member, datetime | None]]:
    """Who has none left of something she holds, the longest first: her ledger says so.

    Whether it was ordered or packed changes nothing: she has it when she counts it or receives it.
    """
    ids, now = [one.id for one in team], rt.now()
    held, since = held_by(db, ids), dict[int, datetime]()
    for (who, product), moves in may_be_out(db, ids, now - HISTORY, now).items():
        at = out_from(moves)
        if at and product in held.get(who, (product,)):
            since[who] = min(at, since.get(who, at))
    waiting = sorted((one for one in team if one.id in since), key=lambda one: since[one.id])
    return [(one, since[one.id]) for one in waiting]


def silent_items(rt: Runtime, db: Connection, person: Person) -> tuple[Item, ...]:
    """`Esther, 12/10`: the day she was heard last."""
    return _dated(rt, person, silent(rt, db, store.members(db, [person.id])))


def out_items(rt: Runtime, db: Connection, person: Person) -> tuple[Item, ...]:
    """`Esther, Tue`: the day since which she has none."""
    return _dated(rt, person, out_of_stock(rt, db, store.members(db, [person.id])))


def _dated(
    rt: Runtime, person: Person, found: Sequence[tuple[Member, datetime | None]]
) -> tuple[Item, ...]:
    return tuple(
        Item(f"{PICKED}:{one.code}", _item(rt, person.language, one, at)) for one, at in found
    )


def _item(rt: Runtime, language: str, one: Member, at: datetime | None) -> str:
    day = when_seen(rt, language, at) if at else NEVER
    return rt.flows.say("item.member", language, chw=one.short, time=day)


def month(rt: Runtime, db: Connection, person: Person, language: str) -> dict[str, str]:
    """His team's month so far: his own numbers, never one CHW against another."""
    period = period_of(rt, rt.now())
    since, until = at_hour(rt, period.first, 0), at_hour(rt, period.after.first, 0)
    ids = [one.id for one in store.members(db, [person.id]) if not one.apart]
    flows = [flow.id for flow in rt.flows.flows.values() if flow.reports]
    days = (period.first, period.last)
    visited = visits.confirmed_visits(db, ids, *days, training=person.training)
    referred, closed = store.referrals_between(db, ids, since, until)
    counts = {
        "asked": len(ids),
        "heard": store.reported_between(db, ids, since, until, flows),
        "visited": len(visited),
        "alerts_open": len(store.alerts_of(db, [person.id]).get(person.id, ())),
        "referrals": referred,
        "closed": closed,
    }
    said = {name: str(count) for name, count in counts.items()}
    return said | {"month": rt.flows.say(f"month.{period.month}", language)}
