"""`smsapp worker LANE`: the same as `python worker.py LANE`."""

import os
import sys
from pathlib import Path

import click

from smsapp.runtime import LANES

WORKER = Path(__file__).resolve().parents[2] / "worker.py"


@click.command()
@click.argument("lane", type=click.Choice(LANES))
def worker(lane: str) -> None:
    """Serve one lane: inbound, urgent, bulk or routine."""
    os.execv(sys.executable, [sys.executable, str(WORKER), lane])  # noqa: S606 - our own file
