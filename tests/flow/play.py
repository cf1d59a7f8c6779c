"""A call on a flow, without a service: keys in, screens out."""

from dataclasses import dataclass
from typing import Any

from smsapp.flow.given import Given
from smsapp.flow.judge import judge
from smsapp.flow.model import Flow
from smsapp.flow.screen import show
from smsapp.flow.walk import Walked, begin, next_ask, step
from tests.flow.build import WORDS


@dataclass
class Call:
    """One filling as it goes on."""

    flow: Flow
    given: Given
    walked: Walked

    @property
    def ask(self) -> str:
        """The id of the ask that stands now, "" at the end."""
        asked, _ = next_ask(self.flow, self.walked, self.given)
        return asked.id if asked else ""

    @property
    def screen(self) -> str:
        """What the handset shows."""
        asked, facts = next_ask(self.flow, self.walked, self.given)
        assert asked
        shown = show(
            self.flow, asked, facts, self.walked.answers, self.given, WORDS,
            page=self.walked.page, notice=self.walked.notice,
        )  # fmt: skip
        return shown.text

    @property
    def classes(self) -> set[str]:
        return set(judge(self.flow, self.walked.answers, self.given).classes)

    def press(self, *keys: str) -> "Call":
        for key in keys:
            self.walked = step(self.flow, self.walked, key, self.given)
        return self


def call(flow: Flow, *keys: str, **more: Any) -> Call:
    """Begin this flow and press these keys."""
    params = {name: param.value for name, param in flow.params.items()} | more.pop("params", {})
    values = {"help": "+265991000201", "mistake": "1"} | more.pop("values", {})
    told = Given(more.pop("language", "en"), params=params, values=values, **more)
    return Call(flow, told, begin(told)).press(*keys)
