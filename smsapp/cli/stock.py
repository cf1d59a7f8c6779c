"""`smsapp stock`: how what a CHW has, uses and needs was computed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from smsapp.runtime import build
from smsapp.service.need import Working
from smsapp.service.stock import book
from smsapp.service.uses import shown
from smsapp.settings import read_settings
from smsapp.store.people import person_by_code
from smsapp.store.uses import Use


@click.command()
@click.argument("code")
def stock(code: str) -> None:
    """Print the working of each product of the person CODE, in single units.

    Below it: what she was shown last of what she used, beside what her reports of children say.
    """
    rt = build(read_settings())
    with rt.read() as db:
        person = person_by_code(db, code, rt.now())
        if person is None:
            raise click.ClickException(f"No person has the code {code}; see smsapp people.")
        found = book(rt, db, person)
        uses = shown(rt, db, [person.id], training=person.training).get(person.id, [])
    zone = ZoneInfo(rt.settings.timezone)
    for one in found.values():
        for line in working_lines(one, zone):
            click.echo(line)
    for use in uses:
        click.echo(use_line(use, zone))


def use_line(one: Use, zone: ZoneInfo) -> str:
    """What left her box beside what she reported, as she was told."""
    told = "no child was reported" if one.reported is None else f"her reports say {one.reported}"
    days = f"{_day(one.since, zone)} to {_day(one.until, zone)}"
    return f"told her, {days}: {one.treatment} used {one.used}; {told} (estimate)"


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d/%m/%Y}"


def working_lines(one: Working, zone: ZoneInfo) -> list[str]:
    """The calculation of one product, a step a line."""

    name = next(iter(one.product.name.values()))
    counted = f"counted {_day(one.counted_at, zone)}" if one.counted_at else "never counted"
    hand = "not known" if one.on_hand is None else one.on_hand
    lines = [f"{one.product.id} {name}: on hand {hand}, {counted}"]
    for each in one.periods:
        said = f"{each.counted} + {each.received} - {each.lost} - {each.left}"
        what = f"used {each.used}" if each.used >= 0 else f"adjustment +{-each.used}, left out"
        lines.append(f"  {_day(each.begin, zone)} to {_day(each.end, zone)}: {said}: {what}")
    why = f"from {float(one.used_days):.0f} days with stock" if one.own else "the default"
    lines.append(f"  days without stock in 60: {one.out_days}; AMC {one.amc} ({why})")
    lines.append(f"  maximum {one.maximum}; resupply {one.resupply}")
    return lines
