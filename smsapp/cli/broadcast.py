"""`smsapp broadcast`: one SMS to many people, drafted, looked at, then sent."""

from collections.abc import Callable
from typing import TypeVar

import click

from smsapp.runtime import Runtime, build
from smsapp.service import broadcasts
from smsapp.service.audience import LEFT_OUT, Audience, Preview, Text
from smsapp.service.broadcasts import BadBroadcast
from smsapp.service.prices import PriceError
from smsapp.settings import read_settings

BY = ("command line", "", "")
NUMBER = click.argument("number", type=int)
Given = TypeVar("Given")


@click.group()
def broadcast() -> None:
    """One SMS to many people: draft, preview, send. At most once to each, by day only."""


@broadcast.command()
@click.option("--text", "texts", multiple=True, type=(str, str), metavar="LANGUAGE TEXT")
@click.option("--place", "places", multiple=True, metavar="CODE", help="At or under this place.")
@click.option("--role", "roles", multiple=True, default=("chw",), show_default=True)
@click.option("--silent", "days", type=int, metavar="DAYS", help="Who reported nothing so long.")
def draft(
    texts: tuple[tuple[str, str], ...],
    places: tuple[str, ...],
    roles: tuple[str, ...],
    days: int | None,
) -> None:
    """Write a draft and show what it would do; nobody is told."""
    rt = _rt()
    made = _try(lambda: broadcasts.draft(rt, dict(texts), Audience(places, roles, days), BY))
    click.echo(f"Broadcast {made} is a draft.")
    _show(rt, made)


@broadcast.command()
@NUMBER
def preview(number: int) -> None:
    """Who gets it, who does not and why, its parts and its cost."""
    _show(_rt(), number)


@broadcast.command()
@NUMBER
def send(number: int) -> None:
    """Begin to send a draft."""
    rt = _rt()
    begun = _try(lambda: broadcasts.send(rt, number, BY))
    other = "" if begun.people == begun.foreseen else f", of {begun.foreseen} foreseen"
    click.echo(f"Broadcast {number} is being sent, by day. Recipients: {begun.people}{other}.")


@broadcast.command()
@NUMBER
def pause(number: int) -> None:
    """Nobody more gets it until it is resumed."""
    rt = _rt()
    _try(lambda: broadcasts.pause(rt, number, BY))
    click.echo(f"Broadcast {number} rests.")


@broadcast.command()
@NUMBER
def resume(number: int) -> None:
    """Go on with those who wait."""
    rt = _rt()
    _try(lambda: broadcasts.resume(rt, number, BY))
    click.echo(f"Broadcast {number} goes on.")


@broadcast.command("list")
def list_() -> None:
    """The latest broadcasts: number, state, day, how many wait, have it, were left out."""
    for found in broadcasts.listed(_rt()):
        one, counts = found.one, f"waiting {found.waiting}, sent {found.sent}"
        day = f"{one.made_at:%Y-%m-%d}"
        click.echo(f"{one.id}  {one.state}  {day}  {counts}, left out {found.left_out}")


def _show(rt: Runtime, number: int) -> None:
    seen = _try(lambda: broadcasts.preview(rt, number))
    click.echo(f"Recipients: {seen.people}. SMS parts in all: {seen.segments}. {_cost(seen)}")
    for text in seen.texts:
        click.echo(f"{text.language}: {_text(text)}")
    for why, count in seen.left_out.items():
        click.echo(f"Left out: {LEFT_OUT[why]}, {count}")


def _cost(seen: Preview) -> str:
    if seen.cost is None:
        return "The cost is not known: set PRICES_FILE, in one currency."
    unpriced = f", {seen.cost.unpriced} without a price" if seen.cost.unpriced else ""
    return f"Cost {seen.cost.amount:.2f} {seen.cost.currency}{unpriced}."


def _text(text: Text) -> str:
    size = text.size
    forced = f" because of {' '.join(size.outside)}" if size.outside else ""
    return f"recipients {text.people}, parts each {size.segments}, {size.encoding}{forced}"


def _rt() -> Runtime:
    return build(read_settings())


def _try(act: Callable[[], Given]) -> Given:
    try:
        return act()
    except (BadBroadcast, PriceError) as refused:
        raise click.ClickException(str(refused)) from None
