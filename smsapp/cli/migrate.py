"""`smsapp migrate`: the database takes the shape this version needs."""

import click

from smsapp.logs import start_logging
from smsapp.settings import read_settings
from smsapp.store.connect import make_engine
from smsapp.store.migrate import upgrade


@click.command()
def migrate() -> None:
    """Bring the database to the newest shape; safe to repeat."""
    settings = read_settings()
    start_logging(settings.log_level)
    upgrade(make_engine(settings))
    click.echo("The database is up to date.")
