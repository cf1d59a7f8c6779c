"""What a rule may read that no answer says: outcomes, what is known, lists, the person."""

from collections.abc import Iterable, Iterator
from itertools import product

from smsapp.flow.judge import Facts, holds
from smsapp.flow.model import Flow, Test, When
from smsapp.flow.rules import OUTCOMES

TESTED = (0, 97)  # of a list that a rule only asks for: there, or not


def known_choices(rules: Iterable[When]) -> Iterator[dict[str, bool]]:
    """Each way in which what the service fills in may be there or not."""
    names = sorted({subject for when in rules for table in when for subject in table
                    if subject.startswith("known.")})  # fmt: skip
    for chosen in product([True, False], repeat=len(names)):
        yield dict(zip(names, chosen, strict=True))


def later(flow: Flow, rules: Iterable[When], facts: Facts) -> Iterator[Facts]:
    """Each way in which what these rules read, and no answer says, can be."""
    can_be: dict[str, list[object]] = {}
    for name, test in (
        (name, test) for when in rules for table in when for name, test in table.items()
    ):
        values = list(_values(flow, name, test, facts))
        if values:
            can_be[name] = list(dict.fromkeys([*can_be.get(name, []), *values]))
    for chosen in product(*can_be.values()):
        yield dict(zip(can_be, chosen, strict=True))


def _values(flow: Flow, name: str, test: Test, facts: Facts) -> Iterator[object]:
    room, _, what = name.partition(".")
    if room == "outcome":
        effect = next(one for one in flow.effects if one.id == what)
        yield from OUTCOMES[effect.do] if holds(effect.when, facts) else ()
    elif room == "known" or name == "person.training":
        yield from (True, False)
    elif room == "list":
        yield from TESTED
    elif room == "face":
        yield from ("ussd", "sms")
    elif room == "person":
        yield from ("", *test.equals)
