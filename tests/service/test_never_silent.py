"""What she is answered is never held back where it says REFER, or when to."""

import pytest

from tests.rig.stage import Stage

CHW = "+265991000001"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("CCM A14 S1", "danger"),
        ("CCM A14", "danger"),  # incomplete: says when to refer
        ("CCM A14 S0 D0 M3 P0 T0", "answer"),
        ("what is this", "answer"),
        ("CCM A14 S0 D0 M3 P0 T0\nCCM A15", "danger"),  # one of several
    ],
)
def test_what_says_refer_is_marked(stage: Stage, body: str, kind: str):
    stage.send(CHW, body)
    told = "SELECT DISTINCT kind FROM outbound WHERE phone = :phone AND key LIKE 'reply:%'"
    assert [row.kind for row in stage.rows(told, phone=CHW)] == [kind]
