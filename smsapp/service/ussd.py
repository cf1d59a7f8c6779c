"""A USSD hop: find the call or build it again, press what was typed, keep it, answer a screen.

Nothing here calls a gateway. Redis may lose a call at any moment: the gateway's text is cumulative,
and what must not be lost is in the database.
"""

from datetime import timedelta

import structlog
from redis.exceptions import RedisError
from sqlalchemy import Connection

from smsapp.channels.contract import CallEnd, Hop, HopReply
from smsapp.runtime import Runtime
from smsapp.service import outbox, people, reports
from smsapp.service.call import (
    NotSaved,
    is_free_text,
    offers_list,
    open_menu,
    press,
    show,
    show_earlier,
)
from smsapp.service.fillings import as_report, resume_draft
from smsapp.store import reports as store
from smsapp.store import sessions
from smsapp.store.people import Person, person_by_phone
from smsapp.store.sessions import Call

log = structlog.get_logger()

KEY = "*"  # stands between two inputs in the gateway's text
AT_ONCE = 200  # silent calls one sweep looks at; the rest wait for the next

__all__ = ["NotSaved", "end_call", "settle_silent", "take_hop"]


def take_hop(rt: Runtime, hop: Hop) -> HopReply:
    """Answer one request of a USSD call. Raises NotSaved where it is certain that nothing was."""
    call = _find(rt, hop.session)
    lost = call is None and bool(hop.text)
    if call is None:
        try:
            call, ended = _begin(rt, hop)
        except Exception as error:
            raise NotSaved from error  # nothing is written before the first key
        if ended is not None:
            return ended
    elif call.phone != hop.phone:
        log.warning("session_of_another_phone")
        return _end(rt, "hop.not_saved")
    if len(hop.text) < call.length:
        return show_earlier(rt, call, len(hop.text))
    if len(hop.text) > call.length:
        rest = hop.text[call.length :]
        rest = rest[1:] if call.length and rest.startswith(KEY) else rest
        _press_all(rt, call, rest, hop, rebuilding=lost)
        _keep(rt, call)
    return show(rt, call)


def _press_all(rt: Runtime, call: Call, rest: str, hop: Hop, *, rebuilding: bool = False) -> None:
    """Press each key; keys typed ahead stop at what is saved at its hop, and at its end."""
    more = True
    while more and not call.last:
        if rebuilding and offers_list(rt, call):
            break  # what was offered may have changed: it is shown again, the rest is dropped
        if is_free_text(rt, call):
            key, more = rest, False
        else:
            key, star, rest = rest.partition(KEY)
            more = bool(star)
        if press(rt, call, key, len(hop.text)):
            break
    call.length = len(hop.text)
    call.marks.append([call.length, len(call.fillings) - 1, len(call.fillings[-1].keys)])


def _find(rt: Runtime, session: str) -> Call | None:
    try:
        return sessions.load(rt.redis, session)
    except RedisError:
        log.warning("call_unreadable")
        return None


def _keep(rt: Runtime, call: Call) -> None:
    call.at = rt.now().timestamp()
    try:
        sessions.save(rt.redis, call)
    except RedisError:
        log.warning("call_not_kept")  # the next hop builds it again


def _begin(rt: Runtime, hop: Hop) -> tuple[Call, HopReply | None]:
    """A call that Redis does not know: new, or lost and built again from the text."""
    call = Call(hop.session, hop.phone, rt.now().timestamp())
    if not hop.text:
        _settle_earlier(rt, hop.phone)
    with rt.read() as db:
        person = person_by_phone(db, hop.phone, rt.now())
        if person is None or not person.active:
            return call, _end(rt, "hop.unknown")
        saved = store.last_origin(db, hop.session) if hop.text else None
        if saved and saved.state == "closed" and saved.text_length >= len(hop.text):
            report = store.report_by_id(db, saved.report_id)
            text = rt.flows.say("hop.already", person.language, ref=report.ref)
            return call, HopReply(text, ends=True)
        if not open_menu(rt, db, call, person):
            return call, _end(rt, "hop.nothing", person.language)
        draft = store.draft_of_session(db, hop.session) if hop.text else None
        call.n = store.highest_n(db, hop.session) if hop.text else 0
        if draft and resume_draft(rt, call, draft):
            call.length = draft.text_length
            call.marks.append([call.length, len(call.fillings) - 1, 0])
            return _kept(rt, call), None
    return _kept(rt, call), None


