"""The USSD face: keys are folded, one at a time, into answers. The screen is in `screen.py`.

`00` takes the last accepted answer back, `98` shows more of a long list; a refused key is no step.
A danger class is told at the hop at which it first holds: `commits` counts what must be saved now.
"""

from dataclasses import dataclass, field, replace

from smsapp.flow.answer import Wrong, choices, is_doubted, parse
from smsapp.flow.given import Given
from smsapp.flow.guide import Guided, guided
from smsapp.flow.judge import Facts, holds, judge, learn
from smsapp.flow.model import Answers, Ask, Flow, Value
from smsapp.flow.screen import page_count

BACK, MENU, MORE = "00", "000", "98"


@dataclass(frozen=True)
class Walked:
    """How far the keys have come. `taken` pairs each accepted key with the ask it met."""

    answers: Answers = field(default_factory=dict)
    taken: tuple[tuple[str, str], ...] = ()
    barrier: int = 0  # steps that `00` may not take back
    page: int = 0
    ticked: tuple[str, ...] = ()  # on the pages before this one
    asking: str = ""  # the ticks she is guided through: what is ticked so far may be saved already
    withdrawn: int = 0  # times danger was called a mistake
    commits: int = 0  # changes that are saved at their hop
    notice: Wrong | None = None
    doubted: str = ""  # the ask and key that were asked back: typed again, it is taken
    left: bool = False  # she went back out of the flow
    ahead: tuple[Ask | None, Facts] | None = field(default=None, init=False, compare=False)


def begin(given: Given) -> Walked:
    """The start: what was answered before stands."""
    return Walked(answers=dict(given.answers))


def walk(flow: Flow, keys: tuple[str, ...], given: Given) -> Walked:
    """Fold all keys from the start."""
    walked = begin(given)
    for key in keys:
        walked = step(flow, walked, key, given)
    return walked


def resume(flow: Flow, taken: tuple[tuple[str, str], ...], given: Given) -> Walked:
    """Fold what was accepted before, up to the first ask that no longer is as it was.

    Keys are always of a call, also where an SMS goes on from them.
    """
    given = replace(given, face="ussd")
    walked = begin(given)
    for ask_id, key in taken:
        ask, _ = next_ask(flow, walked, given)
        if ask is None or ask.id != ask_id:
            break
        after = step(flow, walked, key, given)
        if after.doubted != walked.doubted:  # she has said it twice
            after = step(flow, after, key, given)
        if after.notice:
            break
        walked = after
    return walked


def next_ask(flow: Flow, walked: Walked, given: Given) -> tuple[Ask | None, Facts]:
    """The ask to put now, None when all are answered; and the facts it is put on.

    Found once for each `Walked`: a hop asks for it several times.
    """
    if walked.ahead is None:
        facts, open_asks = learn(flow, walked.answers, given)
        ask = open_asks[0] if open_asks else None
        danger_ask = flow.danger_ask
        if danger_ask and facts["danger"] is True and facts.get(danger_ask.id, "") == "":
            ask = danger_ask
        elif walked.asking:
            ask = flow.ask(walked.asking)
        object.__setattr__(walked, "ahead", (ask, facts))
    assert walked.ahead is not None
    return walked.ahead


def step(flow: Flow, walked: Walked, key: str, given: Given) -> Walked:
    """One key more."""
    ask, facts = next_ask(flow, walked, given)
    walked = replace(walked, notice=None)
    if ask is None:
        return walked
    if key == BACK:
        return _back(flow, walked, ask, given)
    led = guided(flow, ask, facts, given)
    if led:
        return _guide(flow, walked, ask, led, key, facts, given)
    return _answer(flow, walked, ask, key, facts, given)


def _answer(flow: Flow, walked: Walked, ask: Ask, key: str, facts: Facts, given: Given) -> Walked:
    """A key that answers, or shows more."""
    pages = 1
    if ask.kind == "ticks" or key == MORE:
        pages = page_count(flow, ask, facts, given, walked.answers)
    if key == MORE and ask.kind != "ticks" and walked.page + 1 < pages:
        return replace(walked, page=walked.page + 1)
    value = parse(ask, key, facts, given)
    if isinstance(value, Wrong):
        return replace(walked, notice=value)
    if is_doubted(ask, value, given) and walked.doubted != f"{ask.id} {key}":
        return replace(walked, notice=Wrong("wrong.sure"), doubted=f"{ask.id} {key}")
    if ask.kind == "ticks" and pages > 1:
        ticked = (*walked.ticked, *(value if isinstance(value, list) else ()))
        if walked.page + 1 < pages:
            taken = (*walked.taken, (ask.id, key))
            return replace(walked, taken=taken, page=walked.page + 1, ticked=ticked)
        value = [choice.id for _, choice in choices(ask, facts) if choice.id in ticked]
    return _accept(flow, walked, ask, key, value, facts, given)


