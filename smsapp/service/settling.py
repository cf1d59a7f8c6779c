"""What becomes of a call that is over: unfinished fillings are kept, and she hears of it by SMS.

Where danger was told it is said once more; else, once a filling, what is missing is named so that
she can finish by SMS. Not when she dials again: the dial itself offers to go on.
"""

from dataclasses import replace

import structlog
from redis.exceptions import RedisError
from sqlalchemy import Connection

from smsapp.channels.contract import CallEnd
from smsapp.flow.answerback import echo, missing_letters, warned
from smsapp.flow.judge import Judgement, judge
from smsapp.runtime import Runtime
from smsapp.service import drafts, outbox, people, reports, twins, untold
from smsapp.service.caller import caller
from smsapp.service.fillings import as_report, last_hop
from smsapp.service.naming import named, title_of
from smsapp.service.stock import pieces
from smsapp.store import alerts as alert_store
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store import sessions
from smsapp.store.numbers import heard
from smsapp.store.people import Person
from smsapp.store.sessions import Call

log = structlog.get_logger()

AT_ONCE = 200  # silent calls one sweep looks at; the rest wait for the next
WORTH_ANSWERS = 2  # a call dropped with fewer answers is sooner begun again


def settle_earlier(rt: Runtime, phone: str) -> None:
    """A dial settles this phone's earlier call first, so that it can be offered."""
    try:
        call = sessions.of_phone(rt.redis, phone)
    except RedisError:
        return
    if call is None:
        return
    if _unfinished(call):
        with rt.begin() as db:
            _settle(rt, db, call, goes_on=True)
    try:
        sessions.forget(rt.redis, call.session)
    except RedisError:
        log.warning("call_not_forgotten")  # settling twice writes the same draft


def settle_for_sms(rt: Runtime, db: Connection, phone: str) -> None:
    """An SMS may finish what was begun in a call whose end nobody has told us yet."""
    try:
        call = sessions.of_phone(rt.redis, phone)
    except RedisError:
        return
    if call is not None and _unfinished(call):
        _settle(rt, db, call, goes_on=True)


def end_call(rt: Runtime, db: Connection, end: CallEnd) -> None:
    """The gateway says that a call ended. Whether it was finished, our own state tells."""
    call = sessions.load(rt.redis, end.session)
    if call is not None:
        _note_heard(rt, db, call)
    if call is not None and _unfinished(call):
        _settle(rt, db, call)
    sessions.forget(rt.redis, end.session)


def settle_silent(rt: Runtime) -> int:
    """What the clock does for calls: those long silent are settled, old drafts expire."""
    told = [flow.id for flow in rt.flows.flows.values() if untold.tells_of_village(flow)]
    count = drafts.expire_drafts(rt, but=told) + untold.tell_due(rt) + twins.record_due(rt)
    try:
        for session in sessions.silent(rt.redis, rt.now().timestamp(), AT_ONCE):
            count += _settle_apart(rt, session)
    except RedisError:
        log.warning("silent_calls_unknown")
    return count


def _settle_apart(rt: Runtime, session: str) -> bool:
    """One silent call in a transaction of its own: one that cannot be settled stops no other."""
    call = sessions.load(rt.redis, session)
    now = rt.now().timestamp()
    if call is not None and call.at + rt.settings.silence_seconds > now:
        sessions.look_again(rt.redis, session, call.at + rt.settings.silence_seconds)
        return False
    try:
        if call is not None:
            with rt.begin() as db:
                _note_heard(rt, db, call)
                if _unfinished(call):
                    _settle(rt, db, call)
    except Exception as error:  # the outermost door of this one call
        log.error("call_not_settled", error=type(error).__name__)
        sessions.look_again(rt.redis, session, now + rt.settings.silence_seconds)
        return False
    sessions.forget(rt.redis, session)
    return True


def _note_heard(rt: Runtime, db: Connection, call: Call) -> None:
    """The number is in use, by her whose it is. Not at a hop: it must stay quick."""
    if call.person is not None and not call.borrowed:
        heard(db, call.person, call.phone, rt.now())


