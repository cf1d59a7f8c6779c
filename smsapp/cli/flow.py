"""`smsapp flow`: a flow as a person reads it."""

import click

from smsapp.flow.library import load_library
from smsapp.flow.printed import printed
from smsapp.settings import read_settings


@click.command()
@click.argument("name")
@click.option("--lang", default="", help="The language of its texts; default: its first.")
def flow(name: str, lang: str) -> None:
    """Print the flow NAME, such as iccm: what is asked, what it means, what is done and said.

    The number before a text is how many septets it takes of 160.
    """
    library = load_library(read_settings().flows_dir)
    found = library.flows.get(name)
    if found is None:
        raise click.ClickException(f"No flow {name}; there are {', '.join(library.flows)}.")
    language = lang or found.languages[0]
    if language not in found.languages:
        raise click.ClickException(
            f"{name} is not in {lang}; it is in {', '.join(found.languages)}."
        )
    signed = (found.id, language) in library.signed
    for line in printed(library, found, language, signed=signed):
        click.echo(line)
