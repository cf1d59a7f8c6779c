"""What a flow file says, as frozen values. `flow/load.py` makes them; nothing changes them."""

from dataclasses import field
from functools import cached_property
from typing import Literal

from pydantic.dataclasses import dataclass

from smsapp.flow.when import STRICT as STRICT
from smsapp.flow.when import Test as Test
from smsapp.flow.when import When as When

Value = int | str | list[str]  # as stored: a number, a choice or special id, ticked ids, free text
Answers = dict[str, Value]  # ask id -> what was answered
Text = dict[str, str]  # language -> text

AskKind = Literal["number", "one", "unit", "ticks", "text", "list", "note", "danger", "phone"]
ClassKind = Literal["danger", "classification", "finding", "action"]
EffectKind = Literal[
    "raise_alert", "answer_alert", "request", "answer_request", "answer_recall", "follow_up",
    "record_death", "query", "answer_query", "set_person", "task", "answer_task", "arrive",
    "join_signal", "answer_signal", "close_alert", "record_month", "record_visit", "answer_visit",
    "send_errand", "answer_errand", "move_stock", "compare_use", "register_person",
]  # fmt: skip

MAX_TICKS = 8  # choices of a ticks ask: one digit each on both faces, 9 kept free
MAX_CHOICES = 97  # of a list or a one-of: 98 is More
PAGE_CHOICES = 5  # choices a screen of a one-of or a list: plan, section 4


@dataclass(frozen=True, config=STRICT)
class Line:
    """A whole line, shown where its `when` holds."""

    text: Text
    when: When = ()
    source: str = ""  # of a tip: who says so
    aside: bool = False  # above an ask: in the room of a notice or of `00`, where neither is shown


@dataclass(frozen=True, config=STRICT)
class Choice:
    """One option. Its number is its place, on both faces, for ever; `id` is what is stored."""

    id: str
    text: Text
    when: When = ()
    times: int = 1  # of a unit ask: what the scaled number is multiplied by
    suffix: str = ""  # of a unit ask: the letter an SMS may put behind the number
    flow: str = ""  # of a menu: the flow it begins
    knows: tuple[str, ...] = ()  # of a choice that begins a flow: what is `known.` in it
    withdraws: bool = False  # of a danger ask: takes the danger back
    words: tuple[str, ...] = ()  # of a product: what an SMS may call it
    counted: bool = False  # a tick that figures count and no rule reads
    unread: bool = False  # of an ask without a letter: what an SMS says whose signs nobody can read


@dataclass(frozen=True, config=STRICT)
class Ask:
    """Kinds: number, text, phone, note, list; with choices: one, ticks, unit, danger."""

    id: str
    kind: AskKind
    text: Text = field(default_factory=dict)
    letter: str = ""  # of a product its id in capitals
    product: str = ""  # its id; put only to who holds it
    words: tuple[str, ...] = ()  # of a product: what an SMS may write for the letter
    when: When = ()
    lines: tuple[Line, ...] = ()  # shown above the text
    choices: tuple[Choice, ...] = ()
    min: int | str | None = None
    max: int | str | None = None
    special: dict[str, str] = field(default_factory=dict)  # what is typed -> the id stored
    scales: str = ""  # of a unit ask: the earlier number it scales
    offers: str = ""  # of a list: which things of the sender's it offers
    opens: Literal["", "resume", "amend", "task"] = ""  # of a list in a menu: what picking one does
    alone: str = ""  # of a product: what an SMS says that names it without a number
    leads: bool = False  # an SMS may begin with its digit, without the letter
    optional: bool = False  # an SMS may leave it out, and it is then absent
    put: When = ()  # of an optional ask: where USSD puts it at all
    whole: bool = False  # of ticks: one screen also for who is guided
    dates: bool = False  # of a number: how many days ago that happened which is reported
    waits: tuple[str, ...] = ()  # answers (ids) that keep the report waiting for this ask
    again: bool = False  # asked anew when a waiting report is taken up again
    source: str = ""  # who says the numbers in it


@dataclass(frozen=True, config=STRICT)
class Class:
    """What answers mean. Of the classifications the first that holds counts; others all do."""

    id: str
    kind: ClassKind
    when: When
    source: str = ""  # who says the numbers in it
    after: tuple[str, ...] = ()  # classifications that may hold as well, and count before it
    group: str = ""  # of a dose: the medicine and its use; every age has one row of a group


@dataclass(frozen=True, config=STRICT)
class Effect:
    """What a finished (or dangerous) report obliges. `reply` lines may test `outcome.<id>`."""

    id: str
    do: EffectKind
    when: When = ()
    kind: str = ""  # of an alert, reminder, task, query or movement: its word; or what is set
    ask: str = ""  # the ask that names what is answered, asked for, or about whom it is
    answer: str = ""  # of answer_…: the ask that holds the answer; of a query: what it is about
    day: str = ""  # of record_death: the ask that says how many days ago
    child: str = ""  # of record_death: the ask that names the child's report
    earlier: str = ""  # of record_death: the ask that names a death told before
    roles: tuple[str, ...] = ()  # of a query or a request: who is asked; an alert has a ladder
    first: tuple[Line, ...] = ()  # the SMS to those told first
    climbed: tuple[Line, ...] = ()  # the SMS to those told because nobody answered
    hasten: When = ()  # where it holds, the next level is told at once
    minutes: tuple[int | str, ...] = ()  # of a follow_up: when the nudges come
    days: int | str = 0  # of a task: due so long after the day seen; of a signal: joins so long
    apart: tuple[str, ...] = ()  # of a signal: the kinds that never join
    fatal: tuple[str, ...] = ()  # of a signal: the kinds of which every case is a death


