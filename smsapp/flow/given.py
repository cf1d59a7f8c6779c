"""What was known when a filling began, as frozen values."""

from dataclasses import field
from functools import cached_property
from typing import Any, Literal

from pydantic.dataclasses import dataclass

from smsapp.flow.model import STRICT, Answers

Face = Literal["ussd", "sms"]


@dataclass(frozen=True, config=STRICT)
class Item:
    """One thing of an offered list: its ref (or other key) and how it is shown."""

    key: str
    text: str


@dataclass(frozen=True, config=STRICT)
class Given:
    """What was known when a filling began; frozen with it."""

    language: str
    role: str = "chw"
    training: bool = False
    face: Face = "ussd"
    guided: bool = False  # one statement a screen
    unverified: bool = False  # the phone does not say that it is she
    flows: tuple[str, ...] = ()  # ids she may begin
    products: tuple[str, ...] = ()  # ids she holds; (): all
    most: dict[str, int] = field(default_factory=dict)  # product -> units taken without a doubt
    params: dict[str, int | bool] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)  # placeholder -> text; absent: not known
    lists: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    begun: tuple[str, ...] = ()  # what the choice that began it made known
    answers: Answers = field(default_factory=dict)  # given before, by SMS or in the report amended

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Subject -> value, for all that does not depend on answers. Copy before adding to it."""
        facts: dict[str, Any] = {
            "face": self.face,
            "person.role": self.role,
            "person.training": self.training,
            "person.language": self.language,
            "danger": False,
        }
        if self.flows:
            facts["flows"] = self.flows
        if self.products:
            facts["products"] = self.products
        facts.update({f"param.{name}": value for name, value in self.params.items()})
        facts.update({f"known.{name}": True for name in (*self.values, *self.begun)})
        facts.update({f"list.{name}": len(items) for name, items in self.lists.items()})
        return facts
