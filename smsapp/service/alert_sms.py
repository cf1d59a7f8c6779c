"""An alert's SMS to those who are told: in full, or in neutral words to a number in doubt."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from smsapp.runtime import Runtime
from smsapp.service.people import text_for, text_from
from smsapp.store.alerts import Alert
from smsapp.store.numbers import unheard
from smsapp.store.outbound import NewOutbound
from smsapp.store.people import Person, person_by_id


def rows(
    rt: Runtime,
    db: Connection,
    alert: Alert,
    people: Sequence[tuple[Person, int]],
    *,
    which: str,
    time: int = 1,
) -> list[NewOutbound]:
    """One SMS to each of these, who stand on these levels.

    `time` is 1 the first time, more where it is repeated. On a number not heard for NUMBER_DAYS
    somebody else may read it: neither who calls nor what for stands in it, and the alert climbs.
    """
    since = rt.now() - timedelta(days=rt.settings.number_days)
    doubtful = unheard(db, [one.id for one, _ in people], since)
    chw = person_by_id(db, alert.person_id, rt.now()) if doubtful else None
    values = {"ref": alert.ref, "place": chw.place_short if chw else ""}
    full = alert.texts.get(which) or alert.texts["first"]
    return [
        NewOutbound(
            key=f"alert:{alert.id}:{level}:{time}:{one.id}",
            kind="alert",
            phone=one.phone,
            text=text_for(rt, db, one, "alert.doubtful", code=rt.settings.service_code, **values)
            if one.id in doubtful
            else text_from(rt, db, one, full),
            lane="urgent",
            person_id=one.id,
            alert_id=alert.id,
            alert_level=level,
            report_id=None,
            due_at=None,
            expires_at=None,
        )
        for one, level in people
    ]
