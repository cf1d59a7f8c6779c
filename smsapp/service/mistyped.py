"""What is said to a ref that is none of hers: the one she meant, where it is a slip away."""

from collections.abc import Collection

from smsapp import ref as refs
from smsapp.service.answered import NOT_YOURS, Answered
from smsapp.service.filled import Done


def mistyped(
    typed: str, mine: Collection[str], word: str, danger: str = ""
) -> tuple[str, dict[str, str]]:
    """The sentence and its values. `mine`: what she may touch; `word`: where none is near, or two.

    `danger`: the ending of a sentence that also says when to refer. Nothing is done by itself.
    """
    near = refs.near(typed, mine)
    return (f"{'sms.ref_near' if near else word}{danger}", {"text": typed, "near": near})


def as_outcome(typed: str, mine: Collection[str], done: Done) -> str:
    """What became of an answer to a ref that is none of hers: `near`, or `not_yours`."""
    near = refs.near(typed, mine)
    done.values |= {"ref": typed, "near": near}
    return "near" if near else "not_yours"


def as_answered(typed: str, mine: Collection[str]) -> Answered:
    """The same, of an alert, an order or a query."""
    near = refs.near(typed, mine)
    return Answered("near", typed, near=near) if near else NOT_YOURS
