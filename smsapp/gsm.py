"""GSM 03.38: what a basic phone can show, what it costs, and what comes in from one.

Sources: 3GPP TS 23.038 6.2.1 (alphabet, extension table), 3GPP TS 23.040 9.2.3.24 (parts).
"""
# ruff: noqa: RUF001 - characters that are mistaken for others are the very subject

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)  # 127 characters, one septet each; the 128th code is the escape
EXTENSION = "\f^{}\\[~]|€"  # escape and code: two septets each

SCREEN_SEPTETS = 160  # house limit of a screen and of an SMS: safe on every network (USSD has 182)
SCREEN_UNITS = 70  # UTF-16 units: the same 140 octets at 16 bits
PART_SEPTETS = 153  # of 160: seven go to the header that joins the parts
PART_UNITS = 67  # of 70: three go to that header

_ONE = frozenset(BASIC)
_TWO = frozenset(EXTENSION)
_GSM = _ONE | _TWO
_ESCAPE = "\x1b"  # the code before each extension character
_HIGH = frozenset(range(0xD8, 0xDC))  # upper byte of the first half of a surrogate pair

# The nearest GSM letters where Unicode knows no decomposition: punctuation of word processors,
# and letters of West and East African alphabets, each above its neighbour.
_LETTERS = "ŋŊɓƁɗƊƙƘƴƳɛƐɔƆɲƝłŁđĐħĦŧŦǝƎəƏɩƖʋƲƒıðÐ×÷⁄•·‹›°"
_PLAINER = "nNbBdDkKyYeEoOnNlLdDhHtTeEeEiIvVfidDx//-.<> "
_NEAREST = {
    **dict(zip(_LETTERS, _PLAINER, strict=True)),
    **dict.fromkeys("‘’‚‛ʼʻ′`´ˊ", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\t\v\x85\u2028\u2029", " "),
    **dict(zip("…œŒþÞẞ", ["...", "oe", "OE", "th", "Th", "SS"], strict=True)),
}
_ETHIOPIC_ONE = 0x1369  # its nine digits are letters to Unicode, and have no zero


@dataclass(frozen=True)
class Size:
    """What a text costs: septets or UTF-16 units, parts, and what forces 16 bits a character."""

    encoding: str  # "GSM-7" or "UCS-2"
    units: int
    segments: int
    outside: tuple[str, ...]


def septets(text: str) -> int:
    """Septets of a text. Raises ValueError if a character is not in the GSM alphabet."""
    letters = set(text)
    if not letters <= _GSM:
        raise ValueError("a character is outside GSM 03.38; see measure(text).outside")
    return len(text) + sum(text.count(letter) for letter in letters & _TWO)


@lru_cache(maxsize=4096)  # the lines of a few menus: each is measured on every screen it is on
def measure(text: str) -> Size:
    """What a text costs as SMS. An empty SMS is one part."""
    letters = set(text)
    if letters <= _GSM:
        return _measure_gsm(text, letters & _TWO)
    outside = tuple(letter for letter in dict.fromkeys(text) if letter not in _GSM)
    upper = text.encode("utf-16-be", "surrogatepass")[::2]  # one byte of each unit
    parts = 1
    if len(upper) > SCREEN_UNITS:
        parts = _parts(len(upper), PART_UNITS, lambda place: upper[place] in _HIGH)
    return Size("UCS-2", len(upper), parts, outside)


def _measure_gsm(text: str, wide: Iterable[str]) -> Size:
    for letter in wide:
        text = text.replace(letter, _ESCAPE + letter)
    parts = 1
    if len(text) > SCREEN_SEPTETS:
        parts = _parts(len(text), PART_SEPTETS, lambda place: text[place] == _ESCAPE)
    return Size("GSM-7", len(text), parts, ())


def _parts(units: int, room: int, begins_pair: Callable[[int], bool]) -> int:
    """Parts of a long text, where a character of two units is never torn apart."""
    parts, start = 0, 0
    while start < units:
        parts, start = parts + 1, start + room
        if start < units and begins_pair(start - 1):
            start -= 1  # the pair goes to the next part whole
    return parts


def fits(text: str) -> bool:
    """Whether a text is one screen and one SMS."""
    return measure(text).segments == 1


def fold(text: str) -> str:
    """The text in the nearest GSM letters. A character that has none stays."""
    if _GSM.issuperset(text):
        return text
    out: list[str] = []
    for letter in unicodedata.normalize("NFC", text):
        if letter in _GSM:
            out.append(letter)
        elif unicodedata.combining(letter) and out and out[-1][-1] in _GSM:
            continue  # a second accent, on a letter that has none here
        else:
            out.append(_nearest(letter))
    return "".join(out)


def _nearest(letter: str) -> str:
    plain = _NEAREST.get(letter)
    if plain is None:
        parts = unicodedata.normalize("NFKD", letter)
        plain = "".join(_NEAREST.get(p, p) for p in parts if not unicodedata.combining(p))
    return plain if plain and _GSM.issuperset(plain) else letter


def clean(text: str) -> str:
    """What came in, fit to be stored, compared and shown: the letters stay, the tricks go.

    Control characters other than a new line, invisible and direction marks and lone surrogates
    are dropped, every space is a plain one, digits of other scripts become ASCII, and the rest
    is composed (NFC). Cleaning twice changes nothing.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(map(_clean_letter, text))
    return unicodedata.normalize("NFC", plain)


def _clean_letter(letter: str) -> str:
    if letter == "\n" or " " <= letter <= "~":
        return letter
    kind = unicodedata.category(letter)
    if kind in ("Zl", "Zp"):
        return "\n"
    if kind == "Zs" or letter == "\t":
        return " "
    if kind in ("Cc", "Cf", "Cs"):
        return ""
    if kind == "Nd":
        return str(unicodedata.decimal(letter))
    if 0 <= ord(letter) - _ETHIOPIC_ONE < 9:
        return str(ord(letter) - _ETHIOPIC_ONE + 1)
    return letter
