"""How long every screen and SMS of a flow can become, in every language."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from smsapp import gsm
from smsapp.flow.answer import Wrong, choices, parse
from smsapp.flow.cases import Cases, open_tests
from smsapp.flow.fill import WIDTHS, fill
from smsapp.flow.given import Given, Item
from smsapp.flow.guide import guided
from smsapp.flow.judge import Facts, holds
from smsapp.flow.later import TESTED, known_choices, later
from smsapp.flow.model import Answers, Ask, Flow, Line, When
from smsapp.flow.parts import texts
from smsapp.flow.rules import DANGER, Found, facts_of
from smsapp.flow.screen import page_count, show
from smsapp.flow.support import LIST_LENGTHS, OFFERED, list_sizes, sender_tests, slice_of
from smsapp.flow.widths import WIDE, too_long, unknown_letters, unlike, widest
from smsapp.flow.words import Words

ITEM = "item."  # the words that name one thing of an offered list
TYPED_WRONG = ("", "999999x")  # what every kind of ask but text and note refuses
Way = tuple[int, ...]  # which of some lines are said together


@dataclass(frozen=True)
class Sized:
    """A flow with what fills its texts at their widest."""

    cases: Cases
    words: Words
    values: dict[str, str]

    @property
    def flow(self) -> Flow:
        return self.cases.flow

    def given(self, language: str) -> Given:
        """Somebody in training for whom everything is known, and everything wide."""
        lists = {ask.offers: self.items(language) for ask in self.flow.asks if ask.offers}
        return Given(language, training=True, values=dict(self.values), lists=lists)

    def items(self, language: str) -> tuple[Item, ...]:
        """As many things as can be offered, at their widest."""
        named = (name for name in self.words.word if name.startswith(ITEM))
        said = [self.words.say(name, language, self.values) for name in named]
        longest = max(said, key=lambda text: gsm.measure(text).units, default="")
        return tuple(Item(str(key), longest) for key in range(LIST_LENGTHS[-1]))


def measure(cases: Cases, words: Words) -> tuple[list[Found], dict[str, int]]:
    """All that is too long or cannot be shown, and the most screens that each ask takes."""
    texts, pages = longest(cases, words)
    long = [(place, "long", too_long(text)) for place, text in texts.items()]
    letters = _letters(Sized(cases, words, widest(cases.flow)))
    return [*letters, *(one for one in long if one[2])], pages


def longest(cases: Cases, words: Words) -> tuple[dict[str, str], dict[str, int]]:
    """The longest text of each place and language, and the most screens of each ask."""
    flow = cases.flow
    sized = Sized(cases, words, widest(flow))
    found: dict[str, str] = {}
    pages: dict[str, int] = {}
    for place, text in (*_tips(sized), *_sms(sized)):
        _note(found, place, text)
    for ask in flow.asks:
        pages[ask.id] = 1
        for given, facts, answers in put(sized, ask):
            count = page_count(flow, ask, facts, given, answers)
            if ask.kind != "list":  # what waits for her comes first: one screen is the rule
                pages[ask.id] = max(count, pages[ask.id])
            for text in screens(sized, ask, facts, given, answers, count):
                _note(found, f"ask {ask.id}, {given.language}", text)
    return found, pages


def _note(longest: dict[str, str], place: str, text: str) -> None:
    if gsm.measure(text).units > gsm.measure(longest.get(place, "")).units:
        longest[place] = text


def _letters(sized: Sized) -> Iterator[Found]:
    for place, text in texts(sized.flow):
        for language, cure in unlike(text, sized.flow.languages):
            yield f"{place}, {language}", "same", cure
        for language in sized.flow.languages:
            for code, cure in unknown_letters(text[language], sized.values):
                yield f"{place}, {language}", code, cure
            size = gsm.measure(text[language])
            if place == "title" and size.units > WIDTHS["what"]:  # it says what a report is
                cure = f"{size.units} septets, at most {WIDTHS['what']}"
                yield f"{place}, {language}", "long", cure


def _tips(sized: Sized) -> Iterator[tuple[str, str]]:
    for number, tip in enumerate(sized.flow.tips, start=1):
        for language in sized.flow.languages:
            yield f"tip {number}, {language}", whole_sms(sized, [tip.text[language]], language)


def _sms(sized: Sized) -> Iterator[tuple[str, str]]:
    """The form, the effects' SMS and the reply, which is also the last screen."""
    flow = sized.flow
    for effect in flow.effects:
        for name, lines in (("first", effect.first), ("climbed", effect.climbed)):
            rules = [effect.when, *(line.when for line in lines)]
            for way in ways(sized.cases, rules, lines) if lines else ():
                for language in flow.languages:
                    said = [lines[at].text[language] for at in way]
                    yield (
                        f"effect {effect.id}, {name}, {language}",
                        whole_sms(sized, said, language),
                    )
    last = last_lines(flow)
    for way in ways(sized.cases, [line.when for line in last], last, ends=True):
        for language in flow.languages:
            said = [last[at].text[language] for at in way]
            yield f"reply, {language}", whole_sms(sized, said, language)
    for language in flow.languages if flow.help else ():
        yield f"help, {language}", whole_sms(sized, [flow.help[language]], language)


def last_lines(flow: Flow) -> tuple[Line, ...]:
    """What the last screen can say: the reply, and what she may begin there."""
    offered = (
        Line({name: f"{place} {said}" for name, said in one.text.items()}, one.when)
        for place, one in enumerate(flow.then, start=1)
    )
    return (*flow.reply, *offered)


