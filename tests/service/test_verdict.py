"""The one sentence: a table of what is seen and what is said."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from smsapp.service.verdict import Seen, judge, span
from smsapp.store.lanes import Lane
from smsapp.store.watch import OpenAlert

NOW = datetime(2026, 3, 2, 12, 2, tzinfo=UTC)  # 14:02 in Blantyre
ZONE = ZoneInfo("Africa/Blantyre")
LANES = tuple(Lane(name) for name in ("inbound", "urgent", "bulk", "routine"))
ALIVE = {lane.name: 1 for lane in LANES}
ALERT = OpenAlert(
    id=1,
    ref="123456",
    kind="danger",
    place="Chalo",
    person_id=1,
    name="Esther",
    level=1,
    told=2,
    raised_at=NOW - timedelta(minutes=12),
    climb_at=NOW + timedelta(minutes=3),
    training=False,
    next_roles=("district",),
)
CALM = Seen(NOW, LANES, (), 0, 0, 0, 0, ALIVE)


def with_lane(name: str, **values: object) -> tuple[Lane, ...]:
    return tuple(replace(lane, **values) if lane.name == name else lane for lane in LANES)


def with_alerts(*alerts: OpenAlert) -> Seen:
    return replace(CALM, alerts=alerts, alert_count=len(alerts))


LAST = replace(ALERT, level=2, next_roles=())
NOBODY = replace(ALERT, climb_at=None, level=2, next_roles=())
KEY = "The gateway refuses our key. Set AT_API_KEY."
TWO_NEXT = """1 alert has no answer for 12 minutes; \
the facility and the district officer are told next at 14:05."""

CASES = {
    "nothing": (CALM, "calm", "All alerts answered. Nothing waits."),
    "decisions": (
        replace(CALM, undecided=2),
        "act",
        "All alerts answered. 2 messages need a decision.",
    ),
    "one decision": (
        replace(CALM, undecided=1, undecided_alerts=1),
        "act",
        "All alerts answered. 1 message needs a decision. 1 alert among them.",
    ),
    "a decision while an alert is open": (
        replace(with_alerts(ALERT), undecided=1),
        "act",
        "1 message needs a decision.",
    ),
    "an alert": (
        with_alerts(ALERT),
        "watch",
        "1 alert has no answer for 12 minutes; the district officer is told next at 14:05.",
    ),
    "an alert told to two next": (
        with_alerts(replace(ALERT, next_roles=("facility", "district"))),
        "watch",
        TWO_NEXT,
    ),
    "an alert at the last level": (
        with_alerts(LAST),
        "watch",
        "1 alert has no answer for 12 minutes; the health worker hears of it at 14:05.",
    ),
    "two alerts": (
        with_alerts(ALERT, replace(ALERT, climb_at=NOW + timedelta(minutes=1))),
        "watch",
        "2 alerts have no answer, the oldest for 12 minutes; the next step is at 14:03.",
    ),
    "nobody left": (
        with_alerts(NOBODY),
        "act",
        "Alert 123456 has no answer for 12 minutes and nobody is left to tell.",
    ),
    "nobody left comes before all else": (
        replace(with_alerts(ALERT, NOBODY), undecided=3, workers=None),
        "act",
        "Alert 123456 has no answer for 12 minutes and nobody is left to tell.",
    ),
    "urgent lane held": (
        replace(CALM, lanes=with_lane("urgent", paused=KEY, paused_since=NOW)),
        "act",
        "The urgent lane is held: The gateway refuses our key. Set AT_API_KEY.",
    ),
    "all lanes held for one reason": (
        replace(CALM, lanes=tuple(replace(lane, paused="No credit.") for lane in LANES[1:])),
        "act",
        "The urgent, bulk and routine lanes are held: No credit.",
    ),
    "bulk lane held for a while": (
        replace(
            CALM,
            lanes=with_lane("bulk", paused="Slow down.", paused_until=NOW + timedelta(minutes=3)),
        ),
        "watch",
        "The bulk lane is held: Slow down.",
    ),
    "a held bulk lane comes after a decision": (
        replace(CALM, undecided=1, lanes=with_lane("bulk", paused="Off.", paused_since=NOW)),
        "act",
        "All alerts answered. 1 message needs a decision.",
    ),
    "queue server away": (
        replace(CALM, workers=None),
        "act",
        "The queue server does not answer: only alerts and replies are sent, by the clock.",
    ),
    "no urgent worker": (
        replace(CALM, workers={**ALIVE, "urgent": 0}, lanes=with_lane("urgent", waiting=1)),
        "act",
        "No worker serves the urgent lane: 1 message due.",
    ),
    "no worker at all": (
        replace(CALM, workers=dict.fromkeys(ALIVE, 0)),
        "act",
        "No worker serves any lane: nothing is due yet.",
    ),
    "urgent stuck": (
        replace(CALM, lanes=with_lane("urgent", waiting=4, oldest_at=NOW - timedelta(minutes=6))),
        "act",
        "The urgent lane does not move: its oldest message has waited 6 minutes.",
    ),
    "urgent just busy": (
        replace(CALM, lanes=with_lane("urgent", waiting=4, oldest_at=NOW - timedelta(seconds=50))),
        "calm",
        "All alerts answered. Nothing waits.",
    ),
    "a callback not read": (
        replace(CALM, unread=1),
        "watch",
        "1 callback of the gateway could not be read.",
    ),
}


@pytest.mark.parametrize(("seen", "level", "sentence"), CASES.values(), ids=CASES.keys())
def test_the_sentence(seen: Seen, level: str, sentence: str):
    verdict = judge(seen, ZONE)
    assert (verdict.level, verdict.sentence) == (level, sentence)
    assert verdict.needs_person == (level == "act")
    assert verdict.cure or level != "act"


def test_nothing_that_is_so_is_left_out():
    seen = replace(
        with_alerts(ALERT, NOBODY),
        undecided=2,
        unread=1,
        workers={**ALIVE, "bulk": 0},
        lanes=with_lane("routine", paused="Off.", paused_since=NOW),
    )
    verdict = judge(seen, ZONE)
    said = [verdict.sentence, *(line.sentence for line in verdict.others)]
    for word in ("nobody is left", "decision", "callback", "bulk lane", "routine lane", "1 alert"):
        assert sum(word in sentence for sentence in said) == 1, word
    levels = [verdict.level, *(line.level for line in verdict.others)]
    assert levels == sorted(levels)  # act before watch


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-5), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(minutes=1, seconds=59), "1 minute"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=1, minutes=5), "1 hour 5 min"),
        (timedelta(days=3, hours=2), "3 days"),
    ],
)
def test_a_length_of_time(age: timedelta, words: str):
    assert span(age) == words
