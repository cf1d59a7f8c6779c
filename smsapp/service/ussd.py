"""A USSD hop: find the call or build it again, press what was typed, keep it, answer a screen.

Nothing here calls a gateway. Redis may lose a call at any moment: the gateway's text is cumulative,
and what must not be lost is in the database.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from redis.exceptions import RedisError
from sqlalchemy import Connection

from smsapp.channels.contract import Hop, HopReply
from smsapp.runtime import Runtime
from smsapp.service.call import (
    NotSaved,
    depends_on_offer,
    is_free_text,
    is_refused,
    open_menu,
    press,
)
from smsapp.service.caller import holders
from smsapp.service.ending import end_again, stand_at_end
from smsapp.service.fillings import resume_draft
from smsapp.service.people import language_of
from smsapp.service.settling import end_call, settle_earlier, settle_silent
from smsapp.service.shown import show, show_earlier
from smsapp.service.who import ask_who, take_who, waits_for_who, who_screen
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store import sessions
from smsapp.store.drafts import Draft
from smsapp.store.people import Person, person_by_id
from smsapp.store.reports import Origin, Report
from smsapp.store.sessions import Call

log = structlog.get_logger()

KEY = "*"  # stands between two inputs in the gateway's text

__all__ = ["NotSaved", "end_call", "settle_silent", "take_hop"]


def take_hop(rt: Runtime, hop: Hop) -> HopReply:
    """Answer one request of a USSD call. Raises NotSaved where it is certain that nothing was."""
    call, away = _find(rt, hop.session)
    lost = call is None and bool(hop.text)
    if call is None:
        try:
            call, ended = _begin(rt, hop)
        except Exception as error:
            if lost:
                raise  # what an earlier request with this text saved is not known
            raise NotSaved from error  # nothing is written before the first key
        if ended is not None:
            return ended
    elif call.phone != hop.phone:
        return _refuse(rt)
    if len(hop.text) < call.length:
        return _show_earlier(rt, call, len(hop.text))
    if len(hop.text) > call.length:
        rest = hop.text[call.length :]
        rest = rest[1:] if call.length and rest.startswith(KEY) else rest
        _press_all(rt, call, rest, hop, lost=lost, away=away)
        _keep(rt, call)
    return who_screen(rt, call) if waits_for_who(call) else show(rt, call)


def _show_earlier(rt: Runtime, call: Call, length: int) -> HopReply:
    if call.who and length < call.who.until:
        return who_screen(rt, call)
    return show_earlier(rt, call, length)


def _press_all(rt: Runtime, call: Call, rest: str, hop: Hop, *, lost: bool, away: bool) -> None:
    """Press each key. What was typed ahead stops at what is saved at its hop, at a list that she
    had not seen, behind what a list opened, and behind a key that was refused: what follows was
    meant for another screen. Without Redis no text says where a hop ended, and each is read alike.
    """
    more, seen = True, not lost
    if waits_for_who(call) and not lost:  # what was picked then may be another now
        key, star, rest = rest.partition(KEY)
        more, seen = bool(star), False
        take_who(rt, call, key)
    while more and not waits_for_who(call) and not _over(call):
        if is_free_text(rt, call):
            if lost:
                break  # where it ended is not known: it is asked again
            key, more = rest, False
        else:
            key, star, rest = rest.partition(KEY)
            more = bool(star)
        if not seen and depends_on_offer(rt, call, key):
            if away:
                continue
            break
        seen = False
        if press(rt, call, key, len(hop.text)) or (not away and is_refused(rt, call)):
            break
    _mark(call, len(hop.text))


def _mark(call: Call, length: int) -> None:
    """Which keys a text of this length held."""
    call.length = length
    if not call.fillings:
        return
    if call.who is not None and not call.who.until:
        call.who.until = length
    call.marks.append([length, len(call.fillings) - 1, len(call.fillings[-1].keys)])


def _over(call: Call) -> bool:
    return bool(call.last) and not (call.fillings and call.fillings[-1].then)


def _find(rt: Runtime, session: str) -> tuple[Call | None, bool]:
    """The call as Redis has it, and whether Redis is away."""
    try:
        return sessions.load(rt.redis, session), False
    except RedisError:
        log.warning("call_unreadable")
        return None, True


def _keep(rt: Runtime, call: Call) -> None:
    call.at = rt.now().timestamp()
    try:
        sessions.save(rt.redis, call)
    except RedisError:
        log.warning("call_not_kept")  # the next hop builds it again


def _begin(rt: Runtime, hop: Hop) -> tuple[Call, HopReply | None]:
    """A call that Redis does not know: new, or lost and built again from the text."""
    call = Call(hop.session, hop.phone, rt.now().timestamp())
    settle_earlier(rt, hop.phone)
    with rt.read() as db:
        here = holders(rt, db, hop.phone)
        # counted before it is looked for: a repeat that is saved in between is then found
        call.n = store.highest_n(db, hop.session) if hop.text else 0
        saved = store.last_origin(db, hop.session) if hop.text else None
        draft = draft_store.draft_of_session(db, hop.session) if hop.text else None
        report = store.report_by_id(db, saved.report_id) if saved else None
        person = here[0] if len(here) == 1 else None
        owner = report.person_id if report else draft.person_id if draft else None
        if owner is not None and (person is None or person.id != owner):
            person = _owner(rt, db, call, owner, here, draft, report)
            if person is None:
                return call, _refuse(rt)
        if person is None or len(here) > 1:
            ask_who(rt, call, here)
        if person is None:
            return _kept(rt, call), None
        call.person = person.id
        if not open_menu(rt, db, call, person):
            call.last = _nothing(rt, person)
            return _kept(rt, call), show(rt, call)  # kept, so that her number was heard
    ended = _find_again(rt, hop, call, saved, report, draft)
    if ended is None and call.who is not None and not call.length:
        call.person, call.borrowed, call.fillings = None, False, []
    return (call, ended) if ended else (_kept(rt, call), None)


def _owner(
    rt: Runtime,
    db: Connection,
    call: Call,
    owner: int,
    here: Sequence[Person],
    draft: Draft | None,
    report: Report | None,
) -> Person | None:
    """Whose this call was before Redis lost it: one who shares the phone, or gave her code."""
    call.borrowed = all(one.id != owner for one in here)
    unverified = report.unverified if report else bool(draft and draft.given.get("unverified"))
    if call.borrowed and not unverified:
        return None
    return person_by_id(db, owner, rt.now())


def _find_again(
    rt: Runtime,
    hop: Hop,
    call: Call,
    saved: Origin | None,
    report: Report | None,
    draft: Draft | None,
) -> HopReply | None:
    """Stand where the call was; or the last screen once more, where all of it is saved."""
    if saved and report and saved.state == "closed":
        ending = end_again(rt, call, saved, report)
        if saved.text_length >= len(hop.text):
            return ending.reply()
        if ending.then and draft is None:
            stand_at_end(rt, call, saved, report, ending)
    if draft and resume_draft(rt, call, draft):
        call.length = draft.text_length
        call.marks.append([call.length, len(call.fillings) - 1, 0])
    return None


def _nothing(rt: Runtime, person: Person) -> str:
    language, phone = language_of(rt, person), rt.settings.help_phone
    return rt.flows.say("hop.nothing", language, phone=phone)


def _kept(rt: Runtime, call: Call) -> Call:
    silence_at = rt.now() + timedelta(seconds=rt.settings.silence_seconds)
    try:
        sessions.begin(rt.redis, call, silence_at.timestamp())
    except RedisError:
        log.warning("call_not_kept")
    return call


def _refuse(rt: Runtime) -> HopReply:
    """A gateway session belongs to one phone."""
    log.warning("session_of_another_phone")
    return HopReply(rt.flows.say("hop.not_saved", rt.flows.words.languages[0]), ends=True)
