"""What is wrong with a flow's rules: values, sources, reach, danger, an empty reply."""

import re
from collections.abc import Iterator

from smsapp.flow.cases import Cases, open_tests
from smsapp.flow.given import Given
from smsapp.flow.judge import Facts, classify, learn
from smsapp.flow.model import Answers, Flow, Test, When
from smsapp.flow.parts import effect_lines, whens

Found = tuple[str, str, str]  # place, code, cure
KEYWORD = re.compile(r"[A-Z]{2,12}")  # one letter is an ask
TOLD = ("done", "nobody")
ANSWERED = ("done", "already", "not_yours", "none_open", "several")
ORDERED = (
    "unapproved", "unneeded", "foreign", "unclear", "received", "cancelled", "left", "had",
)  # fmt: skip
OUTCOMES = {  # what can become of each effect
    "raise_alert": TOLD,
    "request": (*TOLD, "packed", "none"),
    "move_stock": ("done", "more", "received", "short", "part", "not_yours"),
    "compare_use": ("done", "none"),
    "answer_alert": (*ANSWERED, "near", "untold"),
    "answer_request": (*ANSWERED, "near", *ORDERED),
    "answer_recall": ("done", "near", "not_yours", "none_open", "several"),
    "follow_up": ("done",),
    "task": ("done",),
    "answer_task": ("done", "already", "not_yours"),
    "arrive": (*ANSWERED, "near"),
    "record_death": ("done", "already"),
    "query": (*TOLD, "taken", "same"),
    "answer_query": (*ANSWERED, "near", "taken"),
    "set_person": ("done", "refused"),
    "join_signal": ("done", "again", "known", "nobody"),
    "record_month": ("done", "replaced", "later"),
    "record_visit": ("done", "confirmed", "already", "not_yours"),
    "answer_visit": ANSWERED,
    "register_person": ("done", "taken", "refused", "unclear"),
    "send_errand": ("done", "already", "late", "limit", "not_yours"),
    "answer_errand": (*ANSWERED, "near", "later"),
    "close_alert": ("done", "untold", "already", "over", "not_allowed", "near", "not_yours"),
    "answer_signal": ("done", "already", "near", "not_yours", "not_allowed"),
}
DANGER: When = ({"danger": Test(equals=(True,))},)
NOT_LIMITS = ("list.", "known.", "person.", "param.", "outcome.")


def problems(cases: Cases) -> Iterator[Found]:
    """Everything but sizes and hops."""
    flow = cases.flow
    yield from _keywords(flow)
    yield from _values(flow)
    yield from _sources(flow)
    yield from _params(flow)
    yield from _danger(flow)
    yield from _reach(cases)
    if flow.kind == "form" and (not flow.reply or flow.reply[-1].when):
        yield "reply", "empty", "end with a line that has no when"


def _keywords(flow: Flow) -> Iterator[Found]:
    seen: set[str] = set()
    for keyword in flow.keywords:
        place = f"keyword {keyword.word}"
        if not KEYWORD.fullmatch(keyword.word) or keyword.word in seen:
            yield place, "keyword", "write 2 to 12 capital letters, each word once"
        seen.add(keyword.word)
        for name, value in keyword.sets.items():
            ask = flow.ask(name)
            if ask is None or value not in [choice.id for choice in ask.choices]:
                yield place, "keyword", f"sets {name} must name a choice of an ask"


def _values(flow: Flow) -> Iterator[Found]:
    possible = dict(_possible(flow))
    for place, when, _ in whens(flow):
        for table in when:
            for subject, test in table.items():
                named = {*test.has, *test.lacks, *(one for one in test.equals if not _number(one))}
                for value in sorted(map(str, named - possible.get(subject, named))):
                    yield place, "value", f"{subject} can never be {value}"


def _possible(flow: Flow) -> Iterator[tuple[str, set[object]]]:
    """What each subject may be tested for."""
    for ask in flow.asks:
        if ask.kind not in ("list", "text", "phone"):
            yield ask.id, {choice.id for choice in ask.choices} | set(ask.special.values())
    for effect in flow.effects:
        yield f"outcome.{effect.id}", set(OUTCOMES[effect.do])
    yield "class", {one.id for one in flow.classes}
    yield "danger", {True, False}
    yield "face", {"ussd", "sms"}
    for name in flow.params:
        yield f"param.{name}", {True, False}


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _sources(flow: Flow) -> Iterator[Found]:
    """Whoever changes a number must see who says so."""
    cure = 'write source = "who says so"'
    yield from ((f"param {name}", "source", cure) for name, param in flow.params.items()
                if not param.source.strip())  # fmt: skip
    for number, tip in enumerate(flow.tips, start=1):
        if not tip.source.strip():
            yield f"tip {number}", "source", cure
    sourced = {f"ask {ask.id}": ask.source for ask in flow.asks}
    sourced |= {f"class {one.id}": one.source for one in flow.classes}
    limits = {f"ask {ask.id}" for ask in flow.asks if _number(ask.min) or _number(ask.max)}
    limits |= {place for place, when, _ in whens(flow) if _has_limit(when)}
    for place in sorted(limits):
        if not sourced.get(place):
            yield place, "source", cure if place in sourced else "test a class instead"
    for effect in flow.effects:
        if any(_number(one) and one for one in (*effect.minutes, effect.days)):
            yield f"effect {effect.id}", "source", "make the time a param with a source"


