"""`smsapp read`: what the SMS face understands."""

import json
from dataclasses import asdict, replace

import click

from smsapp.flow.given import Given
from smsapp.flow.library import Library, load_library
from smsapp.flow.preview import Preview, preview, preview_in
from smsapp.phone import BadPhone, parse
from smsapp.runtime import build
from smsapp.service.dialogue import begun, openings
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
    library = load_library(settings.flows_dir)
    found = (
        _as_sent(settings, library, readable, sender)
        if sender
        else preview(library, readable, _anybody(settings))
    )
    click.echo(json.dumps(asdict(found), ensure_ascii=False))


def _anybody(settings: Settings) -> Given:
    """A CHW in training, of whom nothing is known."""
    values = {
        "help": settings.help_phone,
        "phone": settings.help_phone,
        "code": settings.service_code,
    }
    return Given("en", training=True, face="sms", values=values)


def _as_sent(settings: Settings, library: Library, body: str, sender: str) -> Preview:
    """As this person's SMS: letters alone go on with what she left unfinished."""
    try:
        phone = parse(sender, settings.country)
    except BadPhone as error:
        raise click.ClickException(str(error)) from None
    rt = replace(build(settings), flows=library)
    with rt.read() as db:
        person = person_by_phone(db, phone, rt.now())
        if person is None:
            raise click.ClickException(
                "Nobody is registered with this number; `smsapp people list` shows who is."
            )
        base = given_at_dial(rt, db, person, "sms")
        opening = openings(rt, db, body)[0]
        nameless = not (opening.flow or opening.command or opening.ref)
        drafts = begun(rt, db, person, opening, base) if nameless else []
    if len(drafts) == 1:
        return preview_in(library, drafts[0].flow, opening, drafts[0].given)
    return preview(library, body, base)
