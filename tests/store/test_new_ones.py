"""Of many rows written at once, so many are new as were not there before."""

from smsapp.service import outbox
from smsapp.store import reminders
from smsapp.store.outbound import NewOutbound
from smsapp.store.reminders import Planned
from tests.rig.stage import Stage


def test_only_what_is_new_is_counted(stage: Stage):
    (who,) = stage.rows("SELECT id FROM person WHERE phone = '+265991000001'")
    steps = [Planned(who.id, "tip", f"week {one}", 0, None, stage.now) for one in range(5)]
    sms = [
        NewOutbound(f"key {one}", "reminder", "+265991000001", "Hello", "bulk") for one in range(5)
    ]
    with stage.rt.begin() as db:
        for some, new in ((slice(1, 3), 2), (slice(5), 3), (slice(5), 0), (slice(0), 0)):
            assert reminders.add(db, steps[some]) == new
            assert outbox.put_all(stage.rt, db, sms[some]) == new
    assert len(stage.rows("SELECT id FROM outbound")) == 5
