"""`smsapp orders`: the orders that are not over, and for whom each waits."""

import click

from smsapp.runtime import build
from smsapp.settings import read_settings
from smsapp.store.standing import standing


@click.command()
def orders() -> None:
    """Orders that are not over: ref, state, days, CHW, for whom it waits; the oldest first."""
    rt = build(read_settings())
    with rt.read() as db:
        found = standing(db)
    if not found:
        click.echo("No order waits.")
    for one in found:
        days = (rt.now() - one.since).days
        waits = " ".join(who.code for who in one.waits_for) or "NOBODY: mend the roster"
        click.echo(f"{one.ref} {one.state:<11} {days:>3} d  {one.chw.code} waits for {waits}")
