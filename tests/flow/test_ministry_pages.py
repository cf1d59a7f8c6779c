"""What a ministry is told holds: every flow is in the data-flow page, every command is real."""

import re

import pytest

from smsapp.cli import COMMANDS
from tests.flow.build import LIBRARY, ROOT

DOCS = ROOT / "docs"
PAGES = ("writing-a-flow.md", "sign-off.md", "data-flow.md", "reminders.md")
FORMS = [flow.id for flow in LIBRARY.flows.values() if flow.kind == "form"]


@pytest.mark.parametrize("name", FORMS)
def test_what_a_flow_collects_is_told(name: str) -> None:
    page = (DOCS / "data-flow.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert any(f"`{name}`" in row.split("|")[1] for row in rows)


def test_only_a_supervisor_is_asked_for_free_text() -> None:
    asked = [f"{flow.id} {ask.id}" for flow in LIBRARY.flows.values() for ask in flow.asks
             if ask.kind == "text"]  # fmt: skip
    # what a supervisor writes to his CHWs, and the name of a CHW whom he registers: never a patient
    assert asked == ["errand text", "register new_name"], (
        "docs/data-flow.md says that no other does: say what it is for"
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_command_named_is_one(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|\$ )smsapp ([a-z]+)", text, re.M))
    assert named <= set(COMMANDS), named - set(COMMANDS)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_linked_and_its_links_lead_somewhere(page: str) -> None:
    assert f"(docs/{page})" in (ROOT / "README.md").read_text(encoding="utf-8")
    text = (DOCS / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (DOCS / link).exists(), link
