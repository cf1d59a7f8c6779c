"""Danger signs are statements to tick: after a negative question "yes" and "no" change places."""

import re
from collections.abc import Iterable, Iterator

from smsapp.flow.model import Flow
from smsapp.flow.rules import Found
from smsapp.flow.words import Words


def problems(flow: Flow, words: Words) -> Iterator[Found]:
    """Signs that are questions, and questions that deny, among the asks that danger rests on."""
    for ask in flow.asks:
        if ask.id not in flow.danger_support:
            continue
        for language in flow.languages:
            question = words.openings.question.get(language, ())
            negative = words.openings.negative.get(language, ())
            for choice in ask.choices:
                text = choice.text[language]
                if text.rstrip().endswith("?") or _begins(text, question):
                    place = f"ask {ask.id}, choice {choice.id}, {language}"
                    yield place, "question", f"say what is seen, do not ask: {text!r}"
            asked = ask.text.get(language, "")
            if _begins(asked, negative):
                yield f"ask {ask.id}, {language}", "question", f"ask it without not: {asked!r}"


def _begins(text: str, openings: Iterable[str]) -> bool:
    """Whether a text begins with one of these, as whole words."""
    plain = text.strip().lower().replace("\u2019", "'")
    return any(re.match(re.escape(one) + r"(?!\w)", plain) for one in openings)