@dataclass(frozen=True, config=STRICT)
class Param:
    """What countries vary. `source` says who says so."""

    value: int | bool
    unit: str
    source: str
    min: int | None = None
    max: int | None = None


@dataclass(frozen=True, config=STRICT)
class Keyword:
    """A word that begins an SMS to this flow, and the answers it already gives."""

    word: str
    sets: dict[str, str] = field(default_factory=dict)
    products: str = ""  # the flow that it begins where nothing but products stands behind it


@dataclass(frozen=True, config=STRICT)
class Flow:
    """An ordered list of asks, then classes, then effects and the reply: a form, not a graph."""

    id: str
    version: int
    kind: Literal["form", "menu", "tips"]
    languages: tuple[str, ...]
    title: Text
    asks: tuple[Ask, ...]
    roles: tuple[str, ...] = ()  # who may use it; () everybody registered
    keywords: tuple[Keyword, ...] = ()
    help: Text = field(default_factory=dict)  # the SMS that answers the keyword alone
    private: bool = False  # for its desk alone: nobody else sees that it was ever used
    params: dict[str, Param] = field(default_factory=dict)
    classes: tuple[Class, ...] = ()
    effects: tuple[Effect, ...] = ()
    reply: tuple[Line, ...] = ()
    then: tuple[Choice, ...] = ()  # what she may begin on the screen that says it is saved
    tips: tuple[Line, ...] = ()  # of a file of tips, which asks nothing

    def ask(self, ask_id: str) -> Ask | None:
        """The ask of this id, None where the flow has none."""
        return next((ask for ask in self.asks if ask.id == ask_id), None)

    @cached_property
    def danger_ask(self) -> Ask | None:
        """The ask shown at once where danger holds."""
        return next((ask for ask in self.asks if ask.kind == "danger"), None)

    @cached_property
    def danger_classes(self) -> tuple[Class, ...]:
        """The classes that are danger."""
        return tuple(one for one in self.classes if one.kind == "danger")

    @cached_property
    def danger_readers(self) -> frozenset[str]:
        """The asks that are put, or not, because of danger."""
        whens = {ask.id: (ask.when, *(one.when for one in ask.choices)) for ask in self.asks}
        return frozenset(
            name
            for name, all_whens in whens.items()
            if any("danger" in table for when in all_whens for table in when)
        )

    @cached_property
    def picks(self) -> str:
        """The ask that names what a filling is about; empty where none does."""
        return next((ask.id for ask in self.asks if ask.kind == "list"), "")

    @cached_property
    def named_products(self) -> tuple[str, ...]:
        """The products that it has an ask for each of."""
        return tuple(dict.fromkeys(ask.product for ask in self.asks if ask.product))

    @cached_property
    def products(self) -> bool:
        """Whether it asks of products, so that it rests on what she holds."""
        return any(ask.product or any(one.words for one in ask.choices) for ask in self.asks)

    @cached_property
    def reports(self) -> bool:
        """Whether what is sent is a report: not an answer to somebody, not a setting of hers."""
        return not any(
            one.do in ("set_person", "arrive", "close_alert") or one.do.startswith("answer_")
            for one in self.effects
        )

    @cached_property
    def calls_help(self) -> bool:
        """Whether it is a report that somebody is told of at once: it may come from any phone."""
        told = any(one.do in ("raise_alert", "join_signal") for one in self.effects)
        return self.reports and told and not self.private

    @cached_property
    def asked_roles(self) -> tuple[str, ...]:
        """Whom its queries are put to."""
        asked = [role for one in self.effects if one.do == "query" for role in one.roles]
        return tuple(dict.fromkeys(asked))

    @cached_property
    def lists_read(self) -> frozenset[str]:
        """The offered lists that its asks show or test."""
        whens = [ask.when for ask in self.asks]
        whens += [one.when for ask in self.asks for one in ask.choices]
        whens += [one.when for ask in self.asks for one in ask.lines]
        tested = {subject for when in whens for table in when for subject in table}
        named = {one.removeprefix("list.") for one in tested if one.startswith("list.")}
        return frozenset(named | {ask.offers for ask in self.asks if ask.offers})

    @cached_property
    def class_readers(self) -> frozenset[str]:
        """The asks with a line that is said because of a class."""
        reads = {ask.id: [table for line in ask.lines for table in line.when] for ask in self.asks}
        return frozenset(
            name for name, tables in reads.items() if any("class" in t for t in tables)
        )

    @cached_property
    def danger_support(self) -> frozenset[str]:
        """The asks that danger rests on."""
        read = {name for one in self.danger_classes for table in one.when for name in table}
        units = {ask.id for ask in self.asks if ask.kind == "unit" and ask.scales in read}
        return frozenset(read | units)

    def when_of(self, class_id: str) -> When:
        """The `when` of a class."""
        return next(one.when for one in self.classes if one.id == class_id)
