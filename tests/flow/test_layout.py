"""Texts written in place: everything else of the file stays as it was."""

import tomllib

import pytest

from smsapp.flow.layout import LayoutError, rewrite
from tests.flow.build import FLOWS

FILE = '''# A flow.
id = "small"
languages = ["en", "fr"] # what it speaks

[[ask]]
id = "age" # the first
text.en = "Age?" # in months
  text.fr = 'Age en mois?'
when = [
    { age = 1 }, # = not a line of its own
]

[[ask]]
id = "why"
text.en = """
Two
lines"""
text.fr = "Deux"

[[ask.choice]]
text.en = "Fits" # # "a" = b
text.fr = "Convulsions"

[[ask.choice]]
text.en = "Tired"
text.fr = "Fatigue"

[word."a.b"]
text.en = "Saved"
'''


def test_one_value_changes_and_nothing_else() -> None:
    changed = rewrite(FILE, {("ask", 1, "choice", 0, "text", "en"): 'Says "a"\nor b \\ c'})
    assert changed == FILE.replace('text.en = "Fits" #', 'text.en = "Says \\"a\\"\\nor b \\\\ c" #')


def test_indent_comment_and_quotes_of_all_kinds() -> None:
    changed = rewrite(
        FILE,
        {
            ("ask", 0, "text", "fr"): "Mois?",
            ("ask", 1, "text", "en"): "One",
            ("word", "a.b", "text", "en"): "Kept",
            ("languages",): ["en", "fr", "sw"],
        },
    )
    assert '  text.fr = "Mois?"\n' in changed
    assert 'text.en = "One"\ntext.fr = "Deux"\n' in changed
    assert '[word."a.b"]\ntext.en = "Kept"\n' in changed
    assert 'languages = ["en", "fr", "sw"] # what it speaks\n' in changed
    assert len(changed.splitlines()) == len(FILE.splitlines()) - 2


def test_a_new_language_stands_below_the_others() -> None:
    changed = rewrite(FILE, {("ask", 1, "choice", 1, "text", "sw"): "Amechoka"})
    assert 'text.fr = "Fatigue"\ntext.sw = "Amechoka"\n' in changed


def test_two_new_languages_at_once() -> None:
    place = ("word", "a.b", "text")
    changed = rewrite(FILE, {(*place, "sw"): "Imewekwa", (*place, "ny"): "Zasungidwa"})
    assert changed.endswith('text.sw = "Imewekwa"\ntext.ny = "Zasungidwa"\n')


def test_a_change_of_the_line_above_a_new_one_is_kept() -> None:
    place = ("ask", 1, "choice", 1, "text")
    changed = rewrite(FILE, {(*place, "fr"): "Las", (*place, "sw"): "Amechoka"})
    assert 'text.fr = "Las"\ntext.sw = "Amechoka"\n' in changed


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('text = { en = "Hi" }\n', ("text", "en")),
        ('text = { en = "Hi" }\n', ("text", "fr")),
        ('id = "x"\n', ("text", "en")),
        ("number = 3\n", ("number",)),
    ],
)
def test_what_cannot_be_done_in_place_is_refused(text: str, where: tuple[str, ...]) -> None:
    with pytest.raises(LayoutError, match="by hand"):
        rewrite(text, {where: "Moni"})


SILENT = {FLOWS / name for name in ("products.toml", "ladders.toml", "reminders.toml")}  # no text
SPEAKING = sorted(set(FLOWS.glob("*.toml")) - SILENT)


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.stem)
def test_every_text_of_every_flow_can_be_rewritten(path) -> None:
    source = path.read_text(encoding="utf-8")

    def leaves(here, where=()):
        if isinstance(here, dict | list):
            for key, value in here.items() if isinstance(here, dict) else enumerate(here):
                yield from leaves(value, (*where, key))
        elif len(where) > 1 and where[-2] in ("text", "title", "help"):
            yield where, here

    told = dict(leaves(tomllib.loads(source)))
    assert len(told) > 5
    assert rewrite(source, told).count("\n") == source.count("\n")
    changed = rewrite(source, {where: f"{text}." for where, text in told.items()})
    assert dict(leaves(tomllib.loads(changed))) == {w: f"{text}." for w, text in told.items()}
    assert [one for one in changed.splitlines() if one.startswith("#")] == [
        one for one in source.splitlines() if one.startswith("#")
    ]
