"""What the SMS face makes of a body, and what it would answer, without saving anything."""

from dataclasses import dataclass, replace

from smsapp import gsm
from smsapp.flow.answerback import HELP_WORDS, help_reply, sms_reply, unread_reply
from smsapp.flow.given import Given
from smsapp.flow.judge import holds
from smsapp.flow.keyword import Opening
from smsapp.flow.library import Library
from smsapp.flow.model import Answers, Flow
from smsapp.flow.reading import Reading, read

COMMANDS = {
    "stop": "sms.stopped",
    "start": "sms.started",
    "who": "sms.who_alone",
    "last": "sms.last_none",
    "language": "sms.language_not",
    "fix": "sms.fix_how",
    "cancel": "sms.cancel_how",
}
OF_OTHERS = ("chw", "chw_phone", "name", "time")  # of the one who is answered: not known here


@dataclass(frozen=True)
class Preview:
    """What was understood, and the reply."""

    flow: str
    answers: Answers
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    reply: str


def preview(library: Library, opening: Opening, given: Given) -> Preview:
    """Read one report or command of an SMS for somebody of whom this is known."""
    flow = library.flows.get(opening.flow)
    if flow is None:
        return Preview("", {}, (), (), _system_reply(library, opening, given))
    given = replace(given, params=_params(flow) | given.params)
    return preview_in(library, flow, opening, given)


def preview_in(library: Library, flow: Flow, opening: Opening, given: Given) -> Preview:
    """Read letters and digits as a filling of this flow, added to what was given before."""
    reading = read(flow, opening, given)
    if opening.ref:  # what is asked again by USSD may be left out here
        reading = reading.without_again()
    missing = tuple(ask.id for ask in reading.judged.missing)
    if not opening.rest.strip() and flow.help:
        return Preview(flow.id, reading.answers, missing, (), help_reply(library, flow, given))
    return Preview(
        flow.id, reading.answers, missing, reading.unknown, _reply(library, flow, reading, given)
    )


def _params(flow: Flow) -> dict[str, int | bool]:
    return {name: param.value for name, param in flow.params.items()}


def _reply(library: Library, flow: Flow, reading: Reading, given: Given) -> str:
    """The reply where everything goes well; what only saving makes known is left as it stands."""
    facts = reading.judged.facts
    done = {effect.id: "done" for effect in flow.effects if holds(effect.when, facts)}
    extra: dict[str, str] = {}
    if any(effect.do.startswith("answer_") for effect in flow.effects):
        extra = {name: f"{{{name}}}" for name in OF_OTHERS}
    first = sms_reply(library, flow, reading, given, done, extra)
    second = unread_reply(library, flow, reading, replace(given, training=False))
    both = f"{first}\n{second}"
    return both if second and gsm.fits(both) else first


def _system_reply(library: Library, opening: Opening, given: Given) -> str:
    """A sentence of the system, as it is said to somebody who has sent nothing yet."""
    word = COMMANDS.get(opening.command, "")
    if opening.command == "help" or not (opening.rest or word):
        word = HELP_WORDS.get(given.role, "sms.help_answerer")
    elif not word:
        word = "sms.not_found" if opening.ref else "sms.not_understood"
    languages = " ".join(library.words.spoken).upper()
    values = {**given.values, "ref": opening.ref, "languages": languages}
    phone = given.values.get("help", "{help}")
    return library.sms(word, given.language, given.training, phone, **values)
