"""What a count obliges: one order of hers, in the place of what nobody has packed yet."""

from sqlalchemy import Connection

from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service import stock, supply
from smsapp.service.filled import Case, Done
from smsapp.store.people import lock, person_by_id


def request(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """The order that follows from what was counted; it takes the place of an open one.

    `packed` where nothing is ordered, because what she needs lies ready for her. It stays urgent
    while it holds what an urgent order of hers asked for.
    """
    lock(db, case.person.id)
    wanted = stock.wanted(rt, db, case, effect.ask)
    done.outcomes[effect.id], done.values["pack"] = "none", ""
    if wanted is None:
        return
    done.values["pack"] = stock.pieces(wanted.lines)
    origin = case.filling.origin
    instead = supply.replace(rt, db, case.person, case.report.id)
    outcome = supply.order(
        rt, db, case.person, case.report.id, case.report.ref, wanted.lines,
        urgent=effect.kind == "urgent" or wanted.urgent, again=origin, instead=instead,
    )  # fmt: skip
    ready = wanted.packed
    if wanted.lines:
        done.outcomes[effect.id] = outcome
    elif ready:
        by = person_by_id(db, ready.answered_by, rt.now()) if ready.answered_by else None
        done.outcomes[effect.id] = "packed"
        done.values |= {"packed_ref": ready.ref, "packed_at": by.place_short if by else ""}


def take_back(rt: Runtime, db: Connection, case: Case, _effect: Effect) -> None:
    """A correction asks for nothing any more."""
    supply.withdraw(rt, db, case.person, case.report.id)
