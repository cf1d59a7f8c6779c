"""What left a CHW's box beside what her reports of children say: shown to her before anybody else.

Used is counted between two of her counts; reported is an estimate, what the card gives to the
children of whom she told in that time. Who stands above her sees what a count has shown her.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from smsapp.flow.answerback import JOINT, MORE, whole_pieces
from smsapp.flow.fill import WIDTHS
from smsapp.flow.given import Item
from smsapp.flow.model import Effect
from smsapp.flow.treatments import OF, Treatment, facts_of
from smsapp.runtime import Runtime
from smsapp.service.filled import Case, Done
from smsapp.service.naming import local_day, when_seen
from smsapp.service.need import LEAST_DAYS
from smsapp.service.stock import Book, book
from smsapp.store import team
from smsapp.store import uses as store
from smsapp.store.people import Person
from smsapp.store.uses import Use

SHORTEST = timedelta(days=LEAST_DAYS)  # between the counts: shorter, one child changes too much
LOOKED_BACK = timedelta(days=90)  # what was shown before is history: three counts later
NOT_KNOWN = "-"  # absent is missing, never zero
OPENS = "used"  # the flow that picking a CHW goes on to


def compare(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """The effect `compare_use`: what this count says was used since an earlier one.

    `none` where no earlier count is far enough back, or where something was counted that the
    ledger did not know: what was used is then not known.
    """
    language = case.filling.given.language
    found = [] if done.values.get("more") else _uses(rt, db, case)
    said = whole_pieces((_piece(rt, one, language) for one in found), WIDTHS["used"])
    fits = said.removesuffix(MORE).split(JOINT)
    seen = [one for one in found if _piece(rt, one, language) in fits]
    about = (case.report.id, case.person.id)
    store.show(db, *about, seen, training=case.report.training)
    done.outcomes[effect.id] = "done" if seen else "none"
    done.values["used"] = said


def _uses(rt: Runtime, db: Connection, case: Case) -> list[Use]:
    """The medicines that this count compares, the greatest difference first."""
    flow, person, until = rt.flows.flows.get(OF), case.person, case.report.opened_at
    boxes = book(rt, db, person)
    found = []
    for one in rt.flows.treatments if flow else ():
        left = _left(boxes, one, until)
        if left and flow:
            since, used = left
            span = (since, until)
            told = store.told_between(db, person.id, OF, span, training=case.report.training)
            facts = [facts_of(flow, each.answers, each.classes, each.params) for each in told]
            reported = sum(one.units(each) for each in facts) if told else None
            found.append(Use(one.id, since, until, used, reported))
    return sorted(found, key=lambda one: -abs(one.used - (one.reported or 0)))


def _left(boxes: Book, treatment: Treatment, until: datetime) -> tuple[datetime, int] | None:
    """Since which count, and how much left the box: of all its products that she counts, together.

    None where no count of all of them is far enough back, or one has found more than was known.
    """
    counted = [
        boxes[one].periods
        for one in treatment.products
        if one in boxes and boxes[one].on_hand is not None
    ]
    if not counted or any(until not in [one.end for one in periods] for periods in counted):
        return None
    begins = set.intersection(*({one.begin for one in periods} for periods in counted))
    since = max((one for one in begins if one <= until - SHORTEST), default=None)
    if since is None:
        return None
    within = [one for periods in counted for one in periods if since <= one.begin < until]
    if any(one.used < 0 for one in within):
        return None
    return since, sum(one.used for one in within)


def _piece(rt: Runtime, one: Use, language: str) -> str:
    """`AL 96 (90)`: used, and in brackets what was reported."""
    names = {each.id: each.name for each in rt.flows.treatments}.get(one.treatment, {})
    name = names.get(language) or next(iter(names.values()), one.treatment)
    return f"{name} {one.used} ({NOT_KNOWN if one.reported is None else one.reported})"


def used_items(rt: Runtime, db: Connection, person: Person) -> tuple[Item, ...]:
    """`Esther, 2/11`: the CHWs of his who were shown it, and the day of the count."""
    members = {one.id: one for one in team.members(db, [person.id])}
    found = shown(rt, db, list(members), training=person.training)
    return tuple(
        Item(
            f"{OPENS}:{one.code}",
            rt.flows.say(
                "item.member",
                person.language,
                chw=one.short,
                time=when_seen(rt, person.language, found[one.id][0].until),
            ),
        )
        for one in members.values()
        if one.id in found
    )


def shown(
    rt: Runtime, db: Connection, ids: Sequence[int], *, training: bool
) -> dict[int, list[Use]]:
    """What each of these people was shown last."""
    return store.shown(db, ids, rt.now() - LOOKED_BACK, training=training)


def used_by(rt: Runtime, db: Connection, person: Person, picked: str) -> dict[str, str]:
    """What one CHW of his was shown: placeholder -> text; nothing of who is not his."""
    one = next((each for each in team.members(db, [person.id]) if each.code == picked), None)
    found = shown(rt, db, [one.id], training=person.training).get(one.id) if one else None
    if one is None or not found:
        return {}
    since = min(each.since for each in found)
    days = [local_day(rt, at) for at in (since, found[0].until)]
    said = (_piece(rt, each, person.language) for each in found)
    first, last = (f"{day.day}/{day.month}" for day in days)
    return {"name": one.short, "day": first, "date": last,
            "used_all": whole_pieces(said, WIDTHS["used_all"])}  # fmt: skip
