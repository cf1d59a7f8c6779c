"""A TOML file of the flows folder, or what is wrong with it: file, place and cure."""

import tomllib
from pathlib import Path
from typing import Any


class FlowError(Exception):
    """A flow file is wrong. The message is `file: place: what to do`; `lines` has every fault."""

    def __init__(self, file: str, place: str, cure: str, *also: tuple[str, str]) -> None:
        self.file, self.place, self.cure = file, place, cure
        self.lines = [f"{file}: {where}: {what}" for where, what in ((place, cure), *also)]
        super().__init__(self.lines[0])


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a file. Raises FlowError where it is not TOML or not text."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise FlowError(path.name, f"byte {error.start}", "save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise FlowError(path.name, "TOML", str(error)) from None
    except OSError as error:
        raise FlowError(path.name, "file", f"cannot be read: {error.strerror}") from None
