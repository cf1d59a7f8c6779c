"""`smsapp operator`: who may open the console, and the links that let them in."""

import click

from smsapp.runtime import build
from smsapp.service.operators import LINK_HOURS, NameTaken, invite, make_login_link
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


def _print(address: str) -> None:
    click.echo(address)
    click.echo(f"It works once, within {LINK_HOURS} hours. Hand it to her alone.", err=True)
