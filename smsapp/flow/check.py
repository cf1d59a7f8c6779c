"""Whether a flow may be served: every problem with its place and its cure (`docs/checks.md`)."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from smsapp.flow import (
    budget,
    clinical,
    faces,
    overlap,
    released,
    rules,
    statements,
    treatments,
    widths,
)
from smsapp.flow import chains as reminders
from smsapp.flow.cases import Cases
from smsapp.flow.ladders import LADDERS_FILE, without_ladder
from smsapp.flow.ladders import problems as ladder_problems
from smsapp.flow.library import WORDS_FILE, Library
from smsapp.flow.measure import measure
from smsapp.flow.model import Flow
from smsapp.flow.products import PRODUCTS_FILE
from smsapp.flow.released import Released, release, release_words
from smsapp.flow.words import Words

CODES = {  # what each means; docs/checks.md says it at length
    "load": "the file is not a flow",
    "gsm": "a character is outside GSM 03.38",
    "long": "a screen or an SMS is longer than 160 septets",
    "placeholder": "a placeholder is not known",
    "same": "a text has other placeholders in one language than in another",
    "letter": "an ask has no letter for the SMS face",
    "keyword": "a keyword is not usable, or another flow or command has it",
    "value": "a rule tests for a value that cannot be",
    "source": "a number has no source",
    "param": "a param's value is outside its limits",
    "reached": "an ask, choice, class or line never comes about",
    "empty": "a report may be answered with nothing",
    "hops": "a call takes too many requests",
    "seconds": "a call takes too long",
    "danger": "danger is not told, or not asked first",
    "overlap": "two things hold together and nobody said so",
    "lowered": "one danger sign more lowers the class",
    "split": "danger signs are split over two screens",
    "question": "a danger sign is a question, or asked for with a not",
    "faces": "an SMS and the same keys come to different ends",
    "printed": "a released digit, letter or keyword changed its meaning",
    "version": "the meaning changed since the release, the version did not",
    "unsure": "not sure is not taken for yes",
    "dose": "a dose without an age, or an age with no dose or two",
    "ladder": "an alert without a ladder, or a ladder without an alert or a rung",
    "role": "a ladder tells somebody whom there is not",
    "chain": "a chain of reminders does not end at a person, or its steps make no order",
}


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to mend before the flow is served."""

    file: str
    place: str
    code: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}: {self.place}: {self.cure} [{self.code}]"


Checking = Callable[[Flow], list[Problem]]  # all that is wrong with one flow of a library


def check(flow: Flow, words: Words, record: Released | None = None) -> list[Problem]:
    """All that is wrong with one flow. `record`: as it was released, None where it never was."""
    cases = Cases(flow)
    found, pages = measure(cases, words)
    found += [*rules.problems(cases), *widths.letters(flow), *budget.problems(cases, pages)]
    found += [*overlap.problems(cases), *clinical.problems(cases, pages)]
    found += [*statements.problems(flow, words), *released.problems(release(flow), record)]
    if {"letter", "keyword"}.isdisjoint(code for _, code, _ in found):
        found += faces.problems(cases, words)
    return [Problem(f"{flow.id}.toml", *one) for one in dict.fromkeys(found)]


def check_words(words: Words, record: Released | None = None) -> list[Problem]:
    """All that is wrong with the system's own sentences and commands."""
    found = [*widths.words_problems(words), *released.problems(release_words(words), record)]
    return [Problem(WORDS_FILE, *one) for one in dict.fromkeys(found)]


def check_chains(library: Library) -> list[Problem]:
    """All that is wrong with the chains of reminders."""
    found = reminders.problems(library.chains, library.words)
    return [Problem(reminders.CHAINS_FILE, *one) for one in found]


