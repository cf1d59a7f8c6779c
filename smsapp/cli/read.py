"""`smsapp read`: what the SMS face understands."""

import json
from dataclasses import asdict, replace

import click
from sqlalchemy import Connection

from smsapp.flow.given import Given
from smsapp.flow.keyword import Opening, open_all
from smsapp.flow.library import Library, load_library
from smsapp.flow.preview import Preview, preview, preview_in
from smsapp.phone import BadPhone, parse
from smsapp.runtime import Runtime, build
from smsapp.service.dialogue import begun, openings, waiting
from smsapp.service.given import given_at_dial
from smsapp.settings import Settings, read_settings
from smsapp.store.people import Person, person_by_phone


@click.command()
@click.argument("body")
@click.option("--from", "sender", default="", help="Read it as this person's; else as a CHW's.")
def read(body: str, sender: str) -> None:
    """Print as JSON what is understood of BODY and the reply, a line for each report in it.

    Nothing is written or sent.
    """
    readable = body.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    settings = read_settings()
    library = load_library(settings.flows_dir)
    if sender:
        found = _as_sent(settings, library, readable, sender)
    else:
        anybody = _anybody(settings)
        found = [preview(library, one, anybody) for one in open_all(library, readable)]
    for one in found:
        click.echo(json.dumps(asdict(one), ensure_ascii=False))


def _anybody(settings: Settings) -> Given:
    """A CHW in training, of whom nothing is known."""
    values = {
        "help": settings.help_phone,
        "phone": settings.help_phone,
        "code": settings.service_code,
    }
    return Given("en", training=True, face="sms", values=values)


def _as_sent(settings: Settings, library: Library, body: str, sender: str) -> list[Preview]:
    """As this person's SMS."""
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
        return [_one_sent(rt, db, person, one, base) for one in openings(rt, db, body)]


def _one_sent(
    rt: Runtime, db: Connection, person: Person, opening: Opening, base: Given
) -> Preview:
    """A ref, or letters alone, go on with what she sent or left unfinished."""
    if opening.ref:
        found = waiting(rt, db, person, opening.ref, base)
        if found:
            return preview_in(rt.flows, found[0], opening, found[1])
    elif not (opening.flow or opening.command):
        drafts = begun(rt, db, person, opening, base)
        if len(drafts) == 1:
            return preview_in(rt.flows, drafts[0].flow, opening, drafts[0].given)
    return preview(rt.flows, opening, base)
