"""`smsapp doctor` against real servers that are well, and that are not."""

from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from smsapp.cli import main
from smsapp.runtime import Runtime
from smsapp.service.demonstration import seed_demonstration
from smsapp.store import ticks
from smsapp.store.tables import phone_number

ESTHER = "+265991000001"  # a CHW: she is asked by SMS whether it is still her phone


def doctor(rt: Runtime, **changes: str) -> Result:
    settings = rt.settings
    environment = {
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "VAR_DIR": str(settings.var_dir),
        "AT_BASE_URL": settings.at_base_url,
        **changes,
    }
    return CliRunner(env=environment).invoke(main, ["doctor"])


def said(result: Result) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in result.stdout.splitlines())


def test_each_part_that_is_missing_is_named_with_its_cure(rt):
    result = doctor(rt)
    assert result.exit_code == 1
    assert said(result) == {
        "settings": "ok",
        "database": "ok",
        "valkey": "ok",
        "clock": "has never ticked; start: smsapp clock",
        "people": "nobody yet; run: smsapp people import roster.csv",
        "orders": "ok",
        "workers": "; ".join(
            f"none on lane {lane}: start smsapp worker {lane}"
            for lane in ("inbound", "urgent", "bulk", "routine")
        ),
        "gateway": "ok",
        "flows": "ok",
    }


def test_people_and_a_clock_that_ticks_are_well(rt):
    seed_demonstration(rt)
    with rt.begin() as db:
        ticks.take_slot(db, "sweep", "now", rt.now())
    assert {k: v for k, v in said(doctor(rt)).items() if k in ("clock", "people")} == {
        "clock": "ok",
        "people": "ok",
    }


def test_a_clock_that_stopped_is_named(rt, clock):
    with rt.begin() as db:
        clock.move(minutes=-10)
        ticks.take_slot(db, "sweep", "then", rt.now())
    assert said(doctor(rt))["clock"].startswith("ticked 60")


def test_who_answers_and_is_silent_is_named(rt):
    seed_demonstration(rt)
    with rt.begin() as db:
        silent = update(phone_number).where(phone_number.c.phone.in_(["+265991000101", ESTHER]))
        db.execute(silent.values(heard_at=rt.now() - timedelta(days=91)))
    assert said(doctor(rt))["people"] == (
        "1 (DEMO-101) who answer not heard for 90 days, and told of nothing but alerts; call them"
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nothing_behind_it_answers(rt, tmp_path):
    result = doctor(
        rt,
        DATABASE_URL=f"sqlite:///{tmp_path}/none/none.sqlite",
        REDIS_URL=f"unix://{tmp_path}/none.sock",
        AT_BASE_URL="http://127.0.0.1:9",
        FLOWS_DIR=str(rt.settings.flows_dir),
    )
    lines = said(result)
    assert result.exit_code == 1
    assert lines["database"].startswith("does not answer (unable to open database file)")
    assert lines["valkey"].startswith("does not answer (ConnectionError)")
    assert lines["clock"] == "not looked at: mend the database first"
    assert lines["workers"] == "cannot be counted while Valkey does not answer"
    assert lines["gateway"] != "ok"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_of_another_version_is_named(rt, tmp_path):
    result = doctor(rt, DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite")
    assert said(result)["database"] == "has another version's shape; run: smsapp migrate"
