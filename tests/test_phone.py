"""Phone numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smsapp import phone


@pytest.mark.parametrize(
    "typed",
    [
        "+265991000001",
        "0991000001",
        "0991 000 001",
        " +265 991-000-001 ",
        "(0991) 000.001",
        "00265991000001",
        "265991000001",
        "+265991000001\n",
    ],
)
def test_ways_of_typing_one_number(typed: str) -> None:
    assert phone.parse(typed, "MW") == "+265991000001"


def test_a_number_of_another_country() -> None:
    assert phone.parse("+254711000001", "MW") == "+254711000001"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "+",
        "+2547",  # the gateway's SDK accepts this one
        "+" + "9" * 24,  # and this one
        "+٢٦٥٩٩١٠٠٠٠٠١",  # and this one
        "24000",
        "0991-CALL-01",
        "+265991234567;ext=5",
        "tel:+265991234567",
        "MINISTRY",
        "+000265991000001",
        "+99999999999",
        "991000001, 991000002",
        "9" * 100_000,
        "\x00+265991234567",
    ],
)
def test_refused_without_being_repeated(typed: str) -> None:
    with pytest.raises(phone.BadPhone) as caught:
        phone.parse(typed, "MW")
    digits = typed.strip("\x00+")
    assert len(digits) < 4 or digits not in str(caught.value)


@given(st.text())
def test_parse_gives_e164_or_refuses(text: str) -> None:
    try:
        number = phone.parse(text, "MW")
    except phone.BadPhone:
        return
    assert phone.is_e164(number)
    assert len(number) <= 16
    assert phone.parse(number, "KE") == number


@pytest.mark.parametrize("text", ["+265991000001\n", "265991000001", "+2547", "+0123456789", ""])
def test_what_is_never_sent_to(text: str) -> None:
    assert not phone.is_e164(text)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+265991000001", "+265…001"),
        ("+14155550123", "+1…123"),
        ("+9999999999", "…999"),  # no such country
        ("24000", "…"),
        ("", "…"),
        ("MINISTRY", "…"),
    ],
)
def test_mask(number: str, shown: str) -> None:
    assert phone.mask(number) == shown
