"""`smsapp texts`: keep the list of texts that a ministry signs."""

import sys

import click

from smsapp.flow.library import SIGNED_FILE, load_library
from smsapp.flow.signing import signing_sheet
from smsapp.settings import read_settings


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if the file is stale.")
def texts(check: bool) -> None:
    """Write texts.csv anew: what is said of a text stands as long as the text is the same."""
    folder = read_settings().flows_dir
    path = folder / SIGNED_FILE
    sheet = signing_sheet(load_library(folder), folder)
    if path.exists() and path.read_text(encoding="utf-8") == sheet:
        click.echo(f"{path.name} is up to date.")
        return
    if check:
        click.echo(f"{path.name} is stale: run `smsapp texts`.", err=True)
        sys.exit(1)
    beside = path.with_suffix(".new")
    beside.write_text(sheet, encoding="utf-8")
    beside.replace(path)
    click.echo(f"{path.name} written.")
