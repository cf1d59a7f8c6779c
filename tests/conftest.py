"""What every test may ask for. The fixtures stand in `tests/rig`, one file a subject."""

import gc
import os

from smsapp.settings import Settings

pytest_plugins = (
    "tests.rig.quiet",
    "tests.rig.servers",
    "tests.rig.databases",
    "tests.rig.running",
    "tests.rig.workers",
    "tests.rig.programme",
    "tests.rig.browser",
    "tests.rig.whole",
    "tests.rig.stage",
    "tests.rig.golden",
)

for name in Settings.model_fields:  # what this machine has set must not decide a test
    os.environ.pop(name.upper(), None)


def pytest_collection_finish() -> None:
    """What was imported and collected stays: no search for rubbish need look through it again."""
    gc.freeze()