def _unfinished(call: Call) -> bool:
    return any(one.origin and not one.done for one in call.fillings)


def _settle(rt: Runtime, db: Connection, call: Call, *, goes_on: bool = False) -> None:
    """Keep what is unfinished as drafts, and tell her by SMS. `goes_on`: she is back already."""
    person = caller(rt, db, call)
    if person is None:
        return
    person = replace(person, phone=call.phone)  # answered on the phone in her hand
    for filling in call.fillings:
        if not filling.origin or filling.done or filling.flow not in rt.flows.flows:
            continue
        saving = as_report(rt, call, filling, call.length)
        if not saving.taken or not drafts.keep_draft(rt, db, person, saving, last_hop(call)):
            continue
        private = saving.flow.private or call.borrowed  # she alone should know that she began it
        quiet = goes_on or private
        if not _tell_danger(rt, db, person, saving) and not quiet:
            _tell_missing(rt, db, person, saving)


def _tell_danger(rt: Runtime, db: Connection, person: Person, saving: reports.Filling) -> bool:
    """She may not have seen the danger screen: the line dropped, the child has not changed."""
    origin = store.find_origin(db, saving.origin)
    if origin is None:
        return False
    report = store.report_by_id(db, origin.report_id)
    if not any(one.id in report.classes for one in saving.flow.danger_classes):
        return False
    # no alert: a child seen earlier, who is at the facility by now, so that nobody was called
    word = "sms.dropped" if alert_store.standing(db, report.id) else "sms.dropped_saved"
    key = f"dropped:{origin.report_id}:{origin.n}"
    _put(rt, db, person, key, word, report.id, ref=report.ref)
    return True


def _tell_missing(rt: Runtime, db: Connection, person: Person, saving: reports.Filling) -> None:
    """What is missing, by its letters: the rest of it may come by SMS. Where nothing has a letter,
    or nothing but `1 Send` is missing: what she typed, as she can send it.
    """
    judged = judge(saving.flow, saving.answers, saving.given)
    missing = [ask for ask in judged.missing if ask.kind != "note"]
    kept = draft_store.draft_of_origin(db, saving.origin)
    if (
        kept is None
        or len(saving.answers) < WORTH_ANSWERS
        or not all(one.letter for one in missing)
    ):
        return
    values = {
        "what": _called(rt, person, saving),
        "letters": missing_letters(missing),
    }
    word = warned("sms.unfinished", judged) if missing else "sms.unfinished_told"
    if not missing and not untold.tells_of_village(saving.flow):
        word, values = _typed(saving, judged)
    if word:
        _put(rt, db, person, f"unfinished:{kept.id}", word, None, **values)


def _called(rt: Runtime, person: Person, saving: reports.Filling) -> str:
    title = title_of(saving.flow, person.language)
    return named(rt, person.language, saving.answers, saving.began_at, title=title)


def _typed(saving: reports.Filling, judged: Judgement) -> tuple[str, dict[str, str]]:
    """`SOH LA15,AM500 and the rest`, `MONTH V40 T2 B1 E0`; nothing for what has no keyword."""
    flow, language = saving.flow, saving.given.language
    words = [one.word for one in flow.keywords]
    keyword = next((one for one in flow.help.get(language, "").split() if one in words), "")
    said = {ask.product: saving.answers.get(ask.id) for ask in flow.asks if ask.product}
    amounts = pieces({name: one for name, one in said.items() if isinstance(one, int)}, "amounts")
    word = "sms.unfinished_amounts" if amounts else "sms.unfinished_whole"
    values = {"keyword": keyword, "amounts": amounts or echo(flow, saving.answers, judged)}
    return (word, values) if all(values.values()) else ("", {})


def _put(
    rt: Runtime,
    db: Connection,
    person: Person,
    key: str,
    word: str,
    report_id: int | None,
    **values: str,
) -> None:
    outbox.put(
        rt,
        db,
        key=key,
        kind="danger" if report_id else "reply",
        phone=person.phone,
        text=people.text_for(rt, db, person, word, code=rt.settings.service_code, **values),
        person_id=person.id,
        report_id=report_id,
    )
