"""A supervisor's own reminder: sent in his name, by day only, and answered DONE.

What he writes is kept for him, the CHW and the desk for pay and concerns; no operator reads it.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Connection

from smsapp.flow.answerback import whole_pieces
from smsapp.flow.fill import WIDTHS
from smsapp.flow.given import Item
from smsapp.flow.model import Effect
from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.filled import Case, Done
from smsapp.service.mistyped import as_outcome
from smsapp.service.moments import DAY, at_hour, by_day, morning
from smsapp.service.naming import dated, local_day
from smsapp.service.people import is_doubtful, language_of, text_for
from smsapp.store import errands as store
from smsapp.store import team
from smsapp.store.errands import Errand
from smsapp.store.people import Person, people_by_ids, person_by_id
from smsapp.store.team import Member

log = structlog.get_logger()

ALL = "all"  # the item that stands for the whole team
AHEAD = 13  # days: what is further ahead is forgotten by who wrote it. Programme's choice
OFFERED = 7  # days offered by USSD
AT_ONCE = 200  # errands one tick of the clock looks at
SHOWN = timedelta(days=30)  # how long what was sent is listed


def send(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """Plan it for each CHW meant: `done`, `already`, `late`, `limit`, `not_yours`."""
    answers = case.filling.answers
    day, words = date.fromisoformat(str(answers[effect.day])), str(answers[effect.answer])
    whom = str(answers[effect.ask])
    meant = [one for one in team.members(db, [case.person.id]) if whom in (ALL, one.code)]
    known = store.of_report(db, case.report.id)
    if not known:
        why = _why_not(rt, db, case.person, day) if meant else "not_yours"
        if why or not store.add(db, [_row(rt, case, one, day, words) for one in meant]):
            done.outcomes[effect.id] = why or "already"
            before = None if why else store.same(db, case.person.id, day, words)
            done.values["ref"] = before.ref if before else case.report.ref
            return
        known = store.of_report(db, case.report.id)
    done.outcomes[effect.id] = "done"
    done.values |= {"count": str(len(known)), "chw": meant[0].short if meant else ""}
    done.values["date"] = dated(rt, case.filling.given.language, day)


def _why_not(rt: Runtime, db: Connection, supervisor: Person, day: date) -> str:
    today = local_day(rt, rt.now())
    if day < today or (day == today and too_late(rt)):
        return "late"
    written = store.messages_since(db, supervisor.id, at_hour(rt, today, 0))
    return "limit" if written >= rt.settings.errands_a_day else ""


def too_late(rt: Runtime) -> bool:
    """Whether nobody is written to any more today."""
    hour = rt.now().astimezone(ZoneInfo(rt.settings.timezone)).hour
    return hour >= rt.settings.reminder_until


def _row(rt: Runtime, case: Case, one: Member, day: date, words: str) -> dict[str, object]:
    at_once = day == local_day(rt, rt.now()) and by_day(rt)
    return {
        "ref": case.report.ref,
        "report_id": case.report.id,
        "supervisor_id": case.person.id,
        "chw_id": one.id,
        "on_day": day,
        "text": words,
        "state": "planned",
        "due_at": rt.now() if at_once else morning(rt, one.id, day),
        "created_at": rt.now(),
    }


def send_due(rt: Runtime) -> int:
    """What the clock does for errands. Gives how many went to the outbox."""
    with rt.read() as db:
        due = store.due(db, rt.now(), AT_ONCE)
    return sum(_send_apart(rt, one) for one in due)


def _send_apart(rt: Runtime, one: Errand) -> bool:
    """One errand in a transaction of its own: a row that cannot be sent stops no other."""
    try:
        with rt.begin() as db:
            return _send(rt, db, one)
    except Exception as error:  # the outermost door of this one errand
        log.error("errand_not_sent", errand=one.id, error=type(error).__name__)
        return False


def _send(rt: Runtime, db: Connection, one: Errand) -> bool:
    """Looked at again when it is sent: not after its day, and not to who is his no more."""
    chw = person_by_id(db, one.chw_id, rt.now())
    boss = person_by_id(db, one.supervisor_id, rt.now())
    here = chw and boss and chw.id in {one.id for one in team.members(db, [boss.id])}
    over = local_day(rt, rt.now()) > one.on_day or too_late(rt)
    if not here or chw is None or boss is None or over:
        store.settle(db, one.id, "dropped")
        return False
    if chw.opted_out or not chw.phone or is_doubtful(rt, db, chw):
        store.settle(db, one.id, "kept")
        return False
    if not by_day(rt) or not store.settle(db, one.id, "sent"):
        return False
    values = {"name": boss.short, "errand": one.text, "ref": one.ref}
    outbox.put(
        rt,
        db,
        key=f"errand:{one.id}",
        kind="reminder",
        phone=chw.phone,
        text=text_for(rt, db, chw, "errand.sent", **values),
        lane="bulk",
        person_id=chw.id,
        private=True,
        expires_at=_ends(rt, one.on_day),
    )
    return True


def _ends(rt: Runtime, day: date) -> datetime:
    """The moment from which nobody is written to any more on that day."""
    if rt.settings.reminder_until == 24:
        return at_hour(rt, day + DAY, 0)
    return at_hour(rt, day, rt.settings.reminder_until)


def answer(rt: Runtime, db: Connection, case: Case, effect: Effect, done: Done) -> None:
    """She says that it is done; without a ref, the one that is open."""
    named = case.filling.answers.get(effect.ask)
    if case.filling.answers.get(effect.answer) == "later":
        done.outcomes[effect.id] = "later"
        return
    before = store.done_in(db, case.report.id)  # the same hop again
    meant = waiting = store.open_of(db, case.person.id)
    if named is not None:
        told = store.of_ref(db, case.person.id, str(named))
        meant = [one for one in told if one.state != "done"] or told
    if before is None and len(meant) != 1:
        hers = [one.ref for one in waiting]
        lacking = "none_open" if named is None else as_outcome(str(named), hers, done)
        done.outcomes[effect.id] = "several" if meant else lacking
        return
    one = before or meant[0]
    mine = before is not None or store.finish(db, one.id, case.report.id, rt.now())
    done.outcomes[effect.id] = "done" if mine else "already"
    boss = person_by_id(db, one.supervisor_id, rt.now())
    done.values |= {"ref": one.ref, "name": boss.short if boss else ""}


def whom_items(rt: Runtime, db: Connection, person: Person) -> tuple[Item, ...]:
    """All of his CHWs, then each."""
    members = team.members(db, [person.id])
    everybody = Item(ALL, rt.flows.say("item.all", person.language))
    return (everybody, *(Item(one.code, one.short) for one in members)) if members else ()


def day_items(rt: Runtime, _db: Connection, person: Person) -> tuple[Item, ...]:
    """`Mon 23/11`: today while people are written to, and the days after it."""
    today = local_day(rt, rt.now())
    days = [today + DAY * number for number in range(OFFERED + 1)]
    offered: Sequence[date] = days[1:] if too_late(rt) else days[:-1]
    return tuple(Item(f"{day}", dated(rt, person.language, day)) for day in offered)


def asked_items(rt: Runtime, db: Connection, person: Person) -> tuple[Item, ...]:
    """`Grace asks, Mon 23/11`: what she has not done yet."""
    return tuple(
        Item(one.ref, rt.flows.say("item.errand", person.language, **_named(rt, db, person, one)))
        for one in store.open_of(db, person.id)
    )


def _named(rt: Runtime, db: Connection, person: Person, one: Errand) -> dict[str, str]:
    boss = person_by_id(db, one.supervisor_id, rt.now())
    return {
        "name": boss.short if boss else "",
        "date": dated(rt, language_of(rt, person), one.on_day),
    }


def asked_of(rt: Runtime, db: Connection, person: Person, picked: str) -> dict[str, str]:
    """The words of what she picked from her tasks."""
    found = store.of_ref(db, person.id, picked)
    if not found:
        return {}
    named = _named(rt, db, person, found[-1])
    return {**named, "errand": found[-1].text}


def sent_items(rt: Runtime, db: Connection, person: Person) -> tuple[Item, ...]:
    """`Grace Mon 23/11: 3 of 5`: what he sent, or what was sent under a desk, newest first."""
    return tuple(
        Item(
            f"sent:{one.report_id}",
            rt.flows.say(
                "item.sent",
                person.language,
                name=one.supervisor_short,
                date=dated(rt, person.language, one.on_day),
                closed=one.done,
                asked=one.asked,
            ),
        )
        for one in _readable(rt, db, person)
    )


def _readable(rt: Runtime, db: Connection, person: Person) -> list[store.Sent]:
    """What this person may read: his own; a desk what was sent under its place."""
    since = rt.now() - SHOWN
    if person.role == "desk":
        return store.sent_under(db, person.place_id, since, training=person.training)
    return store.sent_by(db, person.id, since)


def sent_by(rt: Runtime, db: Connection, person: Person, picked: str) -> dict[str, str]:
    """The words of one that was sent, and who has not done it."""
    one = next((one for one in _readable(rt, db, person) if str(one.report_id) == picked), None)
    if one is None:
        return {}
    rows = store.of_report(db, one.report_id)
    left = people_by_ids(db, [row.chw_id for row in rows if row.state != "done"], rt.now())
    names = whole_pieces([chw.short for chw in left], WIDTHS["left"])
    values = {"errand": one.text, "name": one.supervisor_short}
    values["date"] = dated(rt, language_of(rt, person), one.on_day)
    return values | ({"left": names} if left else {})


EFFECTS = {"send_errand": send, "answer_errand": answer}
