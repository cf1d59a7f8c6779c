"""`smsapp check`: whether every flow may be served."""

import sys
from pathlib import Path

import click

from smsapp.flow.check import Problem, check_all
from smsapp.flow.library import load_library
from smsapp.settings import read_settings


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check FILES, or every file of the flows folder. Exit 1 if anything is wrong."""
    wanted = {file.resolve() for file in files}
    folders = {file.parent for file in wanted} or {read_settings().flows_dir}
    problems = [one for folder in sorted(folders) for one in _of(folder, wanted)]
    for problem in problems:
        click.echo(str(problem))
    if not problems:
        click.echo("No problems.")
    sys.exit(1 if problems else 0)


def _of(folder: Path, wanted: set[Path]) -> list[Problem]:
    names = {file.name for file in wanted if file.parent == folder}
    return [one for one in check_all(load_library(folder)) if not names or one.file in names]
