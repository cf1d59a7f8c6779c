"""`pytest tests/golden --update-golden` rewrites the conversations; the diff is the review."""

import pytest


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))
