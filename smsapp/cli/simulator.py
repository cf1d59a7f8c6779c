"""`smsapp simulator`: the stand-in for the gateway and for the phones of the people we know."""

from datetime import UTC, datetime

import click

from smsapp import leash
from smsapp.logs import start_logging
from smsapp.settings import Settings, SettingsError, read_settings
from smsapp.simulator.server import serve
from smsapp.simulator.setup import Phone, Refused
from smsapp.store.connect import READ, make_engine
from smsapp.store.people import Person, everybody

ROLES = ("chw", "supervisor", "facility", "district", "desk")  # in the order the page shows them
PHONES_SHOWN = 12  # handsets on the page


@click.command()
def simulator() -> None:
    """Answer as the gateway does, on PORT + 1, with a page of phones. Development only."""
    settings = read_settings()
    if settings.smsapp_env == "production":
        raise SettingsError("The simulator is refused in production; unset SMSAPP_ENV.")
    leash.hold()
    start_logging(settings.log_level)
    try:
        serve(
            settings.port + 1,
            settings.var_dir / "simulator",
            f"http://{settings.local_host}:{settings.port}/hooks",
            settings.tokens[0],
            handsets(settings),
            service_code=settings.service_code,
            short_code=settings.at_sender,
            api_key=settings.at_api_key,
        )
    except Refused as error:
        raise click.ClickException(str(error)) from None


def handsets(settings: Settings) -> tuple[Phone, ...]:
    """The phones of the programme's first active people: each role, then by code."""
    engine = make_engine(settings)
    with engine.connect().execution_options(**READ) as db:
        people = [one for one in everybody(db, datetime.now(UTC)) if one.phone and one.active]
    engine.dispose()
    known = sorted((one for one in people if one.role in ROLES), key=_place)
    return tuple(Phone(one.phone, one.name, one.role) for one in known[:PHONES_SHOWN])


def _place(one: Person) -> int:
    return ROLES.index(one.role)
