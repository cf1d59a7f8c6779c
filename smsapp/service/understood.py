"""What of an SMS counts: nothing is taken for what was not meant, and what is about an earlier
report is about one of hers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from smsapp.flow.judge import judge
from smsapp.flow.model import Ask, Effect, Flow
from smsapp.flow.reading import Reading
from smsapp.service.filled import Filling
from smsapp.service.mistyped import mistyped
from smsapp.store import tasks
from smsapp.store.people import Person
from smsapp.store.reports import report_by_ref

NONE = "none"  # which child is not known; the danger is told all the same
NO_CHILD = (NONE, "0")  # she says that it is none of hers
TASKS = ("follow_up", "referral")


@dataclass(frozen=True)
class Refused:
    """The sentence that says why nothing was saved, and what it names."""

    word: str
    values: Mapping[str, str]


def whose(
    db: Connection, person: Person, filling: Filling, reading: Reading
) -> tuple[Reading, Refused | None]:
    """The reading about the one task that is open, where none is named; or why it is not taken:
    a ref is missing, or is none of hers.
    """
    flow = filling.flow
    task = next((one for one in flow.effects if one.do == "answer_task"), None)
    if task and task.ask not in reading.answers:
        reading = _about_only(db, person, filling, reading, task)
    answers, judged = reading.answers, reading.judged
    if any(ask.kind == "list" and not ask.letter for ask in judged.missing):
        values = {"text": flow.keywords[0].word}
        return reading, Refused(f"sms.ref_missing{_danger(reading)}", values)
    for effect in flow.effects:
        ref, ask = str(answers.get(_names(effect)) or NONE), flow.ask(_names(effect))
        if ask is None or ref in NO_CHILD or _is_hers(db, person, effect, ref, reading):
            continue
        if not ask.optional:
            kinds = _kinds(effect, reading)
            mine = [one for kind in kinds for one in tasks.open_refs(db, person.id, kind)]
            return reading, Refused(*mistyped(ref, mine, "sms.ref_not_hers", _danger(reading)))
        reading = _without(filling, reading, ask)
    return reading, None


def _without(filling: Filling, reading: Reading, ask: Ask) -> Reading:
    """The death is told, of no known child; the ref is named as not understood."""
    answers = {name: one for name, one in reading.answers.items() if name != ask.id}
    unknown = (*reading.unknown, f"{ask.letter}{reading.answers[ask.id]}")
    judged = judge(filling.flow, answers, filling.given)
    return replace(reading, answers=answers, unknown=unknown, judged=judged)


def _about_only(
    db: Connection, person: Person, filling: Filling, reading: Reading, task: Effect
) -> Reading:
    """As bare OK does: the only one is meant. Danger is told though nobody knows of which child."""
    found = tasks.open_refs(db, person.id, task.kind)
    ref = found[0] if len(found) == 1 else NONE if reading.judged.dangers else ""
    if not ref:
        return reading
    answers = {**reading.answers, task.ask: ref}
    judged = judge(filling.flow, answers, filling.given)
    return replace(reading, answers=answers, judged=judged)


def _names(effect: Effect) -> str:
    """The ask that names the report which an effect is about, where that must be one of hers."""
    if effect.do == "answer_task":
        return effect.ask
    return effect.child if effect.do == "record_death" else ""


def _is_hers(db: Connection, person: Person, effect: Effect, ref: str, reading: Reading) -> bool:
    """A task of this kind; of a child in danger, or who died, any; of another, her report."""
    if effect.do == "record_death":
        return report_by_ref(db, person.id, ref) is not None
    return any(tasks.task_of(db, person.id, ref, kind) for kind in _kinds(effect, reading))


def _kinds(effect: Effect, reading: Reading) -> tuple[str, ...]:
    """The kinds of tasks that an answer may be about."""
    grave = reading.judged.dangers or reading.answers.get(effect.answer) == "died"
    return TASKS if grave else (effect.kind,)


def _danger(reading: Reading) -> str:
    """The ending of a sentence with when to refer, wherever there is danger or may be."""
    return "_danger" if reading.judged.facts["danger"] is not False else ""


def says_nothing(filling: Filling, reading: Reading) -> bool:
    """Whether all that was meant is what was not understood: nothing is taken for it.

    `OK 482 914`, a ref in two pieces, is not the bare OK; `OK thanks` is; `OS 482914 xx` is no
    word about all of it.
    """
    if reading.judged.missing or not reading.unknown:
        return False
    if filling.flow.help and reading.answers == filling.given.answers:
        return True  # a form without one answer
    if _answers_somebody(filling.flow):
        said = [letter for piece in reading.unknown for letter in piece]
        return bool(filling.flow.named_products) or any(letter.isdigit() for letter in said)
    return filling.report_id is not None and reading.answers == filling.given.answers


def _answers_somebody(flow: Flow) -> bool:
    return any(one.do.startswith("answer_") for one in flow.effects)
