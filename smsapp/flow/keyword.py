"""What an SMS is, by its keyword: a command, a report, an answer to an earlier one, or several.

A keyword may be spaced, stuck to its first answer, one letter wrong, or behind a greeting; where
two keywords are equally near it is neither.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from smsapp.flow.keys import CHUNK, REF, Keys, Opens, Start, keys_of, starts
from smsapp.flow.library import Library
from smsapp.flow.marks import alphabet, marks
from smsapp.flow.model import Flow
from smsapp.flow.pairs import Pair, pairs
from smsapp.flow.spelling import normal, number
from smsapp.ref import is_ref

SEVERAL = 2  # answers that a line has in common with the report above it, to be the next one
_JOINT = r"[\s,;.:=/#*()-]*"
ABOUT = re.compile(rf"(?<![A-Z0-9])([A-Z]+){_JOINT}{REF}{_JOINT}(?=[A-Z0-9])")  # R482913 1
ABOUT_FIRST = re.compile(rf"(?<![A-Z0-9])(){REF}{_JOINT}(?=[A-Z]{_JOINT}[0-9])")  # 482913 R1
ABOUT_LAST = re.compile(rf"([A-Z]{_JOINT}\d{{1,3}})\s+{REF}")  # R1 482913


@dataclass(frozen=True)
class Opening:
    """What the first word of an SMS says it is. All empty: not known."""

    flow: str = ""
    command: str = ""
    sets: dict[str, str] = field(default_factory=dict)
    ref: str = ""  # of the earlier report that this answers
    rest: str = ""  # the letters and digits
    said: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)


def hers(library: Library, opening: Opening, offered: Collection[str]) -> Opening:
    """The same for somebody of another role, where one of the flows offered has that word too."""
    flow = library.flows.get(opening.flow)
    words = {one.word for one in flow.keywords} if flow and flow.id not in offered else set()
    for name in offered if words else ():
        if words & {one.word for one in library.flows[name].keywords}:
            return replace(opening, flow=name, sets={})
    return opening


def open_sms(library: Library, body: str, misspelt: Mapping[str, str] | None = None) -> Opening:
    """What kind of SMS this is; of several reports the first."""
    return open_all(library, body, misspelt)[0]


def open_all(
    library: Library, body: str, misspelt: Mapping[str, str] | None = None
) -> list[Opening]:
    """Every report or command in an SMS, at least one, in their order.

    `misspelt`: what people write, in any case -> the keyword that somebody has said it is.
    """
    text = normal(body)
    mapped = {normal(word): normal(key) for word, key in (misspelt or {}).items()}
    keys = keys_of(library, mapped)
    opened = list(_about(keys, text)) or list(_keyed(keys, text)) or [Opening(rest=text)]
    return [replace(one, said=library.words.meanings) for one in opened]


def _about(keys: Keys, text: str) -> Iterator[Opening]:
    """Answers to earlier reports: each begins with its letter and the ref."""
    first = CHUNK.match(text)
    opens = keys.known.get(first[0]) if first else None
    if keys.names_refs(opens):
        return
    flow = keys.library.flows[opens.flow] if opens and keys.has_letters(opens) else None
    if flow and not any(ask.waits for ask in flow.asks):
        return  # of SOS 482913 C1 nothing was left open
    if first and flow:
        text = text[first.end() :].strip()  # CCM R482913 1
    last = ABOUT_LAST.fullmatch(text)
    if last and number(last[2]):
        yield Opening(ref=number(last[2]), rest=last[1])
        return
    named = keys.library.words.meanings
    found = [
        one
        for pattern in (ABOUT, ABOUT_FIRST)
        for one in pattern.finditer(text)
        if number(one[2]) and (len(one[1]) < 2 or one[1] in named)  # OK is no letter
        if one[1] not in keys.known  # nor is SOS
        if not (flow and _ticked(flow, one[1], one[2]))
    ]
    found.sort(key=re.Match.start)
    if not found or found[0].start():
        return
    ends = [one.start() for one in found[1:]] + [len(text)]
    for one, end in zip(found, ends, strict=True):
        rest = text[one.end() : end].strip()
        again = len(one[1]) < 2 and rest[:1] == one[1]  # R482913 R1
        yield Opening(ref=number(one[2]), rest=rest if again else f"{one[1]} {rest}".strip())


def _ticked(flow: Flow, letter: str, digits: str) -> bool:
    """Whether this ticks choices of a report, and is no ref: danger is never taken for one."""
    ask = next((one for one in flow.asks if letter and one.letter == letter), None)
    if ask is None or ask.kind != "ticks":
        return False
    places = {str(place) for place in range(1, len(ask.choices) + 1)}
    return not is_ref(digits) or (len(set(digits)) == len(digits) and set(digits) <= places)


def _keyed(keys: Keys, text: str) -> Iterator[Opening]:
    """What the keywords in a text open, each up to the next."""
    found = starts(keys, text)
    bounds = pairwise([*found, Start(len(text), len(text), Opens())])
    before = text[: found[0].begin] if found else ""  # a greeting, or answers
    for one, following in bounds:
        rest = text[one.end : following.begin]
        if CHUNK.search(before):
            rest = f"{before}{rest}"
        before = ""
        for part in _reports(keys, one.opens, rest):
            if keys.names_products(one.opens, part):
                yield Opening(one.opens.products, rest=part)
            else:
                yield Opening(one.opens.flow, one.opens.command, one.opens.sets, rest=part)


def _reports(keys: Keys, opens: Opens, rest: str) -> Iterator[str]:
    """The report; and each line that answers the same letters again, which is the next one."""
    flow = keys.library.flows.get(opens.flow)
    if flow is None or "\n" not in rest.strip():
        yield rest
        return
    part, told = "", list[Pair]()
    for line in rest.split("\n"):
        now = _told(flow, keys, line)
        if part.strip() and _is_next(told, now):
            yield part
            part, told = "", []
        part = f"{part}\n{line}" if part else line
        told += now
    yield part


def _told(flow: Flow, keys: Keys, line: str) -> list[Pair]:
    abc = alphabet(flow, keys.library.words.meanings)
    return pairs(abc, marks(abc, line), "").found


def _is_next(told: list[Pair], line: list[Pair]) -> bool:
    """Whether a line is another child: it begins alike, says something else, and answers again."""
    before = {pair.ask for pair in told}
    common = {pair.ask for pair in line} & before
    return (
        len(common) >= SEVERAL
        and line[0].ask == told[0].ask
        and line[0].typed not in {pair.typed for pair in told if pair.ask == line[0].ask}
    )