def whole_sms(sized: Sized, said: Iterable[str], language: str) -> str:
    """The text of an SMS to somebody in training, everything in it wide."""
    training = sized.words.say("training", language, sized.values)
    return "\n".join([training, *(fill(one, sized.values) for one in said)])


def ways(
    cases: Cases, rules: list[When], lines: tuple[Line, ...], *, ends: bool = False
) -> set[Way]:
    """Every set of lines that can be said together. `ends`: they may test what effects did."""
    found: set[Way] = set()
    for answers, given in cases.of(rules):
        facts = facts_of(cases.flow, answers, replace(given, training=True))
        if ends or holds(rules[0], facts):
            found.update(said_together(cases.flow, lines, facts))
    return found


def said_together(flow: Flow, lines: tuple[Line, ...], facts: Facts) -> Iterator[Way]:
    """The lines that hold on these facts, for everybody, and whatever becomes of the effects."""
    undecided = [line.when for line in lines if open_tests(line.when, facts) not in ([], [[]])]
    for more in later(flow, undecided, facts):
        known = {**facts, **more}
        yield tuple(at for at, line in enumerate(lines) if holds(line.when, known))


def put(sized: Sized, ask: Ask) -> Iterator[tuple[Given, Facts, Answers]]:
    """Each way in which this ask looks different, in each language."""
    rules = [ask.when, *(line.when for line in ask.lines), *(one.when for one in ask.choices)]
    if ask.kind == "danger":
        rules.append(DANGER)
    seen: set[object] = set()
    bases = {language: sized.given(language) for language in sized.flow.languages}
    base = bases[sized.flow.languages[0]]
    read = sender_tests(slice_of(sized.flow, rules))
    usual = {name: one for name, one in base.values.items() if f"known.{name}" not in read}
    for answers, sender in sized.cases.of(rules):
        values = usual | {name: base.values.get(name, WIDE) for name in sender.values}
        lists = base.lists | sender.lists
        for given in _senders(replace(sender, values=values, lists=lists), rules, ask):
            facts = facts_of(sized.flow, answers, given)
            put = facts["danger"] is True if ask.kind == "danger" else holds(ask.when, facts)
            lines = tuple(holds(line.when, facts) for line in ask.lines)
            offered = tuple(place for place, _ in choices(ask, facts))
            look = (lines, offered, len(given.lists.get(ask.offers, ())))
            if put and look not in seen:
                seen.add(look)
                for language, whole in bases.items():
                    lists = {
                        k: whole.lists.get(k, OFFERED)[: len(v)] for k, v in given.lists.items()
                    }
                    said = replace(given, language=language, lists=lists)
                    yield said, {**facts, "person.language": language}, answers


def _senders(given: Given, rules: Iterable[When], ask: Ask) -> Iterator[Given]:
    """Everybody for whom this ask can differ: by role, training, what is known and offered."""
    tests = [(name, test) for when in rules for table in when for name, test in table.items()]
    read = {name for name, _ in tests}
    roles = {str(role) for name, test in tests if name == "person.role" for role in test.equals}
    training = (True, False) if "person.training" in read else (True,)
    lists = sorted({name[5:] for name in read if name.startswith("list.")} | {ask.offers} - {""})
    known = list(known_choices(rules))
    sizes = list_sizes({n: LIST_LENGTHS if n == ask.offers else TESTED for n in lists})
    for role, trains, there, many in product(
        sorted(roles) or (given.role,), training, known, sizes
    ):
        absent = {name[6:] for name, held in there.items() if not held}
        present = {name[6:]: WIDE for name, held in there.items() if held}
        yield replace(
            given,
            role=role,
            training=trains,
            values={k: v for k, v in (present | given.values).items() if k not in absent},
            face="ussd",
            lists=given.lists
            | {name: given.lists.get(name, OFFERED)[:count] for name, count in many.items()},
        )


def screens(
    sized: Sized, ask: Ask, facts: Facts, given: Given, answers: Answers, count: int
) -> Iterator[str]:
    """Each screen of an ask, alone and below the longest line that a refused key brings."""
    refused = [parse(ask, typed, facts, given) for typed in TYPED_WRONG]
    notices = [Wrong("wrong.back"), *(one for one in refused if isinstance(one, Wrong))]
    said = {sized.words.say(one.word, given.language, one.values): one for one in notices}
    longest = said[max(said, key=lambda text: gsm.measure(text).units)]
    places = sorted({0, count // 2, count - 1})  # those between are no wider than the last
    told = [
        {name[8:]: str(word) for name, word in more.items() if name.startswith("outcome.")}
        for more in later(sized.flow, [line.when for line in ask.lines], facts)
    ]
    backs = (True, False) if any(line.aside for line in ask.lines) else (True,)
    for page, notice, outcomes, back in product(places, (None, longest), told, backs):
        yield show(
            sized.flow, ask, facts, answers, given, sized.words,
            page=page, notice=notice, outcomes=outcomes, back=back,
        ).text  # fmt: skip
    yield from _guided(sized, ask, facts, replace(given, guided=True), answers)


def _guided(sized: Sized, ask: Ask, facts: Facts, given: Given, answers: Answers) -> Iterator[str]:
    """The same ask, one statement a screen."""
    led = guided(sized.flow, ask, facts, given)
    for page in range(len(led.statements)) if led else ():
        notice = led.ticked("", page) if led else ""
        if isinstance(notice, Wrong):
            yield show(
                sized.flow, ask, facts, answers, given, sized.words, page=page, notice=notice
            ).text
