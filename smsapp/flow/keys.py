"""Where the keywords stand in an SMS: at its beginning in many forms, further on only for sure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from smsapp.flow.library import Library
from smsapp.flow.marks import Mark, alphabet, marks
from smsapp.flow.meaning import UNSAID
from smsapp.flow.model import Flow
from smsapp.flow.named import named
from smsapp.flow.pairs import Pair, pairs
from smsapp.flow.spelling import letters, near, normal, number

CHUNK = re.compile(r"[A-Z0-9]+")
WORD = re.compile(r"[A-Z]{2,}")
SPACED = 12  # letters of the longest keyword: as many pieces may spell it
REF = r"([0-9OIL]{6})(?![A-Z0-9])"
REF_NEXT = re.compile(rf"[^A-Z0-9]*{REF}")
PEEK = 60  # characters in which the first answer behind a keyword stands


@dataclass(frozen=True)
class Opens:
    """What a keyword opens: a flow with answers it gives, or a command."""

    flow: str = ""
    command: str = ""
    sets: dict[str, str] = field(default_factory=dict)
    products: str = ""  # the flow that it opens where nothing but products stands behind it


@dataclass(frozen=True)
class Start:
    """A keyword that stands in a text, from here to there."""

    begin: int
    end: int
    opens: Opens


@dataclass(frozen=True)
class Keys:
    """Every word that opens something, and what people write for one."""

    library: Library
    known: dict[str, Opens]
    mapped: dict[str, str]

    @cached_property
    def units(self) -> frozenset[str]:
        """What is a unit in some report."""
        said, flows = self.library.words.meanings, self.library.flows.values()
        return frozenset().union(*(alphabet(flow, said).units for flow in flows))

    def called(self, word: str) -> Opens | None:
        """What a word opens, exactly or as it was mapped."""
        return self.known.get(word) or self.known.get(self.mapped.get(word, ""))

    def has_letters(self, opens: Opens | None) -> bool:
        """Whether it opens a report that is written with letters, and not with somebody's ref."""
        flow = self.library.flows.get(opens.flow) if opens else None
        asks = flow.asks if flow else ()
        refers = any(ask.kind == "list" and not ask.letter for ask in asks)
        return any(ask.letter for ask in asks) and not refers

    def names_refs(self, opens: Opens | None) -> bool:
        """Whether a ref behind it is one that its flow asks for, as in `ANS 482913 1`."""
        flow = self.library.flows.get(opens.flow) if opens else None
        return flow is not None and any(ask.kind == "list" and not ask.letter for ask in flow.asks)

    def answered(self, opens: Opens, behind: str) -> bool:
        """Whether what stands behind a keyword answers its flow."""
        flow = self.library.flows.get(opens.flow)
        if flow is None:
            return False
        if self.names_products(opens, behind):
            return True
        if any(ask.kind == "list" and not ask.letter for ask in flow.asks):
            found = REF_NEXT.match(behind)
            return bool(found and number(found[1]))
        return has_answers(flow, behind[:PEEK], self.library.words.meanings)

    def names_products(self, opens: Opens, behind: str) -> bool:
        """Whether products, with amounts or none, are all that stands behind such a keyword."""
        flow = self.library.flows.get(opens.products)
        if flow is None:
            return False
        abc = alphabet(flow, self.library.words.meanings)
        told = pairs(abc, marks(abc, behind), "")
        alone, left = named(told.left)
        products = {ask.id for ask in flow.asks if ask.product}
        said = [*told.found, *alone]
        plain = all(pair.ask in products and not pair.doubt for pair in said)
        return bool(said) and plain and all(abc.said.get(mark.text) in UNSAID for mark in left)

    def begins_again(self, opens: Opens, behind: str) -> bool:
        """Whether the same keyword again, or one on a line of its own, has answers behind it."""
        flow = self.library.flows.get(opens.flow)
        return flow is not None and bool(_told(flow, behind[:PEEK], self.library.words.meanings)[1])

    def is_unit(self, flow_id: str, word: str) -> bool:
        """Whether this word is a unit of the report that it stands in: 14 MONTH."""
        flow = self.library.flows.get(flow_id)
        return flow is not None and word in alphabet(flow, self.library.words.meanings).units

    def is_meant(self, word: str, opens: Opens, behind: str) -> bool:
        """Whether a keyword that is a unit too, as MOIS, begins its own flow: not `14 mois S3`."""
        if not self.has_letters(opens) or word not in self.units:
            return True
        flow, chunk = self.library.flows.get(opens.flow), CHUNK.search(behind)
        own = {ask.letter for ask in flow.asks} if flow else set()
        return chunk is None or (chunk[0][0] in own and not chunk[0].isalpha())

    def nearly(self, word: str, behind: str) -> Opens | None:
        """What a word opens that is one letter wrong: one thing alone, and with what fits it."""
        opened = [self.known[key] for key in near(word, self.known)]
        fitting = [one for one in opened if self._fits(one, behind)]
        return fitting[0] if fitting and all(one == fitting[0] for one in fitting) else None

    def _fits(self, opens: Opens, behind: str) -> bool:
        """It stands alone, or before a ref or its answers: `the shop is closed` stops nothing."""
        if not CHUNK.search(behind) or self.answered(opens, behind):
            return True
        found = REF_NEXT.match(behind)
        return bool(opens.command and found and number(found[1]))


