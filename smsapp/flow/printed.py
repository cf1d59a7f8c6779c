"""A flow as a person reads it: what is asked, what it means, what is done and said."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from smsapp import gsm
from smsapp.flow.budget import longest_call, longest_sms
from smsapp.flow.cases import Cases
from smsapp.flow.fill import fill
from smsapp.flow.ladders import NEEDS, Ladders
from smsapp.flow.library import Library
from smsapp.flow.measure import longest
from smsapp.flow.model import Ask, Choice, Class, Effect, Flow, Line, Text, When
from smsapp.flow.sentences import bound, either, filled, in_words, plain, span
from smsapp.flow.widths import widest

WIDTH = 100  # letters of a line on paper or in a terminal

KINDS = {  # what she does there
    "number": "A number",
    "one": "One of these.",
    "unit": "One of these.",
    "ticks": "All that are true, 0 for none.",
    "list": "One of what is offered.",
    "text": "Words.",
    "phone": "A phone number.",
    "note": "Only shown; any key goes on.",
    "danger": "Shown at once where there is danger.",
}
MEANINGS = {  # kinds of classes, in the order in which a clinician asks for them
    "danger": "Danger: each is told upwards at the answer that shows it",
    "classification": "Classification: the first that holds counts",
    "finding": "Findings: all that hold",
    "action": "Actions: all that hold",
}
DOES = {
    "raise_alert": "Raises an alert",
    "answer_alert": "Answers an alert",
    "request": "Asks for medicine",
    "compare_use": "Compares what left her box since an earlier count with what she reported",
    "answer_request": "Answers a request for medicine",
    "follow_up": "Reminds her",
    "record_death": "Records a death, once, and ends what was asked about that child",
    "record_month": "Keeps it as what counts of her month, in the place of an earlier one",
    "task": "Keeps a task for her",
    "record_visit": "Notes a visit, which the other side is asked to confirm",
    "register_person": "Adds a CHW under this supervisor, once, and tells her",
    "send_errand": "Sends words in the supervisor's name, by day, and asks whether it is done",
    "answer_errand": "Says that what was asked is done",
    "answer_visit": "Says whether a visit took place",
}


@dataclass(frozen=True)
class Measured:
    """How long a flow's screens and SMS become, in every language."""

    cases: Cases
    longest: Mapping[str, int]  # septets, by place and language
    pages: Mapping[str, int]  # screens of each ask


@dataclass(frozen=True)
class Page:
    """One flow in one language, with the size of its longest screens and SMS."""

    flow: Flow
    language: str
    sizes: Mapping[str, int]
    values: Mapping[str, str]  # every placeholder at its widest
    ladders: Ladders

    def when(self, when: When, opening: str = "Only if", indent: int = 4) -> Iterator[str]:
        if when:
            rule = in_words(when, self.flow, self.language)
            yield from wrap(f"{opening} {rule}{'.' if opening != 'if' else ''}", indent)

    def text(self, said: Text, before: str = "") -> Iterator[str]:
        """Each line of a text, its septets at full width before the first."""
        raw = said[self.language]
        for number, one in enumerate((before + filled(raw, self.flow)).split("\n")):
            size = gsm.measure(before + fill(raw, self.values)).units if number == 0 else ""
            yield f"    {size:>3} | {one}"

    def lines(self, lines: Iterable[Line]) -> Iterator[str]:
        for line in lines:
            yield from self.text(line.text)
            yield from self.when(line.when, "if", 10)

    def widest(self, place: str) -> Iterator[str]:
        size = self.sizes.get(f"{place}, {self.language}")
        if size:
            yield f"    At its longest {size} of {gsm.SCREEN_SEPTETS} septets."


def wrap(text: str, indent: int, first: int | None = None) -> Iterator[str]:
    """A sentence over as many lines as it needs; `first` is where the first one begins."""
    yield from textwrap.wrap(
        text,
        WIDTH,
        initial_indent=" " * (indent if first is None else first),
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    )


def measured(library: Library, flow: Flow) -> Measured:
    """What a flow's page says of sizes: one for all its languages."""
    cases = Cases(flow)
    texts, pages = longest(cases, library.words)
    return Measured(cases, {place: gsm.measure(one).units for place, one in texts.items()}, pages)


def printed(
    library: Library, flow: Flow, language: str, *, signed: bool, sizes: Measured | None = None
) -> Iterator[str]:
    """The lines of the page. `sizes`: as measured before, for another language."""
    sizes = sizes or measured(library, flow)
    page = Page(flow, language, sizes.longest, widest(flow), library.ladders)
    yield from _head(page, sizes.cases, sizes.pages)
    yield "Signed." if signed else "Not signed: only people in training may use it."
    yield from _part("What is asked", (_ask(page, ask) for ask in flow.asks))
    for kind, title in MEANINGS.items():
        found = [one for one in flow.classes if one.kind == kind]
        yield from _part(title, [[line for one in found for line in _class(page, one)]])
    yield from _part("What is done", (_effect(page, effect) for effect in flow.effects))
    reply = [*page.lines(flow.reply), *page.widest("reply")]
    yield from _part("What is answered at the end", [reply] if flow.reply else [])
    yield from _part("What is sent, one a week", (_tip(page, tip) for tip in flow.tips))
    yield from _part("What may follow at once", (_next(page, choice) for choice in flow.then))
    yield from _part("What a country may change", (_param(flow, name) for name in flow.params))


