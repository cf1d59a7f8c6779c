"""`smsapp check`: whether every flow may be served."""

import sys
from pathlib import Path

import click

from smsapp.flow.check import Problem, check_all
from smsapp.flow.checked import CHECKED_FILE, remembering
from smsapp.flow.library import WORDS_FILE, load_library
from smsapp.settings import read_settings


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(files: tuple[Path, ...]) -> None:
    """Check FILES, or every file of the flows folder. Exit 1 if anything is wrong."""
    settings = read_settings()
    usual, cache = settings.flows_dir, settings.var_dir / CHECKED_FILE
    wanted: dict[Path, set[str]] = {} if files else {usual: set()}
    for file in files:
        wanted.setdefault(file.resolve().parent, set()).add(file.name)
    problems = [
        one for folder, names in wanted.items() for one in _found(folder, names, usual, cache)
    ]
    for problem in problems:
        click.echo(str(problem))
    if not problems:
        click.echo("No problems.")
    sys.exit(1 if problems else 0)


def _found(folder: Path, names: set[str], usual: Path, cache: Path) -> list[Problem]:
    """What is wrong there; a flow on its own is checked with the words of the usual folder."""
    words = folder if (folder / WORDS_FILE).exists() else usual
    library = load_library(folder, words)
    return check_all(library, names, remembering(library, cache))
