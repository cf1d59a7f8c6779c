"""Whatever is typed in a call of a registered CHW, she gets a screen that fits."""

from collections.abc import Callable
from itertools import count
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smsapp.runtime import Runtime
from smsapp.service.demonstration import seed_demonstration
from smsapp.service.ussd import settle_silent
from smsapp.web.app import create_app
from tests.rig.running import Clock
from tests.web.test_hooks import CHW, is_screen

# What differs between the databases is tested in store and service.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

KEY = st.one_of(
    st.sampled_from(["", "0", "00", "000", "98", "99", "1", "2", "3", "4", "12", "14", "1234567"]),
    st.integers(-5, 200).map(str),
    st.text(max_size=12),
    st.sampled_from(["#", " 1 ", "١٤", "\0", "😀", "1" * 500, "\u202e1", "1\r\n2", "%", "&x=1"]),
)
CALL = st.lists(KEY, max_size=14)


Dial = Callable[[list[str], bool], list[str]]


@pytest.fixture
def dial(rt: Runtime, clock: Clock) -> Dial:
    """Type these keys in a call of a CHW, escaped or raw; the screens she saw."""
    seed_demonstration(rt)
    client = create_app(rt).test_client()
    calls = count()

    def play(keys: list[str], raw: bool) -> list[str]:
        clock.move(days=2)  # nothing of the call before is offered any more
        settle_silent(rt)
        session, typed, screens = f"ATUid_{next(calls)}", "", []
        for n, key in enumerate(["", *keys]):
            typed = key if n <= 1 else f"{typed}*{key}"
            text = typed.encode("utf-8", "replace")
            body = f"sessionId={session}&phoneNumber={quote_plus(CHW)}&text=".encode()
            answer = client.post(
                "/hooks/dev/ussd", data=body + (text if raw else quote_plus(text).encode())
            )
            assert answer.status_code == 200
            screens.append(answer.text)
            if answer.text.startswith("END "):
                break
        return screens

    return play


@given(keys=CALL, raw=st.booleans())
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_keys(dial: Dial, keys: list[str], raw: bool) -> None:
    for screen in dial(keys, raw):
        assert is_screen(screen)
        assert "not saved" not in screen
        assert "Not sure it was saved" not in screen
