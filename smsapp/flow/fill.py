"""Placeholders: which there are, how wide each can be, and how a text is filled."""

import re
from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{(\w+)\}")
WIDTHS = {  # septets at the most; names of people and places are shortened when imported
    "phone": 16,  # E.164 with its plus: ITU-T E.164, 15 digits
    "help": 16,
    "ref": 6,
    "chw": 13,  # with a question mark where it is not sure
    "near": 6,  # a ref of his that is one digit away
    "chw_phone": 16,
    "name": 12,
    "facility": 12,
    "place": 12,
    "time": 5,  # 14:02
    "day": 5,  # 02/03
    "date": 9,  # Tue 17/11
    "month": 10,
    "cases": 9,  # of her month, and of the month before: `999 (999)`
    "referred": 9,
    "followed": 9,
    "homes_both": 9,
    "alerts": 2,  # of her month
    "answered": 2,
    "arrived": 2,
    "language": 12,
    "packed_at": 12,  # where what she needs lies ready
    "packed_ref": 6,
    "pack": 48,  # amounts of products: `LA 345, ZI 185`, or `LA345,ZI185` where there are many
    "amounts": 48,
    "keyword": 12,  # of a flow: rules.py
    "used": 25,  # of a count: `AL 96 (90),Zinc 40 (40)`, used and reported
    "used_all": 80,
    "more": 20,  # the same, of what was counted beyond what is known
    "days": 3,
    "new_phone": 16,  # of a CHW who is registered: flows/register.toml
    "new_name": 40,
    "person_code": 40,
    "tail": 3,  # of a phone number
    "query_1": 36,  # how a query stands
    "query_2": 36,
    "query_3": 36,
    "last_time": 5,
    "last_ref": 6,
    "earlier": 6,  # the ref under which the same was told before
    "code": 12,  # a USSD service code
    "age": 2,
    "line": 3,  # of her paper register
    "count": 2,
    "due": 3,  # to be seen again
    "chws": 3,
    "orders": 3,
    "calls": 3,
    "trigger": 20,  # the number and words of a trigger: `9 Fever and bleeding`
    "affected": 4,  # of all reports of one village that joined
    "dead": 4,
    "reports": 3,
    "hotline": 16,
    "what": 24,  # how a dropped report is named: `14 months, 10:42`
    "digits": 8,
    "min": 3,
    "max": 3,
    "letters": 20,
    "languages": 20,  # codes: EN FR NY SW
    "text": 20,
    "lines": 16,  # of an order: `la 540 zi 400`; more find room where names are short
    "to_pack": 56,  # the same, on a screen
    "missing": 20,  # products of an order: `la am or zi mt lb pa`
    "one_product": 8,
    "lot": 12,
    "total": 2,
    "errand": 70,  # what a supervisor wrote: flows/errand.toml
    "left": 36,  # names of those who have not done it
    "names": 100,  # of a digest, while they fit
    "heard": 3,
    "alerts_open": 3,
    "referrals": 3,
    "visited": 3,
    "asked": 3,
    "closed": 3,
    "tasks": 60,  # refs with their words: `FU482913, R123455`
    "overdue": 66,  # who is late with what: `Esther follow-up 2, stock count; Eve visit`
}


def placeholders(text: str) -> list[str]:
    """The names between braces."""
    return PLACEHOLDER.findall(text)


def fill(text: str, values: Mapping[str, object]) -> str:
    """The text with its placeholders filled; one that is not known stays as it is."""
    if "{" not in text:
        return text
    return PLACEHOLDER.sub(lambda found: str(values.get(found[1], found[0])), text)
