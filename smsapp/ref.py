"""Report references: six digits that people read out and type, the last one a check digit.

Source: H. M. Damm, 2004. The check digit finds every wrong digit and every swap of neighbours.
A reference names, it never authorises.
"""

import secrets
from collections.abc import Iterable

from stdnum import damm

LENGTH = 6  # digits


def make_ref() -> str:
    """A random reference. The caller makes sure that one person never gets it twice."""
    digits = f"{secrets.randbelow(10 ** (LENGTH - 1)):0{LENGTH - 1}}"
    return digits + damm.calc_check_digit(digits)


def near(typed: str, known: Iterable[str]) -> str:
    """The one of these refs that is a wrong digit or a swap away; empty for none, or for two.

    What the check digit accepts was not mistyped, it is another ref.
    """
    if is_ref(typed):
        return ""
    found = {one for one in known if _slip(typed, one)}
    return found.pop() if len(found) == 1 else ""


def _slip(typed: str, ref: str) -> bool:
    wrong = [at for at, (a, b) in enumerate(zip(typed, ref, strict=False)) if a != b]
    if len(typed) != len(ref) or len(wrong) > 2:
        return False
    first, last = wrong[:1], wrong[-1:]
    return len(wrong) == 1 or (
        len(wrong) == 2
        and last[0] - first[0] == 1
        and typed[first[0]] == ref[last[0]]
        and typed[last[0]] == ref[first[0]]
    )


def is_ref(text: str) -> bool:
    """Whether a text can be a reference: six ASCII digits that agree."""
    return len(text) == LENGTH and text.isascii() and text.isdigit() and bool(damm.is_valid(text))
