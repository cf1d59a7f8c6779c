"""One USSD call as it goes on: keys through the menu and flows, commits on the way, the screen."""

from typing import Any

from sqlalchemy import Connection

from smsapp.flow.given import Given
from smsapp.flow.model import Flow
from smsapp.flow.screen import FIRST
from smsapp.flow.walk import BACK, MENU, Walked, next_ask, step
from smsapp.runtime import Runtime
from smsapp.service import reports
from smsapp.service.caller import SHORTEST_CODE, caller, chw_of_code, line_of
from smsapp.service.drafts import hold
from smsapp.service.ending import end_screen
from smsapp.service.fillings import (
    advance,
    as_report,
    base_given,
    current,
    new_filling,
    resume_draft,
)
from smsapp.service.given import (
    answers_to_amend,
    given_at_dial,
    given_begun,
    given_in,
)
from smsapp.service.known import known_names
from smsapp.service.people import unregistered
from smsapp.store import drafts as draft_store
from smsapp.store import reports as store
from smsapp.store.people import Person
from smsapp.store.sessions import Call, Filling

NONE_OF_THESE = "0"


class NotSaved(Exception):
    """Nothing was saved at this hop: she may dial again as if it had not been."""


def open_menu(rt: Runtime, db: Connection, call: Call, person: Person) -> bool:
    """Begin, or begin again, with the menu. False: nothing is open to this person."""
    base = given_at_dial(rt, db, person, "ussd", line_of(call))
    flow = rt.flows.flows.get("menu")
    if flow is None or not any(name != "menu" for name in base.flows):
        return False
    call.fillings.append(new_filling(rt, flow, "", 0, given_in(rt, flow, base)))
    return True


def press(rt: Runtime, call: Call, key: str, length: int) -> bool:
    """Take one key. True: what was typed ahead of this hop stops here."""
    if call.last:
        _go_on(rt, call, key)
        return False
    filling, flow, given, walked = current(rt, call)
    ask, _ = next_ask(flow, walked, given)
    if key == MENU and ask is not None and ask.kind != "text":
        _leave(rt, call)
        return False
    walked = step(flow, walked, key, given)
    filling.keys.append(key)
    if walked.left:
        _leave(rt, call)
        return False
    advance(call, flow, given, walked)
    if flow.id == FIRST and walked.notice and _borrow(rt, call, key):
        return False
    if flow.kind == "menu":
        return _choose(rt, call, flow, walked, given, length)
    done = next_ask(flow, walked, given)[0] is None
    if not done and walked.commits <= filling.saved:
        return False
    _commit(rt, call, walked, length, finished=done)
    return True


def _borrow(rt: Runtime, call: Call, key: str) -> bool:
    """On the menu of another's phone a CHW types her code: from here on she is on the line."""
    begun = any(one.origin for one in call.fillings)  # by whose phone it is: it stays hers
    if call.borrowed or begun or len(key) < SHORTEST_CODE:
        return False
    with rt.read() as db:
        person = chw_of_code(rt, db, key)
        if person is None or person.id == call.person:
            return False
        call.person, call.borrowed = person.id, True
        return open_menu(rt, db, call, person)


def _go_on(rt: Runtime, call: Call, key: str) -> None:
    """All is saved: another of the same visit, or the menu; any other key changes nothing."""
    chosen = rt.flows.flows.get(call.fillings[-1].then.get(key, ""))
    if chosen is None and key not in (NONE_OF_THESE, MENU):
        return
    call.last, call.outcomes = "", {}
    if chosen is None:
        _leave(rt, call)
    else:
        _begin_flow(rt, call, chosen, base_given(call))


def is_free_text(rt: Runtime, call: Call) -> bool:
    """Whether the next key is whatever is typed, stars and all."""
    _, flow, given, walked = current(rt, call)
    ask, _ = next_ask(flow, walked, given)
    return ask is not None and ask.kind == "text"


def depends_on_offer(rt: Runtime, call: Call, key: str) -> bool:
    """Whether a key picks from a list, which may have offered something else before it was lost."""
    _, flow, given, walked = current(rt, call)
    ask, _ = next_ask(flow, walked, given)
    return ask is not None and ask.kind == "list" and key not in (NONE_OF_THESE, BACK, MENU)


def is_refused(rt: Runtime, call: Call) -> bool:
    """Whether the last key was refused, or asked back."""
    return not call.last and current(rt, call)[3].notice is not None


