"""`smsapp cards`: the job aid that a programme prints, one page a flow and language."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from smsapp.flow.approval import whole_of
from smsapp.flow.card import Card, Part, card
from smsapp.flow.given import Given
from smsapp.flow.library import Library, load_library
from smsapp.flow.model import Flow
from smsapp.flow.signing import Row, signing_rows
from smsapp.settings import Settings, read_settings

SAID = "card."  # the words of the system that stand on cards
SIZES = range(18, 11, -1)  # type in points, the largest that fits; 12 is read at arm's length
LISTED = 14  # the smallest type with each choice on its own line; below, choices follow on
COLUMN_MM = 172  # of a column, beside what stands on every card
LINE_MM = 0.41  # the height of a line, for each point of type
BOLD_MM, PLAIN_MM = 0.215, 0.19  # the width of a letter, for each point of type
GAP_MM = 3  # between two asks
WIDTH_MM = 93  # of a column
INDENT = 3  # ems before a choice: the ask's letter, the digit
EM_MM = 0.353  # for each point of type


@dataclass(frozen=True)
class Size:
    """The type of a card's asks."""

    points: int
    flowing: bool  # choices follow on in one line


@click.command()
@click.option("--out", default="", help="The folder to write to; default: cards in VAR_DIR.")
@click.argument("names", nargs=-1)
def cards(out: str, names: tuple[str, ...]) -> None:
    """Write a page to print for each flow and language, or for the flows NAMES.

    One A4 page each: open it in a browser and print it. A page that says DRAFT is for training.
    """
    settings = read_settings()
    folder = Path(out) if out else settings.var_dir / "cards"
    library = load_library(settings.flows_dir)
    unknown = [name for name in names if name not in library.flows]
    if unknown:
        raise click.ClickException(f"No flow {unknown[0]}; there are {', '.join(library.flows)}.")
    rows = signing_rows(library, settings.flows_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for flow in library.flows.values():
            if flow.kind == "form" and (not names or flow.id in names):
                for language in flow.languages:
                    path = folder / f"{flow.id}.{language}.html"
                    path.write_text(page(settings, library, flow, language, rows), encoding="utf-8")
                    click.echo(str(path))
    except OSError as error:
        raise click.ClickException(f"{folder} cannot be written: {error.strerror}") from None


def page(settings: Settings, library: Library, flow: Flow, language: str, rows: list[Row]) -> str:
    """One card as HTML that needs nothing else."""
    params = {name: param.value for name, param in flow.params.items()}
    chosen = settings.flow_params
    params = {name: chosen.get(f"{flow.id}.{name}", value) for name, value in params.items()}
    role = (*flow.roles, "chw")[0]
    given = Given(language, role=role, face="sms", params=params)
    found = card(library, flow, language, given)
    signed = whole_of(rows, flow.id, language)
    say = _said(settings, library, language)
    place = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
    )
    return place.get_template("card.html").render(
        card=found,
        say=say,
        code=settings.service_code,
        mark=" ".join((signed["approved_by"], signed["approved_on"])).strip() or say["draft"],
        digest=signed["digest"],
        size=size_of(found),
        letters=any(not part.always and part.letter for part in found.parts),
        refers=bool(flow.danger_classes),
        writes=role == "chw",
    )


def _said(settings: Settings, library: Library, language: str) -> dict[str, Any]:
    minutes = int(settings.resume_seconds // 60)
    help_phone = settings.help_phone
    said = {
        name.removeprefix(SAID): library.say(name, language, count=minutes, phone=help_phone)
        for name in library.words.word
        if name.startswith(SAID)
    }
    return said | {"sms": library.say("card.sms", language, phone=settings.at_sender)}


def size_of(found: Card) -> Size:
    """The largest type with which all asks stand on one page."""
    sizes = [Size(points, flowing=False) for points in SIZES if points >= LISTED]
    sizes += [Size(points, flowing=True) for points in SIZES if points <= LISTED]
    return next((one for one in sizes if _height(found, one) <= COLUMN_MM), sizes[-1])


def _height(found: Card, size: Size) -> float:
    """Of the taller of two columns, in mm, asks kept whole."""
    heights = [GAP_MM + _lines(part, size) * size.points * LINE_MM for part in found.parts]
    splits = [(sum(heights[:at]), sum(heights[at:])) for at in range(len(heights) + 1)]
    return min(max(pair) for pair in splits)


def _lines(part: Part, size: Size) -> int:
    """How many lines an ask takes in this type."""
    room = WIDTH_MM / size.points - INDENT * EM_MM
    bold, letters = room / BOLD_MM, room / PLAIN_MM
    text = f"{part.only_if} {part.text}".strip().split("\n")
    options = [len(text) + 3 for _, text in part.options]
    lines, left = sum(math.ceil(len(one) / bold) for one in text), 0.0
    if not size.flowing:
        return lines + sum(math.ceil(one / letters) for one in options)
    for one in options:
        if one > left:
            lines, left = lines + math.ceil(one / letters), letters
        left -= one
    return lines
