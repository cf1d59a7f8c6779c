"""`smsapp operator` and `smsapp queues` as a person calls them."""

import os
import subprocess
import sys

import pytest

from smsapp.service.operators import LoginRefused, enter_by_link, find_operator
from smsapp.store.operators import operator_by_name
from tests.rig.programme import Programme

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LANES = ["inbound", "urgent", "bulk", "routine"]


def run(programme: Programme, *words: str) -> "subprocess.CompletedProcess[str]":
    """Call the command line with the settings of this test in the environment."""
    settings = programme.rt.settings
    environment = {
        **os.environ,
        "VAR_DIR": str(settings.var_dir),
        "FLOWS_DIR": str(settings.flows_dir),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
    }
    command = [sys.executable, "-m", "smsapp", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_an_operator_is_invited_once_and_linked_again(programme: Programme):
    first = run(programme, "operator", "add", "grace")
    assert first.returncode == 0
    assert first.stdout.startswith("http://127.0.0.1:8000/login/link/")
    again = run(programme, "operator", "add", "grace")
    assert again.returncode == 1
    assert "smsapp operator link grace" in again.stderr
    link = run(programme, "operator", "link", "grace")
    assert link.returncode == 0
    assert link.stdout != first.stdout


def test_an_operator_whose_access_ends_comes_in_no_more(programme: Programme):
    link = run(programme, "operator", "add", "grace").stdout.split()[0]
    with programme.rt.read() as db:
        before = operator_by_name(db, "grace")
    assert before
    assert find_operator(programme.rt, before.id, before.stamp)
    assert run(programme, "operator", "end", "grace").returncode == 0
    assert find_operator(programme.rt, before.id, before.stamp) is None
    with pytest.raises(LoginRefused):
        enter_by_link(programme.rt, link.rpartition("/")[2], "192.0.2.1")
    again = run(programme, "operator", "link", "grace")
    assert (again.returncode, "has ended" in again.stderr) == (1, True)
    assert run(programme, "operator", "end", "nobody").returncode == 1
    assert run(programme, "operator", "list").stdout == "grace  ended\n"


def test_queues_prints_a_line_a_lane_and_ends_with_one_if_a_person_is_needed(
    programme: Programme,
):
    needed = run(programme, "queues")
    assert needed.returncode == 1
    assert [line.split()[0] for line in needed.stdout.splitlines()[:4]] == LANES
    assert "No worker serves any lane" in needed.stdout
    for lane in LANES:
        programme.rt.redis.sadd(f"rq:workers:{lane}", f"rq:worker:{lane}")
        programme.rt.redis.hset(f"rq:worker:{lane}", "birth", "now")
    calm = run(programme, "queues")
    assert calm.returncode == 0
    assert calm.stdout.splitlines()[4] == "All alerts answered. Nothing waits."
