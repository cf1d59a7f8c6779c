"""A filling of a flow at the moment it is saved, kept as a draft, or acted upon."""

from dataclasses import dataclass
from datetime import datetime

from smsapp.flow.model import Answers, Flow, Given


@dataclass(frozen=True)
class Filling:
    """What one filling of a flow holds at the moment it is saved."""

    flow: Flow
    origin: str
    session: str  # gateway session, or the SMS's id
    n: int
    source: str  # ussd sms
    text_length: int
    given: Given
    answers: Answers
    began_at: datetime
    taken: tuple[tuple[str, str], ...] = ()
    withdrawn: int = 0
    report_id: int | None = None  # the earlier report it amends
