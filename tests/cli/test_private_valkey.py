"""The private Valkey: what it keeps, and what a killed run leaves behind."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from smsapp.cli import valkey


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def left(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A Valkey that nobody looks after."""
    command = valkey.command(folder, folder / "valkey.sock")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    assert valkey.wait_for(lambda: valkey.answers(folder / "valkey.sock"), 10)
    yield process
    process.kill()
    process.wait()


def test_a_stale_valkey_is_stopped(left, folder):
    assert valkey.clear_stale(folder, folder / "valkey.sock")
    assert left.wait(1) == 0


def test_a_frozen_stale_valkey_is_found_by_its_pidfile(left, folder):
    os.kill(left.pid, signal.SIGSTOP)
    assert valkey.clear_stale(folder, folder / "valkey.sock", patience=0.3)
    assert left.wait(5) == -signal.SIGKILL


def test_nothing_is_done_where_nothing_is_left(folder):
    assert not valkey.clear_stale(folder, folder / "valkey.sock")


def test_the_process_id_of_somebody_else_is_left_alone(folder):
    (folder / "valkey.pid").write_text(str(os.getpid()))
    assert not valkey.clear_stale(folder, folder / "valkey.sock")


@pytest.mark.parametrize("content", ["", "not a number", "99999999"])
def test_a_pidfile_that_says_nothing_is_passed_over(folder, content):
    (folder / "valkey.pid").write_text(content)
    assert not valkey.clear_stale(folder, folder / "valkey.sock")


def test_what_was_written_survives_a_kill(left, folder):
    socket = folder / "valkey.sock"
    with Redis(unix_socket_path=str(socket)) as redis:
        redis.set("call", "14*1")
        assert valkey.wait_for(lambda: redis.info("persistence")["aof_pending_bio_fsync"] == 0, 5)
    left.kill()
    left.wait()
    again = subprocess.Popen(valkey.command(folder, socket), stdout=subprocess.DEVNULL)
    try:
        assert valkey.wait_for(lambda: valkey.answers(socket), 10)
        with Redis(unix_socket_path=str(socket)) as redis:
            assert redis.get("call") == b"14*1"
    finally:
        again.kill()
        again.wait()