def check_ladders(library: Library) -> list[Problem]:
    """All that is wrong with the ladders, and the flows whose alerts have none."""
    flows = library.flows.values()
    whole = not library.problems  # a file that cannot be read may raise any kind
    told = ladder_problems(library.ladders, flows if whole else None)
    found = [Problem(LADDERS_FILE, *one) for one in told]
    for flow in flows:
        found += [Problem(f"{flow.id}.toml", *one) for one in without_ladder(library.ladders, flow)]
    return found


def checking(library: Library) -> Checking:
    """Checks each flow anew."""
    return lambda flow: check(flow, library.words, library.released.get(flow.id))


def check_all(
    library: Library, files: Collection[str] = (), one_flow: Checking | None = None
) -> list[Problem]:
    """All that is wrong in a folder of flows, or in these files of it.

    `one_flow`: how each flow is checked; None: anew, whatever is remembered.
    """
    one_flow = one_flow or checking(library)
    found: list[Problem] = []
    for told in library.problems:  # file: place: cure
        file, place, cure = told.split(": ", 2)
        found.append(Problem(file, place, "load", cure))
    found += check_words(library.words, library.released.get(library.words.id))
    found += [*check_chains(library), *check_ladders(library)]
    for flow in library.flows.values():
        if not files or f"{flow.id}.toml" in files:
            found += one_flow(flow)
    found += [*shared_keywords(library), *_product_words(library), *_orders(library)]
    found += _gone(library)
    told_in = library.flows.get(treatments.OF)
    wrong = treatments.faults(library.treatments, told_in) if told_in else ()
    found += [Problem(PRODUCTS_FILE, *one) for one in wrong]
    return [one for one in found if not files or one.file in files]


def _gone(library: Library) -> Iterator[Problem]:
    """Released flows that are no longer there."""
    there = {told.partition(".toml: ")[0] for told in library.problems} | {library.words.id}
    for name in sorted(library.released.keys() - library.flows.keys() - there):
        cure = "it was released, and its words are on cards: put it back, or smsapp release"
        yield Problem(f"{name}.toml", "file", "printed", f"{cure} --new-cards")


def _product_words(library: Library) -> Iterator[Problem]:
    """Words that name a product and begin an SMS: `SOH` is no product, `LA` no report."""
    commands = library.words.command.values()
    taken = {word for command in commands for word in command.words}
    taken |= {keyword.word for flow in library.flows.values() for keyword in flow.keywords}
    for product in library.products.values():
        for word in product.words:
            if word in taken:
                cure = f"{word} begins an SMS already; choose another word"
                yield Problem(PRODUCTS_FILE, f"product {product.id}", "keyword", cure)


def _orders(library: Library) -> Iterator[Problem]:
    """Keywords that begin an order that does not exist; their own flow is served all the same."""
    takers = {flow.id for flow in library.flows.values() if flow.named_products}
    for flow in library.flows.values():
        for keyword in flow.keywords:
            if keyword.products and keyword.products not in takers:
                cure = "products must name a flow that asks of products"
                yield Problem(f"{flow.id}.toml", f"keyword {keyword.word}", "keyword", cure)


def shared_keywords(library: Library) -> Iterator[Problem]:
    """Words that are a command, or begin an SMS to two flows that one person may use."""
    commands = {word: name for name, one in library.words.command.items() for word in one.words}
    owners: dict[str, list[Flow]] = {}
    for flow in library.flows.values():
        for keyword in flow.keywords:
            known = owners.setdefault(keyword.word, [])
            owner = next((one.id for one in known if _meet(one, flow)), "")
            if keyword.word in commands:
                owner = f"the command {commands[keyword.word]}"
            if owner:
                cure = f"{owner} has this word already; choose another"
                yield Problem(f"{flow.id}.toml", f"keyword {keyword.word}", "keyword", cure)
            known.append(flow)


def _meet(one: Flow, other: Flow) -> bool:
    """Whether somebody may use both."""
    if one.id == other.id:
        return False
    return not (one.roles and other.roles) or bool(set(one.roles) & set(other.roles))
