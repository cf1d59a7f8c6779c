"""How many septets each text may have, so that nothing it stands in becomes too long.

For who translates: a text grows only by what is left in the longest screen or SMS that holds it.
`smsapp check` has the last word: several texts of one screen share what is left.
"""

from collections.abc import Iterable, Iterator

from smsapp import gsm
from smsapp.flow.answer import choices
from smsapp.flow.cases import Cases
from smsapp.flow.fill import WIDTHS, fill
from smsapp.flow.given import Given
from smsapp.flow.judge import Facts, holds
from smsapp.flow.measure import Sized, put, screens, ways, whole_sms
from smsapp.flow.model import Answers, Ask, Flow, Line
from smsapp.flow.parts import texts
from smsapp.flow.screen import PAGED, cost, head, options, page_count, room_below, said_whole
from smsapp.flow.widths import widest, word_room
from smsapp.flow.words import Words

Key = tuple[str, str]  # place, language
Rooms = dict[Key, tuple[int, int]]  # septets it has at its widest, and the most it may have
Left = tuple[str, str, int]  # place, language, septets left beside it


def rooms(flow: Flow, words: Words) -> Rooms:
    """For each text of a flow."""
    sized = Sized(Cases(flow), words, widest(flow))
    least: dict[Key, int] = {}
    for place, language, left in _all_left(sized):
        least[place, language] = min(least.get((place, language), left), left)
    found: Rooms = {}
    for place, text in texts(flow):
        for language in flow.languages:
            used = gsm.measure(fill(text[language], sized.values)).units
            if place == "title":
                found[place, language] = used, WIDTHS["what"]
            elif (place, language) in least:
                found[place, language] = used, used + least[place, language]
    return found


def word_rooms(words: Words) -> Rooms:
    """For each of the system's own sentences."""
    values = widest(None)
    return {
        (f"word {name}", language): (
            gsm.measure(fill(text, values)).units,
            word_room(words, name, language),
        )
        for name, word in words.word.items()
        for language, text in word.text.items()
    }


def _all_left(sized: Sized) -> Iterator[Left]:
    flow = sized.flow
    for ask in flow.asks:
        for given, facts, answers in put(sized, ask):
            yield from _screen_left(sized, ask, given, facts, answers)
    for effect in flow.effects:
        for name, lines in (("first", effect.first), ("climbed", effect.climbed)):
            rules = [effect.when, *(line.when for line in lines)]
            told = ways(sized.cases, rules, lines) if lines else ()
            yield from _lines_left(sized, f"effect {effect.id}, {name}", lines, told)
    told = ways(sized.cases, [line.when for line in flow.reply], flow.reply, ends=True)
    yield from _lines_left(sized, "reply", flow.reply, told)
    for language in flow.languages if flow.help else ():
        yield "help", language, _left(whole_sms(sized, [flow.help[language]], language))


def _lines_left(
    sized: Sized, place: str, lines: tuple[Line, ...], told: Iterable[tuple[int, ...]]
) -> Iterator[Left]:
    for way in told:
        for language in sized.flow.languages:
            said = [lines[at].text[language] for at in way]
            left = _left(whole_sms(sized, said, language))
            yield from ((f"{place} {at + 1}", language, left) for at in way)


def _screen_left(
    sized: Sized, ask: Ask, given: Given, facts: Facts, answers: Answers
) -> Iterator[Left]:
    """Beside each text of one screen, which is to stay one screen."""
    flow, language = sized.flow, given.language
    count = page_count(flow, ask, facts, given, answers)
    left = min(map(_left, screens(sized, ask, facts, given, answers, count)))
    if ask.kind in PAGED and count == 1:
        top = head(flow, ask, facts, answers, given)
        below = sum(map(cost, options(ask, answers, facts, given)))
        left = min(left, room_below(top, whole=said_whole(flow, ask)) - below)
    shown = [f", line {at}" for at, one in enumerate(ask.lines, 1) if holds(one.when, facts)]
    offered = [f", choice {choice.id}" for _, choice in choices(ask, facts)]
    for part in ("", *shown, *offered):
        yield f"ask {ask.id}{part}", language, left


def _left(text: str) -> int:
    return gsm.SCREEN_SEPTETS - gsm.measure(text).units