def _guide(
    flow: Flow, walked: Walked, ask: Ask, led: Guided, key: str, facts: Facts, given: Given
) -> Walked:
    """One statement more; a danger sign among those so far is told at this very hop."""
    tick = led.ticked(key.strip(), walked.page)
    if isinstance(tick, Wrong):
        return replace(walked, notice=tick)
    ticked = (*walked.ticked, tick)
    value: Value = [choice.id for _, choice in choices(ask, facts) if choice.id in ticked]
    if walked.page + 1 == len(led.statements):
        return _accept(flow, replace(walked, asking=""), ask, key, value, facts, given)
    taken = (*walked.taken, (ask.id, key))
    after = replace(walked, taken=taken, page=walked.page + 1, ticked=ticked, asking=ask.id)
    so_far = replace(after, answers={**walked.answers, ask.id: value})
    told = _told(flow, so_far, ask, facts, given)
    return told if told.commits > walked.commits or ask.id in walked.answers else after


def _back(flow: Flow, walked: Walked, ask: Ask, given: Given) -> Walked:
    begun = bool(walked.taken) and walked.taken[-1][0] == ask.id  # ticks of an earlier page
    if walked.page and not begun and not walked.asking:
        return replace(walked, page=0)
    if given.guided and len(walked.taken) > walked.barrier:
        before = resume(flow, walked.taken[:-1], given)
        return replace(before, barrier=walked.barrier, commits=walked.commits)
    if len(walked.taken) > walked.barrier:
        last = walked.taken[-1][0]
        fixed, free = walked.taken[: walked.barrier], walked.taken[walked.barrier :]
        taken = fixed + tuple(pair for pair in free if pair[0] != last)
        answers = {name: value for name, value in walked.answers.items() if name != last}
        return replace(walked, answers=answers, taken=taken, page=0, ticked=())
    if walked.taken:
        return replace(walked, notice=Wrong("wrong.back"))
    return replace(walked, left=True)


def _accept(
    flow: Flow, walked: Walked, ask: Ask, key: str, value: Value, facts: Facts, given: Given
) -> Walked:
    answers = {**walked.answers, ask.id: value}
    after = replace(
        walked, answers=answers, taken=(*walked.taken, (ask.id, key)), page=0, ticked=()
    )
    if ask.kind == "danger":
        after = replace(after, page=walked.page, ticked=walked.ticked)  # where she was led so far
        return _answer_danger(flow, after, ask, value, given)
    return _told(flow, after, ask, facts, given)


def _told(flow: Flow, after: Walked, ask: Ask, facts: Facts, given: Given) -> Walked:
    """The same, to be saved at this hop where danger is added to what these facts held."""
    if ask.id not in flow.danger_support:
        return after
    _, new = next_ask(flow, after, given)
    if new["danger"] is not True or _dangers(flow, new) <= _dangers(flow, facts):
        return after
    return replace(after, commits=after.commits + 1, barrier=len(after.taken))


def _answer_danger(flow: Flow, walked: Walked, ask: Ask, value: Value, given: Given) -> Walked:
    """Going or not is saved at once; `Mistake` drops what made the danger and asks it again."""
    after = replace(walked, commits=walked.commits + 1, barrier=len(walked.taken))
    if not any(choice.withdraws and choice.id == value for choice in ask.choices):
        return after
    judged = judge(flow, walked.answers, given)
    made = {ask.id}.union(*(set().union(*flow.when_of(name)) for name in judged.dangers))
    made |= {one.id for one in flow.asks if one.kind == "unit" and one.scales in made}
    answers = {name: kept for name, kept in walked.answers.items() if name not in made}
    again = replace(after, answers=answers, page=0, ticked=(), asking="")
    return replace(again, withdrawn=after.withdrawn + 1)


def _dangers(flow: Flow, facts: Facts) -> set[str]:
    return {one.id for one in flow.danger_classes if holds(one.when, facts) is True}