def _kept(rt: Runtime, call: Call) -> Call:
    silence_at = rt.now() + timedelta(seconds=rt.settings.silence_seconds)
    try:
        sessions.begin(rt.redis, call, silence_at.timestamp())
    except RedisError:
        log.warning("call_not_kept")
    return call


def _end(rt: Runtime, word: str, language: str = "") -> HopReply:
    spoken = language or rt.flows.words.languages[0]
    return HopReply(rt.flows.say(word, spoken, phone=rt.settings.help_phone), ends=True)


def _settle_earlier(rt: Runtime, phone: str) -> None:
    """A dial settles this phone's earlier call first, so that it can be offered."""
    try:
        call = sessions.of_phone(rt.redis, phone)
    except RedisError:
        return
    if call is not None and _unfinished(call):
        with rt.begin() as db:
            _settle(rt, db, call)
        _forget(rt, call)


def _unfinished(call: Call) -> bool:
    return any(one.origin and not one.done for one in call.fillings)


def _settle(rt: Runtime, db: Connection, call: Call) -> None:
    """Keep what is unfinished as drafts; danger that was told is repeated to her by SMS."""
    person = person_by_phone(db, call.phone, rt.now())
    if person is None:
        return
    for filling in call.fillings:
        if not filling.origin or filling.done:
            continue
        saving = as_report(rt, call, filling, call.length)
        if saving.taken and reports.keep_draft(rt, db, person, saving):
            _tell_dropped(rt, db, person, saving)


def _tell_dropped(rt: Runtime, db: Connection, person: Person, saving: reports.Filling) -> None:
    """She may not have seen the danger screen: the line dropped, the child has not changed."""
    origin = store.find_origin(db, saving.origin)
    if origin is None or not reports.in_danger(saving):
        return
    report = store.report_by_id(db, origin.report_id)
    text = people.text_for(
        rt, db, person, "sms.dropped", ref=report.ref, code=rt.settings.service_code
    )
    outbox.put(
        rt,
        db,
        key=f"dropped:{origin.report_id}:{origin.n}",
        kind="reply",
        phone=person.phone,
        text=text,
        person_id=person.id,
        report_id=report.id,
    )


def _forget(rt: Runtime, call: Call) -> None:
    try:
        sessions.forget(rt.redis, call.session)
    except RedisError:
        log.warning("call_not_forgotten")  # settling twice writes the same draft


def end_call(rt: Runtime, db: Connection, end: CallEnd) -> None:
    """The gateway says that a call ended. Whether it was finished, our own state tells."""
    call = sessions.load(rt.redis, end.session)
    if call is not None and _unfinished(call):
        _settle(rt, db, call)
    sessions.forget(rt.redis, end.session)


def settle_silent(rt: Runtime) -> int:
    """What the clock does for calls: those long silent are settled, old drafts expire."""
    now = rt.now().timestamp()
    count = 0
    for session in sessions.silent(rt.redis, now, AT_ONCE):
        call = sessions.load(rt.redis, session)
        looked_at = call.at + rt.settings.silence_seconds if call else now
        if call is not None and looked_at > now:
            sessions.look_again(rt.redis, session, looked_at)
            continue
        if call is not None and _unfinished(call):
            with rt.begin() as db:
                _settle(rt, db, call)
        sessions.forget(rt.redis, session)
        count += 1
    return count + reports.expire_drafts(rt)
