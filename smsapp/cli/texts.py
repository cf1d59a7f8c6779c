"""`smsapp texts`: the list of texts that a ministry signs, and the translators' sheet."""

import sys
from pathlib import Path

import click

from smsapp.flow.checked import CHECKED_FILE
from smsapp.flow.library import SIGNED_FILE, load_library
from smsapp.flow.sheet import read_sheet, write_sheet
from smsapp.flow.signing import signing_sheet
from smsapp.flow.translate import bring_in
from smsapp.service.table import BadTable, read_rows
from smsapp.settings import read_settings

MARK = "\ufeff"  # so that spreadsheets read UTF-8


@click.group(invoke_without_command=True)
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if the file is stale.")
@click.pass_context
def texts(ctx: click.Context, check: bool) -> None:
    """Write texts.csv anew: what is said of a text stands as long as the text is the same."""
    if ctx.invoked_subcommand:
        return
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


@texts.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Write a translator's sheet: all languages side by side, with the septets available."""
    folder = read_settings().flows_dir
    try:
        file.write_text(MARK + write_sheet(load_library(folder), folder), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}") from None
    click.echo(f"{file} written. Change texts and confidence (H, M, L), then: smsapp texts import")


@texts.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    """Write a sheet's texts into the flow files. Where one is wrong, nothing is written.

    An empty cell changes nothing. A text that changes begins again at the usual confidence, unless
    the sheet says another, and its flow waits for a new approval in that language.
    """
    settings = read_settings()
    folder = settings.flows_dir
    library = load_library(folder)
    try:
        told = read_sheet(library, folder, read_rows(file))
    except BadTable as error:
        raise click.ClickException(str(error)) from None
    faults = bring_in(folder, library, told, settings.var_dir / CHECKED_FILE)
    for fault in faults:
        click.echo(fault)
    if faults:
        click.echo("Nothing is imported.", err=True)
        sys.exit(1)
    flows = dict.fromkeys(one.flow for one in told.changes)
    click.echo(f"{len(told.changes)} texts written ({', '.join(flows) or 'no flow'}).")
