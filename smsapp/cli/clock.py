"""`smsapp clock`: what happens because time passes."""

import signal
from threading import Event

import click

from smsapp import leash
from smsapp.logs import start_logging
from smsapp.runtime import build
from smsapp.schedule import run_clock
from smsapp.settings import read_settings


@click.command()
def clock() -> None:
    """Ring lanes, climb alerts, send reminders, sweep. Any number of clocks may run."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    leash.hold()
    settings = read_settings()
    start_logging(settings.log_level)
    run_clock(build(settings), stop)
