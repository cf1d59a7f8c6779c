"""`smsapp dial`: a basic phone in the terminal, through the simulator."""

from typing import Any
from urllib.parse import quote

import click
import requests

from smsapp.settings import read_settings

CURE = "No simulator answers at {url}: is `make run` running?"
ANSWER_SECONDS = 20.0  # a hop takes 10 at most
REMOTE = click.option("--url", default="", help="The simulator's address; default: PORT + 1.")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("phone")
@click.argument("keys", nargs=-1)
@click.option("--code", default="", help="The code to dial; default: SERVICE_CODE.")
@REMOTE
def dial(phone: str, keys: tuple[str, ...], code: str, url: str) -> None:
    """Dial the service from PHONE, play KEYS, or read them from the terminal when there are none.

    An empty line hangs up, Ctrl-C loses the signal.
    """
    url = url or address()
    call = post(url, "/calls", {"phone": phone, "code": code})
    _show(call, spent=not keys)
    if not keys:
        _talk(url, call)
        return
    for key in keys:
        if call["ends"]:
            raise click.ClickException(f"The call ended before key {key!r}.")
        click.echo(f"> {key}")
        call = _key(url, call, key)
        _show(call, spent=False)
    if not call["ends"]:
        _hang(url, call, lost=False)
    if call["problem"]:
        raise SystemExit(1)


def _talk(url: str, call: dict[str, Any]) -> None:
    while not call["ends"]:
        try:
            key = input("> ")
        except EOFError:
            key = ""
        except KeyboardInterrupt:
            _hang(url, call, lost=True)
            click.echo("\nSignal lost.")
            return
        if not key:
            _hang(url, call, lost=False)
            return
        call = _key(url, call, key)
        _show(call, spent=True)


def _key(url: str, call: dict[str, Any], key: str) -> dict[str, Any]:
    return post(url, f"/calls/{quote(call['call'])}/keys", {"text": key})


def _hang(url: str, call: dict[str, Any], *, lost: bool) -> None:
    post(url, f"/calls/{quote(call['call'])}/hang", {"lost": lost})


def _show(call: dict[str, Any], *, spent: bool) -> None:
    """Print a screen; with what it cost when a person is at the keys."""
    click.echo(call["screen"])
    if spent:
        unit = "septets" if call["encoding"] == "GSM-7" else "UCS-2 units"
        click.secho(f"[{call['units']} {unit}, {call['seconds']:.0f} s]", dim=True)


def post(url: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """Ask the simulator. Raises ClickException with the cure."""
    try:
        with requests.Session() as http:
            http.trust_env = False
            answer = http.post(url.rstrip("/") + path, json=body, timeout=ANSWER_SECONDS)
        found = answer.json()
    except requests.RequestException:
        raise click.ClickException(CURE.format(url=url)) from None
    if not isinstance(found, dict) or "error" in found or not answer.ok:
        raise click.ClickException(found["error"] if "error" in found else CURE.format(url=url))
    return found


def address() -> str:
    """Where the simulator of `make run` answers."""
    return f"http://127.0.0.1:{read_settings().port + 1}"
