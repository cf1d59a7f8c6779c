"""`smsapp size`: what a text costs as an SMS."""

import json
from dataclasses import asdict

import click

from smsapp.gsm import measure


@click.command()
@click.argument("text")
def size(text: str) -> None:
    """Print encoding, units, segments and the characters outside GSM-7, as JSON."""
    readable = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    click.echo(json.dumps(asdict(measure(readable)), ensure_ascii=False))
