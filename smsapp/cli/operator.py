"""`smsapp operator`: who may open the console, and the links that let them in."""

import click

from smsapp.runtime import build
from smsapp.service.operators import (
    LINK_HOURS,
    NameTaken,
    all_operators,
    end_access,
    invite,
    make_login_link,
)
from smsapp.settings import read_settings


@click.group()
def operator() -> None:
    """Who may open the console."""


@operator.command()
@click.argument("name")
@click.option("--viewer", is_flag=True, help="She only looks: no form of hers does anything.")
def add(name: str, *, viewer: bool) -> None:
    """Make an operator and print the link that lets her in once."""
    try:
        invited = invite(build(read_settings()), name, viewer=viewer)
    except (NameTaken, ValueError) as refused:
        raise click.ClickException(str(refused)) from None
    _print(invited.link)


@operator.command()
@click.argument("name")
def link(name: str) -> None:
    """Print a new link for an operator, who may have forgotten her password."""
    try:
        address = make_login_link(build(read_settings()), name)
    except LookupError as refused:
        raise click.ClickException(str(refused)) from None
    _print(address)


@operator.command()
@click.argument("name")
def end(name: str) -> None:
    """End somebody's access at once, where she is logged in too."""
    try:
        end_access(build(read_settings()), name)
    except LookupError as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{name} comes in no more.")


@operator.command("list")
def list_() -> None:
    """Who may open the console, and whose access has ended."""
    for one in all_operators(build(read_settings())):
        what = "only looks" if one.viewer else "decides"
        click.echo(f"{one.username}  {what if one.active else 'ended'}")


def _print(address: str) -> None:
    click.echo(address)
    click.echo(f"It works once, within {LINK_HOURS} hours. Hand it to her alone.", err=True)
