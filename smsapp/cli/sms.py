"""`smsapp sms`: an SMS from a basic phone, through the simulator."""

import click

from smsapp.cli.dial import REMOTE, address, post


@click.command()
@click.argument("phone")
@click.argument("text")
@REMOTE
def sms(phone: str, text: str, url: str) -> None:
    """Send TEXT as an SMS from PHONE to the service."""
    post(url or address(), "/sms", {"from": phone, "text": text})
