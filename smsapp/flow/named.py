"""Products that an SMS names without a number: `OS 482913 la`."""

from collections.abc import Sequence

from smsapp.flow.marks import Mark
from smsapp.flow.pairs import Pair


def named(left: Sequence[Mark]) -> tuple[list[Pair], list[Mark]]:
    """What only names a product where that says something, and what is left then."""
    pairs, rest = list[Pair](), list[Mark]()
    for mark in left:
        if mark.ask and mark.ask.alone and not mark.doubt:
            pairs.append(Pair(mark.ask.id, mark.ask.alone, mark.shown))
        else:
            rest.append(mark)
    return pairs, rest
