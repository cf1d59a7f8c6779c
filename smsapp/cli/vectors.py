"""`smsapp vectors`: cases with expected answers, through both faces of a flow."""

import sys
from pathlib import Path

import click

from smsapp.flow.library import load_library
from smsapp.flow.vectors import VectorError, load_vectors, mismatches
from smsapp.settings import read_settings


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--flow", "name", default="iccm", show_default=True, help="The flow to play.")
def vectors(file: Path, name: str) -> None:
    """Play the cases of FILE by USSD and by SMS. Exit 1 if an answer is not as expected."""
    folder = read_settings().flows_dir
    flow = load_library(folder).flows.get(name)
    if flow is None:
        raise click.ClickException(f"There is no flow {name}.toml in {folder} that can be read.")
    try:
        cases = load_vectors(file)
    except VectorError as error:
        raise click.ClickException(str(error)) from None
    wrong = [line for case in cases for line in mismatches(flow, case)]
    for line in wrong:
        click.echo(line)
    click.echo(f"{len(cases)} cases by USSD and by SMS, {len(wrong)} mismatches.")
    sys.exit(1 if wrong else 0)
