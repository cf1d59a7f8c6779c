"""Report references: six digits that people read out and type, the last one a check digit.

Source: H. M. Damm, 2004. The check digit finds every wrong digit and every swap of neighbours.
A reference names, it never authorises.
"""

import secrets

from stdnum import damm

LENGTH = 6  # digits


def make_ref() -> str:
    """A random reference. The caller makes sure that one person never gets it twice."""
    digits = f"{secrets.randbelow(10 ** (LENGTH - 1)):0{LENGTH - 1}}"
    return digits + damm.calc_check_digit(digits)


def is_ref(text: str) -> bool:
    """Whether a text can be a reference: six ASCII digits that agree."""
    return len(text) == LENGTH and text.isascii() and text.isdigit() and bool(damm.is_valid(text))
