"""What a word that is no keyword may have been meant to be. Never to read it: only to keep it."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from smsapp.flow.library import Library
from smsapp.flow.spelling import normal

NEAR = 0.6  # of 1, as difflib counts: one letter wrong of three is 0.67, of five 0.8
WORD = re.compile(r"[A-Z]+")


def names_private(library: Library, body: str) -> bool:
    """Whether a private keyword stands anywhere in an SMS: `HELP PAY`, `my pay did not come`."""
    words = WORD.findall(normal(body))
    return any(secret and word in words for word, secret in _keywords(library))


def near_private(library: Library, body: str) -> bool:
    """Whether the keyword nearest to the first word is private; of two as near, the private one."""
    word = next(iter(WORD.findall(normal(body))), "")
    ranked = [
        (SequenceMatcher(None, word, one).ratio(), secret) for one, secret in _keywords(library)
    ]
    ratio, secret = max(ranked, default=(0.0, False))
    return secret and ratio >= NEAR


def _keywords(library: Library) -> Iterator[tuple[str, bool]]:
    """Every word that begins an SMS, and whether it is private."""
    for command in library.words.command.values():
        yield from ((word, False) for word in command.words)
    for flow in library.flows.values():
        yield from ((keyword.word, flow.private) for keyword in flow.keywords)
