"""`smsapp words`: words that nobody understood, and what they mean."""

import click

from smsapp.runtime import Runtime, build
from smsapp.service.unread import BadWord, explain, forget, workbench
from smsapp.settings import read_settings

ACTOR, ADDRESS = "command line", ""


@click.group()
def words() -> None:
    """Words of SMS that nobody understood, and what a person has said they mean."""


@words.command("list")
def list_() -> None:
    """The words of the last seven days, most frequent first; then those explained."""
    seen = workbench(_rt())
    for one in seen.words:
        click.echo(f"{one.count:5}  {one.word}")
    if not seen.words:
        click.echo("Everything was understood.")
    for known in seen.known:
        click.echo(f"       {known.word} means {known.means}")


@words.command()
@click.argument("wrong")
@click.argument("keyword")
def add(wrong: str, keyword: str) -> None:
    """From now on WRONG means KEYWORD; SMS of the last day that begin so are read again."""
    try:
        count = explain(_rt(), wrong, keyword, ACTOR, "", ADDRESS)
    except BadWord as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{wrong.upper()} means {keyword.upper()}. {count} SMS will be read again.")


@words.command()
@click.argument("wrong")
def remove(wrong: str) -> None:
    """WRONG means nothing any more."""
    try:
        forget(_rt(), wrong, ACTOR, "", ADDRESS)
    except BadWord as refused:
        raise click.ClickException(str(refused)) from None
    click.echo(f"{wrong.upper()} means nothing any more.")


def _rt() -> Runtime:
    return build(read_settings())
