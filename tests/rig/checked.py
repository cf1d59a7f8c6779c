"""Flows are checked once for the whole suite, not once for each test's folder."""

import shutil
from functools import cache
from pathlib import Path

from smsapp.flow.checked import refused
from smsapp.flow.library import load_library
from smsapp.runtime import CHECKED_FILE

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".pytest_cache" / CHECKED_FILE


def warm(var: Path) -> Path:
    """A `var_dir` that knows already what checking this project's flows found."""
    _check()
    var.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(KEPT, var / CHECKED_FILE)
    return var


@cache
def _check() -> None:
    refused(load_library(ROOT / "flows"), KEPT)
