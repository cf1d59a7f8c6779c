"""`smsapp read`: what the SMS face understands."""

import json
from dataclasses import asdict

import click

from smsapp.flow.given import Given
from smsapp.flow.library import load_library
from smsapp.flow.preview import preview
from smsapp.phone import BadPhone, parse
from smsapp.runtime import build
from smsapp.service.given import given_at_dial
from smsapp.settings import Settings, read_settings
from smsapp.store.people import person_by_phone


@click.command()
@click.argument("body")
@click.option("--from", "sender", default="", help="Read it as this person's; else as a CHW's.")
def read(body: str, sender: str) -> None:
    """Print as JSON what is understood of BODY and the reply. Nothing is written or sent."""
    readable = body.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    settings = read_settings()
    given = _given_of(settings, sender) if sender else _anybody(settings)
    library = load_library(settings.flows_dir)
    click.echo(json.dumps(asdict(preview(library, readable, given)), ensure_ascii=False))


def _anybody(settings: Settings) -> Given:
    """A CHW in training, of whom nothing is known."""
    values = {
        "help": settings.help_phone,
        "phone": settings.help_phone,
        "code": settings.service_code,
    }
    return Given("en", training=True, face="sms", values=values)


def _given_of(settings: Settings, sender: str) -> Given:
    try:
        phone = parse(sender, settings.country)
    except BadPhone as error:
        raise click.ClickException(str(error)) from None
    rt = build(settings)
    with rt.read() as db:
        person = person_by_phone(db, phone, rt.now())
        if person is None:
            raise click.ClickException(
                "Nobody is registered with this number; `smsapp people list` shows who is."
            )
        return given_at_dial(rt, db, person, "sms")
