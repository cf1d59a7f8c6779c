"""The command line: one file a family of commands, imported only when it is used."""

import gc
import sys
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

import click

COMMANDS = (  # each is a file of this folder and a command of the same name in it
    "run",
    "web",
    "worker",
    "clock",
    "simulator",
    "migrate",
    "doctor",
    "queues",
    "operator",
    "people",
    "month",
    "orders",
    "broadcast",
    "recall",
    "words",
    "dial",
    "sms",
    "read",
    "check",
    "flow",
    "vectors",
    "stock",
    "texts",
    "approve",
    "cards",
    "release",
    "size",
)

# Errors a person can act on. Only a module that is loaded already can have raised one.
KNOWN = {
    "smsapp.settings": "SettingsError",
    "smsapp.flow.load": "FlowError",
    "sqlalchemy.exc": "DBAPIError",
    "redis.exceptions": "RedisError",
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called: `size` needs no database."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(_load(f"smsapp.cli.{name}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _known_errors() as error:
            _give_up(error)


def _load(name: str) -> ModuleType:
    """A module and all it imports: no rubbish, so none is looked for (a quarter of a start)."""
    if name in sys.modules:
        return sys.modules[name]
    gc.disable()
    try:
        module = import_module(name)
        gc.freeze()
    finally:
        gc.enable()
    return module


def _known_errors() -> tuple[type[Exception], ...]:
    loaded = [(sys.modules[name], error) for name, error in KNOWN.items() if name in sys.modules]
    return tuple(getattr(module, error) for module, error in loaded)


def _give_up(error: Exception) -> NoReturn:
    """One line a problem. A database error is told without its statement: that holds content."""
    text = str(getattr(error, "orig", error)).strip()
    if hasattr(error, "orig"):
        text = f"The database refused: {text.splitlines()[0]}. `smsapp doctor` names the cure."
    elif type(error).__module__ == "redis.exceptions":
        text = f"Redis does not answer: {text}. Start it, or set REDIS_URL."
    raise click.ClickException(text)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="smsapp", message="smsapp %(version)s")
def main() -> None:
    """An SMS and USSD service for community health workers on basic phones."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
