"""`smsapp flow`: a flow as a person reads it."""

from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smsapp.cli import main
from smsapp.flow import model
from smsapp.flow.parts import texts
from smsapp.flow.printed import WIDTH, Measured, measured, printed
from smsapp.flow.sentences import filled, in_words
from tests.flow.build import LIBRARY, make
from tests.flow.card import card

PAGES = [(name, one) for name, flow in LIBRARY.flows.items() for one in flow.languages]


def run(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


@cache
def sizes(name: str) -> Measured:
    return measured(LIBRARY, LIBRARY.flows[name])


@pytest.mark.parametrize(("name", "language"), PAGES)
def test_every_text_and_source_is_on_the_page(name: str, language: str) -> None:
    flow = LIBRARY.flows[name]
    lines = list(printed(LIBRARY, flow, language, signed=False, sizes=sizes(name)))
    assert [one for one in lines if len(one) > WIDTH and " | " not in one] == []
    page = " ".join(" ".join(lines).split())
    for _, text in texts(flow):
        for line in filled(text[language], flow).split("\n"):
            assert " ".join(line.split()) in page
    for source in [one.source for one in (*flow.asks, *flow.classes, *flow.params.values())]:
        assert " ".join(source.split()) in page


def test_rules_are_words(tmp_path: Path) -> None:
    flow = make(
        tmp_path, card(("{ danger = true }", '{ danger = true }\nafter = ["fits_x"]')), "card"
    )
    page = list(printed(LIBRARY, flow, "en", signed=False))
    for line in (
        "A   age. A number, at most 72; 99 for unknown.",
        "    Only if age is at most 59; or age is unknown.",
        '    tired sign: if "Cannot wake up" is ticked at signs',
        "        unless fits x holds, which counts before it",
        "    home: if there is no danger and age is 2 to 59",
        "    Told first: supervisor and facility. If nobody answers in 15 minutes, the next.",
        '          if there is danger and "alert" is done',
        "    wait: 15 minutes (from 5 to 60)",
        "Not signed: only people in training may use it.",
    ):
        assert line in page, line


def test_septets_stand_before_each_text_at_its_full_width(tmp_path: Path) -> None:
    page = list(printed(LIBRARY, make(tmp_path, card(), "card"), "fr", signed=True))
    assert "     37 | REFERER. Nous prévenons {name}." in page  # {name} takes twelve
    assert "     36 | TRAITER A DOMICILE. Dans 15 minutes." in page
    assert "Signed." in page


def test_the_command_prints_the_page() -> None:
    result = run("flow", "iccm", "--lang", "fr")
    assert result.exit_code == 0
    assert result.output.startswith("Enfant malade (iccm, version 1, fr)\n")


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (["flow", "icm"], "No flow icm; there are "),
        (["flow", "iccm", "--lang", "xx"], "iccm is not in xx; it is in en"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(words: list[str], cure: str) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert cure in result.output


@pytest.mark.parametrize(
    ("subject", "test", "said"),
    [
        ("signs", model.Test(lacks=("fits", "tired", "unsure")), "nothing is ticked at signs"),
        ("signs", model.Test(has=("fits", "tired", "unsure")), "something is ticked at signs"),
        ("signs", model.Test(lacks=("fits",)), '"Fits" is not ticked at signs'),
        ("signs", model.Test(has=("fits",), lacks=("unsure",)),
         '"Fits" is ticked and "Not sure" is not ticked at signs'),
        ("cough", model.Test(lacks=("no",)), 'cough is not "No"'),
        ("age", model.Test(min=2, max=2), "age is 2"),
        ("age", model.Test(max="wait"), "age is at most 15 (wait)"),
        ("known.late", model.Test(equals=(False,)), "late is not known"),
        ("list.tests", model.Test(equals=(0,)), "nothing waits in tests"),
        ("face", model.Test(equals=("sms",)), "it comes by SMS"),
        ("person.role", model.Test(equals=("chw", "facility")), "role is chw or facility"),
        ("class", model.Test(lacks=("home", "urgent")), "none of home, urgent holds"),
        ("outcome.alert", model.Test(equals=("nobody",)), "there is nobody to tell"),
    ],
)  # fmt: skip
def test_each_sort_of_rule_has_words(
    subject: str, test: model.Test, said: str, tmp_path: Path
) -> None:
    flow = make(tmp_path, card(), "card")
    assert in_words(({subject: test},), flow, "en") == said
