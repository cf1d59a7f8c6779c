"""Every text and every `when` of a flow, with the place a person would look for it."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from smsapp.flow.model import Ask, Effect, Flow, Line, Text, When

PERSON = ("role", "training", "language")


def texts(flow: Flow) -> Iterator[tuple[str, Text]]:
    """Every text of the flow with its place, in the order of the file."""
    yield "title", flow.title
    if flow.help:
        yield "help", flow.help
    for ask in flow.asks:
        yield from _ask_texts(ask)
    for effect in flow.effects:
        for place, line in effect_lines(effect):
            yield place, line.text
    for number, line in enumerate(flow.reply, start=1):
        yield f"reply {number}", line.text
    for choice in flow.then:
        yield f"then {choice.id}", choice.text
    for number, line in enumerate(flow.tips, start=1):
        yield f"tip {number}", line.text


def _ask_texts(ask: Ask) -> Iterator[tuple[str, Text]]:
    for number, line in enumerate(ask.lines, start=1):
        yield f"ask {ask.id}, line {number}", line.text
    if ask.text or not ask.lines:
        yield f"ask {ask.id}", ask.text
    for choice in ask.choices:
        yield f"ask {ask.id}, choice {choice.id}", choice.text


def effect_lines(effect: Effect) -> Iterator[tuple[str, Line]]:
    """The lines of an effect's SMS with their places."""
    for number, line in enumerate(effect.first, start=1):
        yield f"effect {effect.id}, first {number}", line
    for number, line in enumerate(effect.climbed, start=1):
        yield f"effect {effect.id}, climbed {number}", line


def whens(flow: Flow) -> Iterator[tuple[str, When, set[str]]]:
    """Every `when` with its place and the subjects it may test."""
    facts = {f"param.{name}" for name in flow.params} | {f"person.{name}" for name in PERSON}
    facts |= {"face", "danger"} | _mentioned(flow)
    outcomes = {f"outcome.{effect.id}" for effect in flow.effects} | {"class"}
    for ask in flow.asks:
        yield from _ask_whens(ask, facts, outcomes)
        facts = facts | {ask.id}
    facts = facts | {"class"}  # no ask may rest on one: classes are found from all the answers
    for one in flow.classes:
        yield f"class {one.id}", one.when, facts
    for effect in flow.effects:
        yield f"effect {effect.id}", effect.when, facts
        yield f"effect {effect.id}, hasten", effect.hasten, facts
        for place, line in effect_lines(effect):
            yield place, line.when, facts
    for number, line in enumerate(flow.reply, start=1):
        yield f"reply {number}", line.when, facts | outcomes
    for choice in flow.then:
        yield f"then {choice.id}", choice.when, facts | outcomes


def _ask_whens(
    ask: Ask, facts: set[str], outcomes: set[str]
) -> Iterator[tuple[str, When, set[str]]]:
    yield f"ask {ask.id}", ask.when, facts
    yield f"ask {ask.id}, put", ask.put, facts
    for choice in ask.choices:
        yield f"ask {ask.id}, choice {choice.id}", choice.when, facts
    for number, line in enumerate(ask.lines, start=1):
        yield f"ask {ask.id}, line {number}", line.when, facts | outcomes


def _mentioned(part: object) -> set[str]:
    """The `known.` and `list.` subjects tested anywhere: the service fills them, not the flow."""
    if isinstance(part, dict):
        found = {str(key) for key in part if str(key).startswith(("known.", "list."))}
        return found.union(*(_mentioned(one) for one in part.values()))
    if isinstance(part, tuple):
        return set().union(*(_mentioned(one) for one in part))
    if is_dataclass(part):
        return set().union(*(_mentioned(getattr(part, f.name)) for f in fields(part)))
    return set()
