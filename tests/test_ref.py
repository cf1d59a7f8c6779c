"""Report references."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from smsapp.ref import is_ref, make_ref

REFS = st.builds(make_ref)
PLACES = st.integers(0, 5)


@given(REFS)
def test_a_reference_is_six_digits_that_agree(ref: str) -> None:
    assert len(ref) == 6
    assert ref.isdigit()
    assert is_ref(ref)


@given(REFS, PLACES, st.sampled_from("0123456789"))
def test_one_wrong_digit_is_found(ref: str, place: int, digit: str) -> None:
    assume(ref[place] != digit)
    assert not is_ref(ref[:place] + digit + ref[place + 1 :])


@given(REFS, st.integers(0, 4))
def test_two_swapped_neighbours_are_found(ref: str, place: int) -> None:
    assume(ref[place] != ref[place + 1])
    assert not is_ref(ref[:place] + ref[place + 1] + ref[place] + ref[place + 2 :])


@pytest.mark.parametrize(
    "text", ["", "0", "00000", "0000000", "57 24 ", "١٢٣٤٥٦", "12345a", "²00000"]
)
def test_what_is_no_reference(text: str) -> None:
    assert not is_ref(text)


def test_references_are_random() -> None:
    assert len({make_ref() for _ in range(200)}) > 190
