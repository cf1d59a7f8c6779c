"""Amounts that can hardly be meant: asked back, and taken when the SMS is sent again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from smsapp.flow.answer import is_doubted
from smsapp.flow.given import Given
from smsapp.flow.keyword import Opening, open_all
from smsapp.flow.model import Answers, Flow
from smsapp.flow.reading import Reading, read
from smsapp.runtime import Runtime
from smsapp.service.filled import Filling
from smsapp.store.inbound import texts_since
from smsapp.store.misspellings import meanings
from smsapp.store.people import Person

AGAIN_WITHIN = timedelta(minutes=60)  # cStock: the same text again overrides


def doubted(flow: Flow, answers: Answers, given: Given) -> dict[str, int]:
    """Of what is new here: product -> an amount too great, or of what she does not hold."""
    return {
        ask.product: value
        for ask in flow.asks
        if isinstance(value := answers.get(ask.id), int)
        and given.answers.get(ask.id) != value
        and is_doubted(ask, value, given)
    }


def said_again(
    rt: Runtime, db: Connection, person: Person, same: Callable[[Opening], bool]
) -> bool:
    """Whether this SMS is the second of its kind in the last hour: she was asked, and means it."""
    since, words = rt.now() - AGAIN_WITHIN, meanings(db)
    texts = texts_since(db, person.id, since)
    return sum(any(map(same, open_all(rt.flows, text, words))) for text in texts) > 1


def meant(rt: Runtime, db: Connection, person: Person, filling: Filling, reading: Reading) -> bool:
    """Whether she has said the same of this flow before, in the last hour."""

    def same(one: Opening) -> bool:
        here = one.flow == filling.flow.id
        return here and read(filling.flow, one, filling.given).answers == reading.answers

    return said_again(rt, db, person, same)


def taking(given: Given, amounts: dict[str, int]) -> Given:
    """What is known, with these amounts beyond doubt."""
    more = tuple(one for one in amounts if given.products and one not in given.products)
    most = {name: max(given.most.get(name, 0), amount) for name, amount in amounts.items()}
    return replace(given, products=given.products + more, most=given.most | most)
