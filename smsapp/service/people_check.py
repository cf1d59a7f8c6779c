"""What is wrong with the people of a programme, a line each, with its cure. Nothing is changed."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy import Connection

from smsapp.phone import mask
from smsapp.runtime import Runtime
from smsapp.store import people_check as store
from smsapp.store.people_check import Supervised

IMPORT = "then smsapp people import"
LATELY = timedelta(days=30)  # in which reports from another's phone are counted
Check = Callable[[Runtime, Connection], Iterator[str]]


def check_people(rt: Runtime) -> list[str]:
    """Everything that is found, in the order of the docs."""
    with rt.read() as db:
        return [line for check in CHECKS for line in check(rt, db)]


def _shared(_rt: Runtime, db: Connection) -> Iterator[str]:
    for phone, codes in store.shared_numbers(db).items():
        who = ", ".join(codes)
        yield f"{mask(phone)}: {who} share it; each SMS begins with a code, or give each her own"


def _several(_rt: Runtime, db: Connection) -> Iterator[str]:
    for code, phones in store.several_numbers(db).items():
        shown = ", ".join(mask(phone) for phone in phones)
        yield f"{code}: has {len(phones)} numbers ({shown}); is each still hers? See column phone"


def _supervised(_rt: Runtime, db: Connection) -> Iterator[str]:
    for one in store.supervised_badly(db):
        cure = f"fill in column supervisor, {IMPORT}"
        yield f"{one.code}: {_why_badly(one)}; {cure}"


def _why_badly(one: Supervised) -> str:
    elsewhere = "her alerts go to the facility"
    if one.boss is None:
        return f"no supervisor; {elsewhere}"
    if one.herself:
        return f"is her own supervisor; {elsewhere}"
    if not one.active:
        return f"supervisor {one.boss} has left; {elsewhere}"
    if not one.reached:
        return f"supervisor {one.boss} has no phone; {elsewhere}"
    if one.apart:
        return f"only one of her and supervisor {one.boss} is in training; {elsewhere}"
    return f"{one.boss}, who has her, is {one.role}: no digest and no menu of CHWs"


def _borrowing(rt: Runtime, db: Connection) -> Iterator[str]:
    for code, count in store.reported_elsewhere(db, rt.now() - LATELY).items():
        cure = "is her own number right? See column phone"
        many = "1 report" if count == 1 else f"{count} reports"
        yield f"{code}: {many} from another's phone in {LATELY.days} days; {cure}"


def _deputies(_rt: Runtime, db: Connection) -> Iterator[str]:
    for code in store.without_deputy(db):
        yield f"{code}: supervisor without a deputy; fill in column deputy, {IMPORT}"


def _places(_rt: Runtime, db: Connection) -> Iterator[str]:
    for kind in ("facility", "district"):
        for code in store.places_without(db, kind, kind):
            yield f"{code}: {kind} without a phone; add a person of role {kind} there, {IMPORT}"


def _ladders(rt: Runtime, db: Connection) -> Iterator[str]:
    for role in unheld(rt, db):
        yield f"{role}: ladders or flows tell this role and nobody has it; add somebody, {IMPORT}"


def unheld(rt: Runtime, db: Connection) -> list[str]:
    """Roles that ladders and flows tell, and that nobody in the whole programme has.

    Of deputies every supervisor has her own: `_deputies` names those who have none.
    """
    asked = {role for flow in rt.flows.flows.values() for one in flow.effects for role in one.roles}
    for rungs in rt.flows.ladders.ladder.values():
        asked |= {role for rung in rungs for role in rung.tell}
    return sorted(asked - store.roles_held(db) - {"deputy"})


def _silent(rt: Runtime, db: Connection) -> Iterator[str]:
    days = rt.settings.number_days
    for one in store.silent_numbers(db, rt.now() - timedelta(days=days)):
        day = f"{one.heard_at:%Y-%m-%d}"
        yield f"{one.code}: not heard on a number since {day}; call her, or correct column phone"


def _left(_rt: Runtime, db: Connection) -> Iterator[str]:
    for code, things in store.left_with(db).items():
        what = ", ".join(things)
        yield f"{code}: has left with open {what}; smsapp people leave {code} --successor CODE"
    for what, ref in store.nobodys(db):
        cure = "give the place a person who answers, or a supervisor to the CHW"
        yield f"{what} {ref}: everybody who was told has left; {cure}, {IMPORT}"


def _who(_rt: Runtime, db: Connection) -> Iterator[str]:
    count = store.waiting_for_who(db)
    if count:
        yield f"{count} SMS of shared phones wait for the word who sent them; call those who share"


CHECKS: tuple[Check, ...] = (
    _shared,
    _several,
    _borrowing,
    _supervised,
    _deputies,
    _places,
    _ladders,
    _silent,
    _left,
    _who,
)
