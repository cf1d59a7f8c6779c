"""What may be told of a failure: where it happened. Its message may hold what a person typed."""

import traceback
from pathlib import Path

OURS = Path(__file__).parents[1]  # the folder of this package


def place_of(error: BaseException) -> str:
    """The innermost line of our own code that an exception passed, as `room/file.py:line`."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(OURS)]
    if not ours:
        return ""
    return f"{Path(ours[-1].filename).relative_to(OURS)}:{ours[-1].lineno}"
