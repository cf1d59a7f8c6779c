"""Logging is one for a whole process: what one test sets up must not reach the next."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def logging_stays_as_it_was() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("smsapp")
    handlers, level = root.handlers[:], root.level
    ours.setLevel(logging.INFO)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
