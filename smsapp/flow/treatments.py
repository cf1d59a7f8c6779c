"""What a child's report says was given, in single units (`treatment` in `flows/products.toml`).

An estimate: the report says that a medicine was given, the card says how much of it that is.
"""

from collections.abc import Collection, Iterator, Mapping

from pydantic.dataclasses import dataclass

from smsapp.flow.given import Given
from smsapp.flow.judge import Facts, holds, learn
from smsapp.flow.model import Answers, Flow
from smsapp.flow.when import STRICT, When

OF = "iccm"  # the flow whose reports say what was given


@dataclass(frozen=True, config=STRICT)
class Course:
    """So many single units left the box where this holds of a report."""

    when: When
    units: int
    source: str  # who says this number


@dataclass(frozen=True, config=STRICT)
class Treatment:
    """One medicine as a report names it; what was given may have been any of its products."""

    id: str
    name: dict[str, str]  # language -> short name
    products: tuple[str, ...]
    course: tuple[Course, ...]  # the first that holds counts

    def units(self, facts: Facts) -> int:
        """What one report says of it; 0 where it was not given."""
        return next((one.units for one in self.course if holds(one.when, facts)), 0)


def facts_of(
    flow: Flow, answers: Answers, classes: Collection[str], params: Mapping[str, int | bool]
) -> Facts:
    """What a stored report says, as a `when` tests it."""
    given = Given(flow.languages[0], face="sms", params=dict(params))
    facts, _ = learn(flow, answers, given)
    danger = not {one.id for one in flow.danger_classes}.isdisjoint(classes)
    return {**facts, "class": tuple(classes), "class?": (), "danger": danger}


def faults(treatments: Collection[Treatment], flow: Flow) -> Iterator[tuple[str, str, str]]:
    """Place, code and cure of each test that no report of this flow can meet."""
    possible = {ask.id: {one.id for one in ask.choices} | {*ask.special.values()}
                for ask in flow.asks}  # fmt: skip
    possible["class"] = {one.id for one in flow.classes}
    for one in treatments:
        for number, course in enumerate(one.course, start=1):
            place = f"treatment {one.id}, course {number}"
            for subject, test in ((s, t) for table in course.when for s, t in table.items()):
                named = {*test.has, *test.lacks, *(x for x in test.equals if isinstance(x, str))}
                if subject != "danger" and subject not in possible:
                    yield place, "value", f"{flow.id} has no ask {subject}"
                for value in sorted(named - possible.get(subject, named)):
                    yield place, "value", f"{subject} can never be {value}"