def _tip(page: Page, tip: Line) -> Iterator[str]:
    yield from page.text(tip.text)
    yield from _source(tip.source, 10)


def _next(page: Page, choice: Choice) -> Iterator[str]:
    yield from page.text(choice.text)
    yield from page.when(choice.when, "if", 10)


def _part(title: str, entries: Iterable[Iterable[str]]) -> Iterator[str]:
    whole = [entry for entry in map(list, entries) if entry]
    if whole:
        yield from ("", title.upper())
    for entry in whole:
        yield from ("", *entry)


def _head(page: Page, cases: Cases, pages: Mapping[str, int]) -> Iterator[str]:
    flow = page.flow
    yield f"{flow.title[page.language]} ({flow.id}, version {flow.version}, {page.language})"
    yield f"For: {either(flow.roles) or 'everybody who is registered'}."
    if flow.kind == "form":
        hops, seconds, _ = longest_call(cases, pages)
        yield f"The longest call: {hops} requests, {seconds} seconds, from the dial on."
    if flow.keywords:
        sms = longest_sms(cases)
        yield f"An SMS begins with {either(one.word for one in flow.keywords)}."
        yield f"The longest SMS: {gsm.measure(sms).units} of {gsm.SCREEN_SEPTETS} septets."
    if flow.help:
        yield "The keyword alone is answered:"
        yield from page.text(flow.help)


def _ask(page: Page, ask: Ask) -> Iterator[str]:
    kind = KINDS.get(ask.kind, f"{plain(ask.kind).capitalize()}.")
    if ask.kind == "number":
        special = "".join(f"; {key} for {plain(one)}" for key, one in ask.special.items())
        kind = f"{kind}, {span(ask.min, ask.max, page.flow)}{special}."
    yield f"{ask.letter or ' '}   {plain(ask.id)}. {kind}" + (
        " An SMS may leave it out." if ask.optional else "")  # fmt: skip
    yield from page.when(ask.when)
    yield from page.when(ask.put, "On the phone only if")
    yield from page.lines(ask.lines)
    if ask.text:
        yield from page.text(ask.text)
    for place, choice in enumerate(ask.choices, start=1):
        yield from page.text(choice.text, f"{place} ")
        yield from page.when(choice.when, "if", 10)
        if choice.unread:
            yield "          never asked: what an SMS says whose danger signs nobody can read"
    yield from page.widest(f"ask {ask.id}")
    yield from _source(ask.source)


def _class(page: Page, one: Class) -> Iterator[str]:
    dose = f" (a dose: {plain(one.group)})" if one.group else ""
    rule = in_words(one.when, page.flow, page.language)
    yield from wrap(f"{plain(one.id)}{dose}: if {rule}", 8, 4)
    if one.after:
        yield f"        unless {either(map(plain, one.after))} holds, which counts before it"
    yield from _source(one.source, 8)


def _effect(page: Page, effect: Effect) -> Iterator[str]:
    does = DOES.get(effect.do, plain(effect.do).capitalize())
    yield f"    {does}{f': {plain(effect.kind)}' if effect.kind else ''}."
    yield from page.when(effect.when)
    if effect.roles:
        yield f"    Told: {' and '.join(effect.roles)}."
    told = "Told first"
    for rung in page.ladders.ladder.get(effect.kind, ()) if effect.do in NEEDS else ():
        wait = page.ladders.wait(rung, {})
        then = f" If nobody answers in {wait} minutes, the next."
        yield from wrap(f"{told}: {' and '.join(rung.tell)}.{then}", 4)
        told = "Told then"
    yield from page.when(effect.hasten, "The next are told at once if")
    if effect.minutes:
        yield f"    After {' and '.join(bound(one, page.flow) for one in effect.minutes)} minutes."
    for name, title, lines in (
        ("first", "The SMS to those told first:", effect.first),
        ("climbed", "The SMS to those told then:", effect.climbed),
    ):
        if lines:
            yield f"    {title}"
            yield from page.lines(lines)
            yield from page.widest(f"effect {effect.id}, {name}")


def _param(flow: Flow, name: str) -> Iterator[str]:
    param = flow.params[name]
    value = (
        {True: "yes", False: "no"}[param.value] if isinstance(param.value, bool) else param.value
    )
    unit = "" if isinstance(param.value, bool) else f" {param.unit}"
    limits = "" if param.min is None else f" (from {param.min} to {param.max})"
    yield f"    {plain(name)}: {value}{unit}{limits}"
    yield from _source(param.source)


def _source(source: str, indent: int = 4) -> Iterator[str]:
    if source:
        yield from wrap(f"Source: {source}", indent)
