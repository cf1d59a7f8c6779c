"""What became of somebody's answer to an alert or a request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Outcome = Literal[
    "done", "already", "not_yours", "none_open", "several", "taken",
    "near", "unapproved", "unneeded", "foreign", "unclear", "received", "cancelled",
    "left", "untold", "had",
]  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """`ref`, `chw_id`: what was answered, and who sent it. `by_short`, `at`: by whom and when."""

    outcome: Outcome
    ref: str = ""
    by_short: str = ""
    at: datetime | None = None
    chw_id: int | None = None
    by_id: int | None = None  # of one that was answered already: two people may share a short name
    near: str = ""  # the ref that was meant, where the one typed is a slip away


NOT_YOURS = Answered("not_yours")
NONE_OPEN = Answered("none_open")
SEVERAL = Answered("several")
