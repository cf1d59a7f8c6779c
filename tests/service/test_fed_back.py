"""Once a month each CHW hears her own numbers, and nobody who should have peace does."""

from datetime import UTC, datetime, timedelta

import pytest

from smsapp.service import recurring, remind
from tests.rig.stage import Stage

CHW, FATOU, SUPERVISOR = "+265991000001", "+265991000004", "+265991000101"
TEXTS = "SELECT text FROM outbound WHERE phone = :phone AND kind = 'reminder' ORDER BY id"


@pytest.fixture
def march(stage: Stage) -> Stage:
    """A month with two children, one of them in danger, seen by her supervisor and arrived."""
    stage.write("UPDATE person SET created_at = :at", at=str(datetime(2026, 1, 1, tzinfo=UTC)))
    stage.send(CHW, "CCM A14 S0 D0 M3 P0 T0")
    stage.send(CHW, "CCM A30 S0 D0 M1 P0 T0 G1")
    stage.send(SUPERVISOR, "OK")
    stage.now += timedelta(days=1)
    ref = stage.rows("SELECT ref FROM task JOIN report ON report.id = task.report_id "
                     "WHERE kind = 'referral'")[0].ref  # fmt: skip
    stage.send(CHW, f"RF {ref} 1")
    stage.write("UPDATE reminder SET state = 'dropped'")
    return stage


def months_later(stage: Stage) -> None:
    """The clock does its work from the 10th to the 20th of April."""
    stage.now = datetime(2026, 4, 10, 3, 0, tzinfo=UTC)
    for _ in range(11 * 6):
        stage.now += timedelta(hours=4)
        recurring.plan_due(stage.rt)
        stage.write("UPDATE reminder SET state = 'dropped' WHERE kind <> 'own_month'")
        while remind.send_due(stage.rt):
            pass


def own(stage: Stage, phone: str) -> list[str]:
    return [row.text for row in stage.rows(TEXTS, phone=phone) if "Alert" in row.text]


def test_her_month_and_what_her_alert_led_to(march: Stage):
    months_later(march)
    assert own(march, CHW) == [
        (
            "TRAINING. Real child? Call +265991000101\n"
            "March (before): children 2 (0), danger 1 (0), seen again 0 (0). "
            "Alerts 1, answered 1, arrived 1."
        )
    ]


def test_a_month_without_a_report_is_no_news(march: Stage):
    months_later(march)
    assert own(march, FATOU) == []


def test_her_language(march: Stage):
    march.send(FATOU, "CCM A14 S0 D0 M3 P0 T0")
    march.write("UPDATE report SET opened_at = :at", at=str(datetime(2026, 3, 9, tzinfo=UTC)))
    months_later(march)
    assert [text.partition("\n")[2][:26] for text in own(march, FATOU)] == [
        "mars (avant): enfants 1 (0"
    ]


@pytest.mark.parametrize("words", ["STOP", "DEATH W4 X1 P2 V1"])
def test_who_stopped_reminders_or_mourns_is_left_alone(march: Stage, words: str):
    march.now = datetime(2026, 4, 9, 8, tzinfo=UTC)
    march.send(CHW, words)
    months_later(march)
    assert own(march, CHW) == []
