"""What a rule rests on: the asks, classes and params it reads, through classes and danger too."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from smsapp.flow.given import Given, Item
from smsapp.flow.judge import passes
from smsapp.flow.model import Ask, Class, Flow, Test, When

LIST_LENGTHS = (0, 1, 6, 97)  # none, one, the most on one screen, the most: plan, section 4
OFFERED = tuple(Item(str(key), str(key)) for key in range(1, LIST_LENGTHS[-1] + 1))
KNOWN = "8"  # any value will do


def slice_of(flow: Flow, whens: Iterable[When]) -> Flow:
    """The flow with only those asks and classes that these rules read."""
    wanted = subjects(whens)
    asks: dict[str, Ask] = {}
    classes: dict[str, Class] = {}
    while True:
        found = [one for one in flow.classes if one.id not in classes and _reads(flow, wanted, one)]
        more = [ask for ask in flow.asks if ask.id not in asks and _asks(wanted, ask)]
        if not found and not more:
            break
        classes |= {one.id: one for one in found}
        asks |= {ask.id: ask for ask in more}
        wanted |= subjects(one.when for one in found)
        for ask in more:
            wanted |= subjects([ask.when, *(one.when for one in ask.choices)])
            wanted |= {ask.id, ask.scales} - {""}
    return replace(
        flow,
        asks=tuple(replace(ask, lines=()) for ask in flow.asks if ask.id in asks),
        classes=tuple(one for one in flow.classes if one.id in classes),
        effects=(),
        reply=(),
        keywords=(),
        help={},
    )


def every_when(part: Flow) -> Iterator[When]:
    """The rules of its asks, choices and classes."""
    for ask in part.asks:
        yield ask.when
        yield from (one.when for one in ask.choices)
    yield from (one.when for one in part.classes)


def subjects(whens: Iterable[When]) -> set[str]:
    """What these rules test; a class is written `class.<id>`."""
    found: set[str] = set()
    for when in whens:
        for table in when:
            for subject, test in table.items():
                if subject == "class":
                    found |= {f"class.{name}" for name in (*test.has, *test.lacks)}
                else:
                    found |= {subject} | _params(test)
    return found


def _params(test: Test) -> set[str]:
    return {f"param.{bound}" for bound in (test.min, test.max) if isinstance(bound, str)}


def _reads(flow: Flow, wanted: set[str], one: Class) -> bool:
    """Whether a class is read: by name, as danger, or because it may come before one that is."""
    if f"class.{one.id}" in wanted or (one.kind == "danger" and "danger" in wanted):
        return True
    if one.kind != "classification":
        return False
    after = flow.classes[flow.classes.index(one) :]
    return any(f"class.{other.id}" in wanted for other in after if other.kind == one.kind)


def _asks(wanted: set[str], ask: Ask) -> bool:
    return ask.id in wanted or (ask.kind == "unit" and ask.scales in wanted)


def param_sets(flow: Flow, part: Flow, whens: Iterable[When]) -> Iterator[dict[str, int | bool]]:
    """The params in force: those read as booleans both ways."""
    read = subjects(whens) | subjects(every_when(part))
    usual = {name: param.value for name, param in flow.params.items()}
    both = [name for name in usual if isinstance(usual[name], bool) and f"param.{name}" in read]
    for chosen in product([True, False], repeat=len(both)):
        yield usual | dict(zip(both, chosen, strict=True))


def senders(part: Flow, base: Given) -> Iterator[Given]:
    """Everybody for whom the asks of this part apply otherwise."""
    tests = sender_tests(part)
    found = [[(name, one) for one in _different(name, tests[name], base)] for name in sorted(tests)]
    for chosen in product(*found):
        yield _being(base, dict(chosen))


def sender_tests(part: Flow) -> dict[str, list[Test]]:
    """What asks and choices read of who answers them: subject -> tests."""
    tests: dict[str, list[Test]] = {}
    for ask in part.asks:
        for when in (ask.when, *(one.when for one in ask.choices if not one.withdraws)):
            for subject, test in ((name, test) for table in when for name, test in table.items()):
                if subject.startswith(("known.", "list.", "person.", "face")):
                    tests.setdefault(subject, []).append(test)
    return tests


def _different(subject: str, tests: list[Test], base: Given) -> Iterator[object]:
    """One value of each sort that these tests tell apart."""
    room = subject.partition(".")[0]
    values: tuple[object, ...] = (
        base.facts.get(subject),
        *(v for one in tests for v in one.equals),
    )
    if room == "known" or subject == "person.training":
        values = (True, False)
    elif room == "list":
        values = LIST_LENGTHS
    elif room == "face":
        values = ("ussd", "sms")
    seen = {tuple(passes(test, subject, {subject: one}) for test in tests): one for one in values}
    yield from seen.values()


def list_sizes(sizes: Mapping[str, Sequence[int]]) -> list[dict[str, int]]:
    """Each list at each of its sizes, the others at their least and at their most.

    So any two lists meet in every way, in as many cases as there are lists; the product of a
    menu's lists would double with each of them.
    """
    least, most = ({name: many[at] for name, many in sizes.items()} for at in (0, -1))
    found = [least, most]
    for name, many in sizes.items():
        found += [others | {name: one} for others in (least, most) for one in many]
    return [one for at, one in enumerate(found) if one not in found[:at]]


def _being(base: Given, chosen: dict[str, object]) -> Given:
    """Somebody of whom this holds."""
    values, lists, more = dict(base.values), dict(base.lists), {}
    for subject, value in chosen.items():
        room, _, name = subject.partition(".")
        if room == "known":
            values.pop(name, None)
            values |= {name: KNOWN} if value else {}
        elif room == "list":
            lists[name] = lists.get(name, OFFERED)[: int(str(value))]
        else:
            more[name or room] = value
    return replace(base, values=values, lists=lists, **more)  # type: ignore[arg-type]


def who_is(given: Given) -> tuple[object, ...]:
    """All that `senders` may have made different."""
    offered = (len(items) for items in given.lists.values())
    return (given.role, given.training, given.language, given.face, *given.values, *offered)