def _leave(rt: Runtime, call: Call) -> None:
    """Back to the menu; what was begun is kept as a draft when the call ends."""
    with rt.read() as db:
        person = caller(rt, db, call)
        if person is not None:
            open_menu(rt, db, call, person)


def _choose(rt: Runtime, call: Call, flow: Flow, walked: Walked, given: Given, length: int) -> bool:
    """What a key on the menu began, if it began something. True: a thing of a list was picked."""
    if walked.notice or not walked.taken:
        return False
    ask = flow.ask(walked.taken[-1][0])
    value = str(walked.answers.get(ask.id, "")) if ask else ""
    if ask is None or not value:
        return False
    if ask.opens and value != NONE_OF_THESE:
        if not _open(rt, call, ask.opens, value, given, length):
            _leave(rt, call)
        return True
    chosen = next((one for one in ask.choices if one.id == value and one.flow), None)
    if chosen:
        _begin_flow(rt, call, rt.flows.flows[chosen.flow], given, begun=chosen.knows)
    elif next_ask(flow, walked, given)[0] is None:
        _leave(rt, call)
    return False


def _open(rt: Runtime, call: Call, opens: str, value: str, given: Given, length: int) -> bool:
    """What picking one of a list does. False: it is gone by now."""
    if opens == "resume":
        return _resume(rt, call, value, length)
    kind, _, ref = value.rpartition(":")
    if opens == "amend" or kind == "test":
        return _amend(rt, call, ref, given)
    if kind not in given.flows:
        return False
    flow = rt.flows.flows[kind]
    _begin_flow(rt, call, flow, given, answers={flow.picks: ref})
    return True


def _begin_flow(rt: Runtime, call: Call, flow: Flow, base: Given, **more: Any) -> Filling:
    kept = flow.kind != "menu"  # of a menu under the menu nothing is
    call.n += kept
    origin = f"ussd:{call.session}:{call.n}" if kept else ""
    given = given_in(rt, flow, base, **more)
    if flow.lists_read - base.lists.keys() or known_names(flow) or flow.products:
        given = _begun(rt, call, flow, given)
    filling = new_filling(rt, flow, origin, call.n, given)
    call.fillings.append(filling)
    return filling


def _begun(rt: Runtime, call: Call, flow: Flow, given: Given) -> Given:
    with rt.read() as db:
        person = caller(rt, db, call)
        return given_begun(rt, db, person, flow, given) if person else given


def _resume(rt: Runtime, call: Call, key: str, length: int) -> bool:
    """Take up a draft. False: it is gone by now."""
    with rt.read() as db:
        person = caller(rt, db, call)
        draft = draft_store.draft_by_id(db, int(key))
    if person is None or draft is None or draft.person_id != person.id:
        return False
    try:
        held = hold(rt, draft, call.session, length)
    except Exception as error:
        raise NotSaved from error
    return held and resume_draft(rt, call, draft)


def _amend(rt: Runtime, call: Call, key: str, given: Given) -> bool:
    """Take up a report that waits. False: it waits no longer."""
    with rt.read() as db:
        person = caller(rt, db, call)
        report = store.report_by_ref(db, person.id, key) if person else None
    flow = rt.flows.flows.get(report.flow) if report and report.waits else None
    if report is None or flow is None:
        return False
    filling = _begin_flow(rt, call, flow, given, answers=answers_to_amend(flow, report))
    filling.report_id = report.id
    return True


def _commit(rt: Runtime, call: Call, walked: Walked, length: int, *, finished: bool) -> None:
    """Save what this hop must not lose. Raises NotSaved where nothing was; else it is not sure."""
    filling = call.fillings[-1]
    sent = False
    try:
        with rt.begin() as db:
            person = caller(rt, db, call)
            if person is None:
                raise reports.NotAllowed(filling.flow)
            saving = as_report(rt, call, filling, length)
            recorded = reports.record(rt, db, person, saving, finished=finished)
            rt.point("ussd_before_commit")
            sent = True
    except reports.NotAllowed:
        call.last = unregistered(rt)
        return
    except Exception as error:
        if sent:
            raise
        raise NotSaved from error
    rt.point("ussd_after_commit")
    filling.saved, filling.done = walked.commits, finished
    call.outcomes = recorded.outcomes
    filling.done = filling.done or recorded.already
    if filling.done:
        ending = end_screen(rt, saving, recorded)
        call.last = filling.last = ending.text
        filling.then = ending.then