def keys_of(library: Library, mapped: dict[str, str]) -> Keys:
    """Every word that opens something."""
    known = {
        word: Opens(command=name)
        for name, command in library.words.command.items()
        for word in command.words
    }
    for flow in library.flows.values():
        for keyword in flow.keywords:
            known.setdefault(keyword.word, Opens(flow.id, "", keyword.sets, keyword.products))
    return Keys(library, known, mapped)


def has_answers(flow: Flow, rest: str, said: Mapping[str, str] | None = None) -> bool:
    """Whether a body without a keyword begins with letters and digits of this flow."""
    found, told = _told(flow, normal(rest), said or {})
    return bool(told) and found[0].kind in ("letter", "number")


def _told(flow: Flow, text: str, said: Mapping[str, str]) -> tuple[list[Mark], list[Pair]]:
    """What stands in a text, and what of it answers the flow."""
    abc = alphabet(flow, said)
    found = marks(abc, text)
    return found, pairs(abc, found, "").found


def starts(keys: Keys, text: str) -> list[Start]:
    """The keyword that begins the SMS, then those that begin another report in it."""
    first = _first(keys, text)
    if first and first.opens.command:
        return [first]
    found = [first] if first else []
    for word in WORD.finditer(text, first.end if first else 0):
        later = _later(keys, text, word, found)
        if later:
            found.append(later)
    return found or _anywhere(keys, text)


def _first(keys: Keys, text: str) -> Start | None:
    """The keyword at the beginning, in any of its forms."""
    chunk = CHUNK.search(text)
    if chunk is None:
        return None
    word = chunk[0]
    behind = text[chunk.end() :]
    opens = keys.called(word) or keys.called(letters(word)) or keys.nearly(word, behind)
    if opens:
        meant = keys.is_meant(word, opens, behind)
        return Start(chunk.start(), chunk.end(), opens) if meant else None
    return _spaced(keys, text) or _stuck(keys, text, chunk.start(), word)


def _spaced(keys: Keys, text: str) -> Start | None:
    """`C C M`, `C.C.M.`, `CC M`: the fewest pieces that spell a keyword."""
    spelt = ""
    for chunk in CHUNK.finditer(text):
        spelt += chunk[0]
        opens = keys.known.get(spelt) or keys.known.get(letters(spelt))
        if opens:
            return Start(0, chunk.end(), opens)
        if len(spelt) > SPACED:
            break
    return None


def _stuck(keys: Keys, text: str, at: int, word: str) -> Start | None:
    """`CCMA14S0`, `OK482913`: the longest keyword behind which an answer stands."""
    head = WORD.match(word)
    if head is None:
        return None
    for end in range(min(len(word) - 1, SPACED), 1, -1):
        opens = keys.called(word[:end])
        if opens and opens.flow and _goes_on(keys, opens, word[end:], text[at + len(word) :]):
            return Start(at, at + end, opens)
    for end in (len(head[0]), len(head[0]) - 1):  # PCIMAA14: one letter wrong too
        opens = keys.nearly(word[:end], text[at + end :]) if end < len(word) else None
        if opens:
            return Start(at, at + end, opens)
    return None


def _goes_on(keys: Keys, opens: Opens, rest: str, behind: str) -> bool:
    """Whether what is stuck to a keyword is an answer: a digit, or a letter and its number."""
    own = alphabet(keys.library.flows[opens.flow], {}).letters
    if rest in own:  # CCMA 14
        rest += behind.lstrip()
    begun = [one for one in own if rest.startswith(one) and number(rest[len(one) : len(one) + 1])]
    return rest[0].isdigit() or bool(begun)


def _later(keys: Keys, text: str, word: re.Match[str], found: list[Start]) -> Start | None:
    """A keyword further on, where its answers follow and the report before has no such word."""
    own = found[-1].opens.flow if found else ""
    alone = text[: word.start()].rstrip(" ").endswith("\n")
    for end in (word.end(), word.end() - 1):  # CCMA24: stuck to its first letter
        behind = text[end:]
        opens = keys.called(text[word.start() : end])
        if opens is None and end == word.end():
            opens = keys.nearly(word[0], behind)
        if opens is None or keys.is_unit(own, word[0]) or not keys.is_meant(word[0], opens, behind):
            continue
        again = alone or opens.flow == own
        if keys.answered(opens, behind) or (again and keys.begins_again(opens, behind)):
            return Start(word.start(), end, opens)
    return None


def _anywhere(keys: Keys, text: str) -> list[Start]:
    """The one keyword of an SMS that begins with its answers."""
    found = [
        Start(word.start(), word.end(), opens)
        for word in WORD.finditer(text)
        if (opens := keys.known.get(word[0])) and opens.flow
        if keys.is_meant(word[0], opens, text[word.end() :])
    ]
    return found if len(found) == 1 and keys.answered(found[0].opens, text) else []
