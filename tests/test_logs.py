"""What reaches a log line."""

import json
import subprocess
import sys

import pytest

from smsapp.logs import hide_phones

SAYS = """
import logging, structlog
from smsapp.logs import start_logging
start_logging("INFO")
structlog.get_logger("smsapp.test").info("sent", lane="urgent", outbound=7)
structlog.get_logger("smsapp.test").debug("too_little")
logging.getLogger("rq.worker").info("a job's description")
logging.getLogger("rq.worker").warning("lost +265991000001")
try:
    raise ValueError("no such number: 0991000001")
except ValueError:
    structlog.get_logger("smsapp.test").exception("failed")
"""


def test_one_json_line_an_event_and_only_warnings_of_others():
    done = subprocess.run([sys.executable, "-c", SAYS], capture_output=True, text=True)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(line["event"], line["level"]) for line in lines] == [
        ("sent", "info"),
        ("lost (number)", "warning"),
        ("failed", "error"),
    ]
    assert lines[0]["lane"] == "urgent"
    assert lines[0]["timestamp"].endswith("Z")
    assert "no such number: (number)" in lines[2]["exception"]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('{"phone": "+265991000001"}', '{"phone": "(number)"}'),
        ("to 0991000001.", "to (number)."),
        ('{"ref": "123455"}', '{"ref": "123455"}'),
        (
            '{"timestamp": "2026-11-21T06:41:01.123456Z"}',
            '{"timestamp": "2026-11-21T06:41:01.123456Z"}',
        ),
        ('{"session": "a1234567890b"}', '{"session": "a1234567890b"}'),
    ],
)
def test_numbers_as_long_as_a_phone_are_hidden(line: str, shown: str):
    assert hide_phones(None, "", line) == shown
