"""What a person typed, made plain: tricks of alphabets out, letters for digits, words nearly right.

Nothing here knows a flow. What is made plain looks the same to the eye; what does not stays.
"""

import re
import unicodedata
from collections.abc import Iterable

from smsapp import gsm

WORD_LENGTH = 40  # characters of a word that nobody understood: the column's width
NO_WORD = "?"  # what was not understood has no word
NEAR_FROM = 4  # letters of a word that may be one letter wrong: shorter ones are too alike
_DIGIT_LIKE = str.maketrans("OIL", "011")
_LETTER_LIKE = str.maketrans("01", "OI")
_NUMBER = re.compile(r"[0-9OIL]*[0-9][0-9OIL]*")
_SAME_LOOK = str.maketrans(
    "АВЕКМНОРСТУХІЅЈавекмнорстухіѕјΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",  # Cyrillic and Greek
    "ABEKMHOPCTYXISJABEKMHOPCTYXISJABEZHIKMNOPTYX",
)
_BLANKS = str.maketrans(dict.fromkeys("\u115f\u1160\u2800\u3164\uffa0", " "))  # fillers
_ETHIOPIC_TEN = 0x1372  # ten to ninety, each one sign; gsm.clean knows the ones
_TENS = re.compile("([\u1372-\u137a])([\u1369-\u1371]|[1-9])?")


def normal(body: str) -> str:
    """The body in capitals, without what the eye does not see or tell apart."""
    if body.isascii():
        return gsm.clean(body).upper().strip()
    text = _TENS.sub(_ethiopic, body).translate(_BLANKS)
    plain = "".join(map(_plain_letter, gsm.clean(text).translate(_SAME_LOOK)))
    return plain.upper().strip()


def _ethiopic(found: re.Match[str]) -> str:
    """14 is written ten-four; a ten alone is a round number."""
    tens = ord(found[1]) - _ETHIOPIC_TEN + 1
    return f"{tens}{gsm.clean(found[2] or '0')}"


def _plain_letter(letter: str) -> str:
    """Without accents and styles; halves and superscripts stay, because 1½ is not 112."""
    if letter.isascii():
        return letter
    kind = unicodedata.category(letter)
    if kind == "No" and not unicodedata.decomposition(letter).startswith("<circle>"):
        return letter
    parts = unicodedata.normalize("NFKD", letter)
    return "".join(one for one in parts if unicodedata.category(one) not in ("Mn", "Me"))


def number(text: str) -> str:
    """The digits that a text is where a number must stand; "" where it is none."""
    return text.translate(_DIGIT_LIKE) if _NUMBER.fullmatch(text) else ""


def letters(text: str) -> str:
    """The word that a text looks like: zero for O, one for I."""
    return text.translate(_LETTER_LIKE)


def near(typed: str, words: Iterable[str]) -> list[str]:
    """The words that this is, but for one letter: another, missing, too many, or two swapped."""
    return [word for word in words if len(word) >= NEAR_FROM and _one_wrong(typed, word)]


def _one_wrong(one: str, other: str) -> bool:
    if abs(len(one) - len(other)) > 1:
        return False
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    sizes = {len(one), len(other)}
    return sizes <= {0, 1} or (sizes == {2} and one == other[::-1])


def first_word(body: str) -> str:
    """The word that may have been meant for a keyword."""
    words = re.findall(r"[A-Z]+", normal(body))
    long = [word for word in words if len(word) > 1]
    return next(iter([*long, *words]), NO_WORD)[:WORD_LENGTH]
