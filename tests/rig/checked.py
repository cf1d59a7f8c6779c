"""Flows are checked once for the whole suite, not once for each test's folder."""

import fcntl
import shutil
from functools import cache
from pathlib import Path

from smsapp.flow.checked import CHECKED_FILE, refused
from smsapp.flow.library import load_library

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".pytest_cache" / CHECKED_FILE


def warm(var: Path) -> Path:
    """A `var_dir` that knows already what checking this project's flows found."""
    KEPT.parent.mkdir(exist_ok=True)
    with KEPT.with_suffix(".lock").open("w") as lock:  # the first process checks, the others wait
        fcntl.flock(lock, fcntl.LOCK_EX)
        _check()
    var.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(KEPT, var / CHECKED_FILE)
    return var


@cache
def _check() -> None:
    refused(load_library(ROOT / "flows"), KEPT)
