"""The words that are no report: HELP, WHO, LAST, TASK, LANG, STOP, VISIT, REMIND and others."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from smsapp.channels.contract import SmsIn
from smsapp.flow.answerback import HELP_WORDS, append_echo, echo, help_reply, whole_pieces
from smsapp.flow.fill import WIDTHS
from smsapp.flow.given import Given
from smsapp.flow.judge import judge
from smsapp.flow.keyword import Opening, open_sms
from smsapp.flow.spelling import normal
from smsapp.runtime import Runtime
from smsapp.service import corrections, errands, people, tasks, team_sms, visits
from smsapp.service.given import given_in
from smsapp.service.naming import local_time
from smsapp.service.texted import Answer, lost
from smsapp.store.people import Person, change_person, person_by_id, set_language
from smsapp.store.sent import last_sent


def answer(
    rt: Runtime, db: Connection, person: Person, sms: SmsIn, opening: Opening, base: Given
) -> Answer:
    """Do a command and say so; an empty SMS is a cry for help."""
    return DO.get(opening.command, _help)(rt, db, person, sms, opening, base)


def _help(
    rt: Runtime, db: Connection, person: Person, _sms: SmsIn, opening: Opening, base: Given
) -> Answer:
    """What there is; `HELP CCM` gives the form of that flow."""
    asked = open_sms(rt.flows, opening.rest).flow if opening.rest.strip() else ""
    flow = rt.flows.flows.get(asked)
    if flow is not None and flow.id in base.flows and flow.help:
        return Answer((help_reply(rt.flows, flow, given_in(rt, flow, base)),))
    word = HELP_WORDS.get(person.role, "sms.help_answerer")
    return lost(rt, db, person, word, phone=base.values["phone"])


def _stop(
    rt: Runtime, db: Connection, person: Person, _sms: SmsIn, _opening: Opening, _base: Given
) -> Answer:
    change_person(db, person.id, opted_out=True)
    return lost(rt, db, person, "sms.stopped")


def _start(
    rt: Runtime, db: Connection, person: Person, _sms: SmsIn, _opening: Opening, _base: Given
) -> Answer:
    change_person(db, person.id, opted_out=False)
    return lost(rt, db, person, "sms.started")


def _who(
    rt: Runtime, db: Connection, person: Person, _sms: SmsIn, _opening: Opening, base: Given
) -> Answer:
    """Who she is here, and whom she calls."""
    word = "sms.who" if "name" in base.values else "sms.who_alone"
    names = ("chw", "place", "name", "phone")
    return lost(rt, db, person, word, **{k: base.values[k] for k in names if k in base.values})


def _last(
    rt: Runtime, db: Connection, person: Person, _sms: SmsIn, _opening: Opening, base: Given
) -> Answer:
    """Her last report: ref, when, what; one that she took back since is told before it."""
    report = last_sent(db, person.id, _told_apart(rt))
    flow = rt.flows.flows.get(report.flow) if report else None
    newest = last_sent(db, person.id, _told_apart(rt), withdrawn=True)
    gone = newest if newest and newest.state == "withdrawn" else None
    if report is None or flow is None:
        word, values = ("sms.cancelled", {"ref": gone.ref}) if gone else ("sms.last_none", {})
        return lost(rt, db, person, word, **values)
    given = given_in(rt, flow, base, answers=report.answers)
    title = flow.title.get(given.language) or next(iter(flow.title.values()))
    word = "sms.last_open" if report.state == "open" else "sms.last"
    at = report.opened_at
    values = {"what": title, "day": _day(rt, at), "time": local_time(rt, at), "ref": report.ref}
    if gone:
        line = rt.flows.say(word, base.language, code=rt.settings.service_code, **values)
        said = lost(rt, db, person, "sms.cancelled", ref=gone.ref).texts[0]
        return Answer((append_echo(said, line),))
    said = lost(rt, db, person, word, **values).texts[0]
    return Answer(
        (append_echo(said, echo(flow, report.answers, judge(flow, report.answers, given))),)
    )


def _told_apart(rt: Runtime) -> list[str]:
    """The flows whose reports are her own: an OK to somebody's alert is no report of hers."""
    return [flow.id for flow in rt.flows.flows.values() if flow.reports]


def _tasks(
    rt: Runtime, db: Connection, person: Person, _sms: SmsIn, _opening: Opening, _base: Given
) -> Answer:
    """What is due for her today, as it is answered: `FU482913`, `R123455`."""
    chw = person.role == "chw"
    due = [one.word + one.ref for one in tasks.due(rt, db, person)] if chw else []
    due += [f"DONE{one.key}" for one in errands.asked_items(rt, db, person)] if chw else []
    due += ["VISIT"] if chw and visits.waiting(rt, db, person) else []
    if not due:
        return lost(rt, db, person, "sms.tasks_none")
    return lost(rt, db, person, "sms.tasks", tasks=whole_pieces(due, WIDTHS["tasks"]))


def _tips(
    rt: Runtime, db: Connection, person: Person, _sms: SmsIn, opening: Opening, _base: Given
) -> Answer:
    """`TIPS OFF`, `TIPS ON`."""
    wanted = TIPS.get(normal(opening.rest).strip(" .!"))
    if wanted is None:
        return lost(rt, db, person, "sms.tips_how")
    change_person(db, person.id, tips=wanted)
    return lost(rt, db, person, "sms.tips_on" if wanted else "sms.tips_off")


def _day(rt: Runtime, moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(rt.settings.timezone)):%d/%m}"


def _language(
    rt: Runtime, db: Connection, person: Person, _sms: SmsIn, opening: Opening, _base: Given
) -> Answer:
    """`LANG fr`, or the language's name in any language."""
    offered = people.languages(rt, person)
    wanted = normal(opening.rest)
    chosen = next((code for code in offered if wanted in rt.flows.words.names_of(code)), "")
    if not chosen:
        languages = " ".join(offered or [person.language]).upper()
        return lost(rt, db, person, "sms.language_not", languages=languages)
    set_language(db, person.id, chosen)
    changed = person_by_id(db, person.id, rt.now())
    return lost(rt, db, changed or person, "sms.language")


TIPS = {"ON": True, "OUI": True, "YES": True, "OFF": False, "NON": False, "NO": False}
DO = {
    "help": _help,
    "stop": _stop,
    "start": _start,
    "who": _who,
    "last": _last,
    "tasks": _tasks,
    "tips": _tips,
    "language": _language,
    "fix": corrections.fix,
    "cancel": corrections.cancel,
    "visit": team_sms.visit,
    "remind": team_sms.remind,
    "register": team_sms.add,
}
