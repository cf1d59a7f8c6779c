"""Whom many people call: the same as each would be told apart."""

import pytest

from smsapp.service.people import help_phone, help_phones
from smsapp.store.people import everybody
from tests.rig.stage import Stage


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE person SET opted_out = opted_out",
        "UPDATE person SET active = false WHERE role = 'supervisor'",
        "UPDATE person SET phone = NULL WHERE code IN ('DEMO-101', 'DEMO-202')",
        "UPDATE person SET supervisor_id = id WHERE role = 'chw'",
    ],
)
def test_it_is_as_for_each_alone(stage: Stage, change: str):
    stage.write(change)
    with stage.rt.read() as db:
        people = everybody(db, stage.now)
        alone = {one.id: help_phone(stage.rt, db, one) for one in people}
        assert help_phones(stage.rt, db, people) == alone
        assert len(set(alone.values())) > 1
        assert help_phones(stage.rt, db, []) == {}
