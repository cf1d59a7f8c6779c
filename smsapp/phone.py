"""Phone numbers: E.164 in, E.164 out, and masked wherever people look.

Source: ITU-T E.164 (a plus, then at most 15 digits). The gateway's SDK accepts far more (four
digits, 24 digits, a line end, digits of other scripts), so nothing is sent without `is_e164`.
"""

import re

import phonenumbers
from phonenumbers import NumberParseException

LONGEST_TYPED = 30  # characters: 15 digits, each with a separator
SHOWN_DIGITS = 3  # of a masked number

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_TYPED = re.compile(r"\+?[0-9 ().\-]+")


class BadPhone(ValueError):
    """Not a phone number. The message names the cure, never the number."""


def parse(text: str, country: str) -> str:
    """E.164 of a number as people type it; without a prefix it is one of `country` (ISO 3166).

    Raises BadPhone. Only the length is checked against the country's plan, because new ranges
    are given out faster than any list of them is updated.
    """
    text = text.strip()
    if len(text) > LONGEST_TYPED or not _TYPED.fullmatch(text):
        raise BadPhone("write the number with digits only, for example +265991000001")
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        raise BadPhone(
            "write the number with + and the country's prefix, for example +265991000001"
        ) from None
    phone = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not is_e164(phone) or not phonenumbers.is_possible_number(number):
        raise BadPhone("the number has too few or too many digits; compare it with the phone")
    return phone


def is_e164(text: str) -> bool:
    """Whether a text is a number in the one form that is stored and sent to."""
    return _E164.fullmatch(text) is not None


def mask(phone: str) -> str:
    """The number for pages: its country and its last digits, `+265…001`."""
    if not is_e164(phone):
        return "…"
    try:
        prefix = f"+{phonenumbers.parse(phone).country_code}"
    except NumberParseException:
        prefix = ""
    return f"{prefix}…{phone[-SHOWN_DIGITS:]}"
