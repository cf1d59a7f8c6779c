"""What an order holds, as a person reads it: `LA 54 ZI 40`, in one SMS, or how many there are."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from smsapp import gsm
from smsapp.flow.answerback import whole_pieces
from smsapp.flow.fill import WIDTHS
from smsapp.runtime import Runtime
from smsapp.service.people import text_for
from smsapp.store.orders import Line
from smsapp.store.people import Person


def asked(lines: Sequence[Line]) -> str:
    """`LA 54 ZI 40`: what is to be packed."""
    return " ".join(f"{one.product.upper()} {one.asked}" for one in lines)


def on_screen(lines: Sequence[Line]) -> str:
    """The same as far as a screen has room; each product has a screen of its own besides."""
    return whole_pieces((f"{one.product.upper()} {one.asked}" for one in lines), WIDTHS["to_pack"])


def packed(lines: Sequence[Line]) -> str:
    """`LA 12/54 ZI 40`: what is ready, and of how many where it is less."""
    return " ".join(
        f"{one.product.upper()} {one.packed}"
        + (f"/{one.asked}" if (one.packed or 0) < one.asked else "")
        for one in lines
        if one.packed
    )


def missing(lines: Sequence[Line]) -> str:
    """`LA ZI`: of what nothing was there."""
    return " ".join(one.product.upper() for one in lines if one.packed == 0)


def amounts(said: Mapping[str, int]) -> str:
    """`LA 14 ZI 10`: capitals, so that no product is read as a word."""
    return " ".join(f"{product.upper()} {amount}" for product, amount in sorted(said.items()))


def text_that_fits(
    rt: Runtime, db: Connection, one: Person, word: str, lines: str, count: int, **values: str
) -> str:
    """This word with its lines; where they find no room, its `_many`, which says how many."""
    code = rt.settings.service_code
    text = text_for(rt, db, one, word, lines=lines, code=code, **values)
    if gsm.fits(text):
        return text
    return text_for(rt, db, one, f"{word}_many", count=str(count), code=code, **values)
