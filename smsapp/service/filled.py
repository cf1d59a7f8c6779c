"""A filling of a flow at the moment it is saved, kept as a draft, or acted upon."""

from dataclasses import dataclass, field
from datetime import datetime

from smsapp.flow.given import Given
from smsapp.flow.judge import Judgement
from smsapp.flow.model import Answers, Flow
from smsapp.store.people import Person
from smsapp.store.reports import Report


@dataclass(frozen=True)
class Filling:
    """What one filling of a flow holds at the moment it is saved."""

    flow: Flow
    origin: str
    session: str  # gateway session, or the SMS's id
    n: int
    source: str  # ussd sms console
    text_length: int
    given: Given
    answers: Answers
    began_at: datetime
    taken: tuple[tuple[str, str], ...] = ()
    withdrawn: int = 0
    report_id: int | None = None  # the earlier report it amends


@dataclass
class Done:
    """What became of the effects, and what the reply may fill in because of them."""

    outcomes: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def both(self) -> tuple[dict[str, str], dict[str, str]]:
        return self.outcomes, self.values


@dataclass(frozen=True)
class Case:
    """One report whose effects are done."""

    person: Person
    filling: Filling
    judged: Judgement
    report: Report
    finished: bool
    fresh: bool  # the report was made in this transaction
    anew: bool = False  # a correction added danger: told though an alert stands
