"""`smsapp release`: record what the flows mean now, before cards are printed."""

import sys

import click

from smsapp.flow.check import check_all
from smsapp.flow.checked import CHECKED_FILE, remembering
from smsapp.flow.library import load_library
from smsapp.flow.released import RELEASED_FILE, read_released, release_words, write_released
from smsapp.flow.released import release as record_of
from smsapp.settings import read_settings


@click.command()
@click.argument("names", nargs=-1)
@click.option("--new-cards", is_flag=True, help="Cards are printed anew: what was printed may go.")
def release(names: tuple[str, ...], new_cards: bool) -> None:
    """Record the flows NAMES, or all, as released: from now on `smsapp check` compares with it.

    No digit, letter or keyword may then change its meaning, and a change of meaning needs a higher
    version. Texts stay free. A flow that was never released is free too.
    """
    settings = read_settings()
    folder = settings.flows_dir
    library = load_library(folder)
    chosen = [name for name in library.flows if not names or name in names]
    unknown = sorted(set(names) - set(chosen))
    if unknown:
        raise click.ClickException(f"No flow {', '.join(unknown)} that can be read.")
    files = [f"{name}.toml" for name in chosen] if names else []
    found = check_all(library, files, remembering(library, settings.var_dir / CHECKED_FILE))
    wrong = [one for one in found if not (new_cards and one.code == "printed")]
    for problem in wrong:
        click.echo(str(problem))
    if wrong:
        sys.exit(1)
    old = read_released(folder)
    now = {name: record_of(library.flows[name]) for name in chosen}
    if not names:
        now[library.words.id] = release_words(library.words)
    gone = old.keys() - library.flows.keys() - now.keys() if new_cards else set()
    write_released(folder, {name: one for name, one in (old | now).items() if name not in gone})
    told = [f"{name} {one.version}" for name, one in now.items() if one != old.get(name)]
    click.echo(f"{RELEASED_FILE} written: {', '.join(told)}." if told else "Nothing has changed.")
