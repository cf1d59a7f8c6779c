"""Whole calls on every flow: any keys give valid screens, and an SMS says what they say."""

from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as some

from smsapp import gsm
from smsapp.flow.answer import choices
from smsapp.flow.faces import Twins, by_keys, compare
from smsapp.flow.given import Item
from smsapp.flow.judge import Facts, limit
from smsapp.flow.library import Library
from smsapp.flow.model import Ask, Flow
from smsapp.flow.walk import next_ask, walk
from smsapp.flow.widths import widest
from tests.flow.build import LIBRARY, WORDS, given
from tests.flow.play import call

ODD = ["", "0", "00", "98", "x", "*", "13", "999999", "9" * 200]
ROLES = ["chw", "supervisor", "facility", "district", "operator"]
ITEMS = tuple(Item(str(place), f"482913 Kamba{place} 14:02") for place in range(1, 20))
FORMS = sorted(name for name, flow in LIBRARY.flows.items() if flow.keywords)


def keys(ask: Ask, facts: Facts) -> Any:
    """What may be typed here: mostly what is accepted."""
    if ask.kind == "number":
        low, high = limit(ask.min, facts, 0), limit(ask.max, facts, 999)
        good: Any = some.integers(low, high).map(str) | some.sampled_from(["0", *ask.special])
    elif ask.kind in ("list", "text", "note"):
        good = some.integers(0, 19).map(str)
    elif ask.kind == "ticks":
        places = [str(place) for place, _ in choices(ask, facts)]
        good = some.lists(some.sampled_from(places), max_size=4).map("".join)
    else:
        good = some.sampled_from([str(place) for place, _ in choices(ask, facts)] or ["0"])
    return good | good | good | some.sampled_from(ODD)


def everything(flow: Flow) -> dict[str, Any]:
    """All that can be known and offered."""
    lists = dict.fromkeys(flow.lists_read, ITEMS)
    return {"values": widest(flow) | {"mistake": "1", "help": "+265991000201123"}, "lists": lists}


@pytest.mark.parametrize("name", sorted(LIBRARY.flows))
@settings(max_examples=60)
@for_all(data=some.data())
def test_no_keys_break_a_flow(name: str, data: some.DataObject) -> None:
    flow = LIBRARY.flows[name]
    talk = call(
        flow,
        language=data.draw(some.sampled_from(flow.languages)),
        training=data.draw(some.booleans()),
        role=data.draw(some.sampled_from(ROLES)),
        **everything(flow),
    )
    typed: list[str] = []
    for _ in range(data.draw(some.integers(1, 24))):
        if not talk.ask:
            break
        assert gsm.fits(talk.screen), talk.screen
        assert gsm.measure(talk.screen).encoding == "GSM-7"
        ask, facts = next_ask(flow, talk.walked, talk.given)
        assert ask
        key = data.draw(keys(ask, facts))
        talk.press(key)
        typed.append(key)
        assert walk(flow, tuple(typed), talk.given) == talk.walked


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=60)
@for_all(data=some.data())
def test_an_sms_says_what_the_keys_say(name: str, data: some.DataObject) -> None:
    flow = LIBRARY.flows[name]
    params = {one: data.draw(some.booleans()) for one, param in flow.params.items()
              if isinstance(param.value, bool)}  # fmt: skip
    offered = tuple(Item(str(place), str(place)) for place in range(1, 10))
    told = given(flow, params=params, lists=dict.fromkeys(flow.lists_read, offered))
    twins = Twins(flow, Library(WORDS, {flow.id: flow}), told)
    answers = {ask.id: data.draw(answer(ask)) for ask in flow.asks if answerable(ask)}
    assert list(compare(twins, answers, told)) == []
    assert next_ask(flow, by_keys(flow, answers, told)[0], told)[0] is None


def answerable(ask: Ask) -> bool:
    """Whether one answer is not as good as another."""
    return bool(ask.choices) or (ask.kind == "number" and not isinstance(ask.max, str))


def answer(ask: Ask) -> Any:
    """Any answer of an ask, as stored."""
    ids = [one.id for one in ask.choices if not one.withdraws]
    if ask.kind == "number":
        low = ask.min if isinstance(ask.min, int) else 0
        high = ask.max if isinstance(ask.max, int) else 999
        return some.one_of(some.integers(low, high), *map(some.just, ask.special.values()))
    if ask.kind == "ticks":
        return some.lists(some.sampled_from(ids), unique=True)
    return some.sampled_from(ids)