def _has_limit(when: When) -> bool:
    return any(
        _number(bound)
        for table in when
        for subject, test in table.items()
        for bound in (test.min, test.max, *test.equals)
        if not subject.startswith(NOT_LIMITS)
    )


def _params(flow: Flow) -> Iterator[Found]:
    """Within its limits, and at either end of them still a number that can be answered."""
    ranges = dict(_ranges(flow))
    for name, param in flow.params.items():
        low = param.value if param.min is None else param.min
        high = param.value if param.max is None else param.max
        if not low <= param.value <= high:
            yield f"param {name}", "param", f"write a value from {low} to {high}"
        least, most = ranges.get(name, (low, high))
        if low < least or high > most:
            yield f"param {name}", "param", f"write limits within {least} to {most}"


def _ranges(flow: Flow) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each param that limits a number, with what that number can be."""
    for _, when, _ in whens(flow):
        for table in when:
            for subject, test in table.items():
                ask = flow.ask(subject)
                for bound in (test.min, test.max):
                    if ask and isinstance(bound, str):
                        least = ask.min if isinstance(ask.min, int) else 0
                        most = ask.max if isinstance(ask.max, int) else 999_999
                        yield bound, (least, most)


def _danger(flow: Flow) -> Iterator[Found]:
    """Danger has its screen, and all that decides it is asked before anything else."""
    if not flow.danger_classes:
        return
    if flow.danger_ask is None:
        yield "ask", "danger", 'add an ask of kind = "danger", which says what to do at once'
    deciding = set(flow.danger_support)
    deciding |= set().union(
        *(t for one in flow.effects if one.do == "raise_alert" for t in one.when)
    )
    for ask in reversed(flow.asks):
        if ask.id in deciding:
            deciding |= set().union(*ask.when)
    late = ""
    for ask in flow.asks:
        if ask.kind not in ("danger", "list") and ask.id not in deciding:  # a list: of whom
            late = late or ask.id
        elif late and ask.id in deciding:
            yield f"ask {ask.id}", "danger", f"it decides danger: ask it before {late}"


def facts_of(flow: Flow, answers: Answers, given: Given) -> Facts:
    """All facts of a filling, classes too."""
    facts, _ = learn(flow, answers, given)
    classify(flow, facts)
    return facts


def _reach(cases: Cases) -> Iterator[Found]:
    """What no answers bring about. Enumerating for the reply settles most of it."""
    waiting = dict(_targets(cases.flow))
    _tick_off(cases, waiting, [line.when for line in cases.flow.reply])
    for place, rules in list(waiting.items()):
        if place in waiting:
            _tick_off(cases, waiting, rules, place)
        if place in waiting:
            yield place, "reached", "no answers bring this about: mend its when, or take it out"


def _tick_off(
    cases: Cases, waiting: dict[str, list[When]], rules: list[When], until: str = ""
) -> None:
    """Take out of `waiting` what comes about while these rules are enumerated."""
    for answers, given in cases.of(rules):
        facts = facts_of(cases.flow, answers, given)
        for place in [name for name, all_of in waiting.items() if _may(all_of, facts)]:
            del waiting[place]
        if until and until not in waiting:
            return


def _may(rules: list[When], facts: Facts) -> bool:
    return all(open_tests(when, facts) for when in rules)


def _targets(flow: Flow) -> Iterator[tuple[str, list[When]]]:
    """Every place with the rules that must hold together for it."""
    for ask in flow.asks:
        yield f"ask {ask.id}", [ask.when]
        for choice in ask.choices:
            yield f"ask {ask.id}, choice {choice.id}", [ask.when, choice.when]
        for number, line in enumerate(ask.lines, start=1):
            yield f"ask {ask.id}, line {number}", [ask.when, line.when]
    for one in flow.classes:  # of the classifications only the first that holds comes about
        yield f"class {one.id}", [({"class": Test(has=(one.id,))},)]
    for effect in flow.effects:
        yield f"effect {effect.id}", [effect.when]
        yield f"effect {effect.id}, hasten", [effect.when, effect.hasten]
        for place, line in effect_lines(effect):
            yield place, [effect.when, line.when]
    for number, line in enumerate(flow.reply, start=1):
        yield f"reply {number}", [line.when]
