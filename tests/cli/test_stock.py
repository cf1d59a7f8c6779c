"""`smsapp stock` as a person calls it: the working of her order, and what she was shown."""

import pytest

from smsapp.store import stock
from smsapp.store.uses import Use, show
from tests.cli.test_operators import run
from tests.rig.orders import words_folder as words_folder
from tests.rig.programme import Programme

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def say(programme: Programme, kind: str, **amounts: int) -> int:
    """A report that says so of her box; gives its id."""
    report_id, _ = programme.add_report()
    now, who = programme.rt.now(), programme.person("chw")
    with programme.rt.begin() as db:
        of = {"person_id": who.id, "training": False, "at": now}
        stock.write(db, report_id, kind, amounts, now, **of)
    return report_id


def test_the_working_is_printed_a_step_a_line(programme: Programme):
    say(programme, "count", la=100)
    programme.clock.move(days=10)
    say(programme, "received", la=60)
    programme.clock.move(days=20)
    last, now, who = say(programme, "count", la=40), programme.rt.now(), programme.person("chw")
    with programme.rt.begin() as db:
        use = Use("al", now, now, 120, 96)
        show(db, last, who.id, [use, Use("am", now, now, 5, None)], training=False)
    printed = run(programme, "stock", "chw").stdout.splitlines()
    day = f"{now:%d/%m/%Y}"
    at = printed.index(f"la AL 1x6: on hand 40, counted {day}")
    assert printed[at + 1].endswith(f"to {day}: 100 + 60 - 0 - 40: used 120")
    assert printed[at + 2 : at + 4] == [
        "  days without stock in 60: 0; AMC 120 (from 30 days with stock)",
        "  maximum 240; resupply 200",
    ]
    assert "zi Zinc: on hand not known, never counted" in printed
    assert printed[-2:] == [
        f"told her, {day} to {day}: al used 120; her reports say 96 (estimate)",
        f"told her, {day} to {day}: am used 5; no child was reported (estimate)",
    ]


def test_nobody_has_this_code(programme: Programme):
    refused = run(programme, "stock", "nobody")
    assert refused.returncode == 1
    assert "No person has the code nobody; see smsapp people." in refused.stderr
