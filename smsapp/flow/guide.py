"""The same ticks, one statement a screen, for who asked to be guided: true, not true, not sure."""

from dataclasses import dataclass

from smsapp.flow.answer import Wrong, choices
from smsapp.flow.given import Given
from smsapp.flow.judge import Facts
from smsapp.flow.model import Ask, Choice, Flow

TRUE, FALSE, DOUBT = "1", "2", "3"
UNSURE = "unsure"  # the choice that says "not sure"
WORDS = {TRUE: "guide.true", FALSE: "guide.false", DOUBT: "guide.unsure"}


@dataclass(frozen=True)
class Guided:
    """What one ask puts, statement by statement, and which keys answer each."""

    statements: tuple[Choice, ...]
    doubtful: frozenset[str]  # of them: the danger signs; a doubt about another refers nobody

    def keys(self, page: int) -> tuple[str, ...]:
        """What may be typed at this statement."""
        doubt = self.statements[page].id in self.doubtful
        return (TRUE, FALSE, DOUBT) if doubt else (TRUE, FALSE)

    def ticked(self, key: str, page: int) -> str | Wrong:
        """The id that this key ticks, empty for none."""
        if key not in self.keys(page):
            return Wrong("wrong.choice", {"digits": "/".join(self.keys(page))})
        return {TRUE: self.statements[page].id, FALSE: "", DOUBT: UNSURE}[key]


def guided(flow: Flow, ask: Ask, facts: Facts, given: Given) -> Guided | None:
    """How this ask is put to her, None where she sees it whole."""
    if not given.guided or given.face != "ussd" or ask.kind != "ticks" or ask.whole:
        return None
    offered = [choice for _, choice in choices(ask, facts)]
    statements = tuple(choice for choice in offered if choice.id != UNSURE)
    tests = [table[ask.id] for one in flow.danger_classes for table in one.when if ask.id in table]
    signs = frozenset(name for test in tests for name in test.has)
    return Guided(statements, signs if len(statements) < len(offered) else frozenset())
