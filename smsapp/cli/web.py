"""`smsapp web`: the web server, gateway callbacks and console in one."""

import sys

import click
from gunicorn.app.wsgiapp import WSGIApplication

from smsapp import leash
from smsapp.settings import Settings, read_settings

GRACEFUL_SECONDS = 12  # a USSD hop is answered within 10 s; it may finish


@click.command()
def web() -> None:
    """Serve gateway callbacks and the console on HOST and PORT."""
    settings = read_settings()
    leash.hold()
    sys.argv = ["gunicorn", *server_options(settings), "smsapp.web.wsgi:app"]
    WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn").run()


def server_options(settings: Settings) -> list[str]:
    """No access log: a callback's path holds its secret. No preload: nothing forks open pools."""
    return [
        f"--bind={settings.host}:{settings.port}",
        f"--workers={settings.web_processes}",
        f"--threads={settings.web_threads}",
        "--worker-class=gthread",
        "--reuse-port",
        "--no-control-socket",
        f"--graceful-timeout={GRACEFUL_SECONDS}",
        "--log-level=warning",
    ]
