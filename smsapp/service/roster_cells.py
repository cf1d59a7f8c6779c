"""How the cells of a roster read: yes or no, the end of a training, the products somebody holds."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from smsapp.runtime import Runtime
from smsapp.service.people import TRAINING_DAYS
from smsapp.service.table import Cells

YES, NO = ("yes", "oui", "1", "true"), ("no", "non", "0", "false")
ALWAYS = "always"  # training without an end: for the demonstration programme
BETWEEN = re.compile(r"[\s/;,|]+")  # two products of one cell


def read_yes(cells: Cells, column: str, *, empty: bool = False) -> bool | None:
    """Yes or no; `empty` is what an empty cell means, None a file without the column."""
    if not cells.has(column):
        return None
    return cells.one_of(column, YES + NO) in YES if cells.text(column) else empty


def read_training(rt: Runtime, cells: Cells) -> tuple[bool | None, datetime | None]:
    """Whether she is in training, and until when; until None: without end."""
    if not cells.has("training_until"):
        return None, None
    text = cells.text("training_until").lower()
    if text == ALWAYS and rt.settings.smsapp_env == "development":
        return True, None
    zone = ZoneInfo(rt.settings.timezone)
    latest = rt.now().astimezone(zone).date() + timedelta(days=TRAINING_DAYS)
    try:
        last = date.fromisoformat(text) if text else None
    except ValueError:
        last = date.max
    if last and last > latest:
        cells.fault(
            "training_until", f"write the last day, at most {latest.isoformat()}, like that"
        )
    if last is None or last > latest:
        return False, None
    return True, datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)


def read_products(rt: Runtime, cells: Cells) -> tuple[str, ...] | None:
    """The products she holds, by id; none named: all of the file. None: the column is missing."""
    if not cells.has("products"):
        return None
    known = {word: one.id for one in rt.flows.products.values() for word in one.words}
    words = [word.upper() for word in BETWEEN.split(cells.text("products")) if word]
    if any(word not in known for word in words):
        named = " ".join(rt.flows.products)
        cells.fault("products", f"write codes with a space between them, of: {named}; empty: all")
    return tuple(sorted({known[word] for word in words if word in known}))
