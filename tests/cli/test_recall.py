"""`smsapp recall` as a person calls it."""

import pytest

from tests.cli.test_operators import run
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_lot_is_called_back_and_listed(programme: Programme):
    refused = run(programme, "recall", "la", "B1234")
    assert refused.returncode == 2
    assert "--reason" in refused.stderr
    begun = run(programme, "recall", "la", "B1234", "--reason", "found to be weak")
    assert begun.stdout.endswith(": 3 people are asked.\n")
    again = run(programme, "recall", "la", "b1234", "--reason", "found to be weak")
    assert again.stdout.endswith(": 0 more people are asked.\n")
    listed = run(programme, "recall", "status").stdout
    assert "la lot B1234" in listed
    assert "answered 0 of 3; set aside 0" in listed
    assert "no answer yet: chw (chw), eve (chw), fac (facility)" in listed
    unknown = run(programme, "recall", "gloves", "B1", "--reason", "why")
    assert unknown.returncode == 1
    assert "gloves is no product; the ids are: la " in unknown.stderr
