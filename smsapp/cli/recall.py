"""`smsapp recall`: call a lot back, and see who has answered."""

import getpass

import click

from smsapp.runtime import Runtime, build
from smsapp.service import recalls
from smsapp.settings import read_settings
from smsapp.store.recalls import Asked, Recall

STATUS = "status"


@click.command()
@click.argument("product")
@click.argument("lot", required=False)
@click.option("--reason", default="", help="Why: it is kept, and never sent.")
def recall(product: str, lot: str | None, reason: str) -> None:
    """Call LOT of PRODUCT back (`smsapp recall la B1234 --reason TEXT`); `recall status` lists.

    Everybody who may hold it is told not to use it, and is asked until each has answered. Said
    again, it reaches those who came since.
    """
    rt = build(read_settings())
    if product == STATUS:
        _status(rt, lot)
        return
    if not lot or not reason.strip():
        raise click.UsageError(
            'write the lot and --reason "why": smsapp recall la B1234 --reason …'
        )
    try:
        begun = recalls.begin(rt, product, lot, reason.strip(), getpass.getuser())
    except recalls.NotKnown as error:
        raise click.ClickException(str(error)) from None
    again = " more" if begun.again else ""
    click.echo(f"Recall {begun.ref}: {begun.told}{again} people are asked.")
    if begun.without_phone:
        click.echo(f"No phone, tell them yourself: {' '.join(begun.without_phone)}")


def _status(rt: Runtime, ref: str | None) -> None:
    """Who has answered what, and who has not."""
    found = [one for one in recalls.status(rt) if ref in (None, one[0].ref)]
    if not found:
        click.echo("There is no such recall." if ref else "No lot was ever called back.")
    for one, people in found:
        _print(one, people)


def _print(one: Recall, people: list[Asked]) -> None:
    answered = [each for each in people if each.answer]
    aside = sum(each.amount or 0 for each in answered)
    click.echo(f"{one.ref} {one.product} lot {one.lot}, {one.at:%Y-%m-%d}: {one.reason}")
    click.echo(f"  answered {len(answered)} of {len(people)}; set aside {aside}")
    waits = [f"{each.code} ({each.role})" for each in people if not each.answer]
    if waits:
        click.echo(f"  no answer yet: {', '.join(waits)}")
