"""GSM 03.38: what fits, what it costs, what comes in."""

import time
import unicodedata

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from smsapp import gsm

GSM_TEXT = st.text(alphabet=gsm.BASIC + gsm.EXTENSION, max_size=700)
# The oracle knows no lone surrogates.
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=300)
MIXED = st.text(alphabet="a€é^çŵ😀你\n", max_size=400)


def test_the_alphabet_is_complete() -> None:
    assert len(gsm.BASIC) == len(set(gsm.BASIC)) == 127
    assert len(gsm.EXTENSION) == len(set(gsm.EXTENSION)) == 10


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments", "outside"),
    [
        ("", "GSM-7", 0, 1, ()),
        ("REFER NOW", "GSM-7", 9, 1, ()),
        ("a" * 160, "GSM-7", 160, 1, ()),
        ("a" * 161, "GSM-7", 161, 2, ()),
        ("a" * 306, "GSM-7", 306, 2, ()),
        ("a" * 307, "GSM-7", 307, 3, ()),
        ("€" * 80, "GSM-7", 160, 1, ()),
        ("€" * 81, "GSM-7", 162, 2, ()),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3, ()),  # the pair moves to the next part
        ("Référé à l'hôpital", "UCS-2", 18, 1, ("ô",)),
        ("ç" * 70, "UCS-2", 70, 1, ("ç",)),
        ("ç" * 71, "UCS-2", 71, 2, ("ç",)),
        ("ç" * 134, "UCS-2", 134, 2, ("ç",)),
        ("ç" * 135, "UCS-2", 135, 3, ("ç",)),
        ("ç" * 66 + "😀" + "a" * 66, "UCS-2", 134, 3, ("ç", "😀")),  # a surrogate pair likewise
        ("’tis – ’", "UCS-2", 8, 1, ("’", "–")),
    ],
)
def test_measure(
    text: str, encoding: str, units: int, segments: int, outside: tuple[str, ...]
) -> None:
    assert gsm.measure(text) == gsm.Size(encoding, units, segments, outside)
    assert gsm.fits(text) == (segments == 1)


@given(st.one_of(GSM_TEXT, ANY_TEXT, MIXED))
def test_measure_agrees_with_another_implementation(text: str) -> None:
    oracle = smsutil.split(text)
    size = gsm.measure(text)
    assert size.segments == len(oracle.parts)
    valid = not text or smsutil.is_valid_gsm(text)  # it calls an empty text not valid
    assert (size.encoding == "GSM-7") == (not size.outside) == valid


@given(GSM_TEXT)
def test_septets_of_gsm_text(text: str) -> None:
    assert (
        gsm.septets(text)
        == gsm.measure(text).units
        == len(text) + len([letter for letter in text if letter in gsm.EXTENSION])
    )


def test_septets_refuses_other_characters_without_repeating_them() -> None:
    with pytest.raises(ValueError, match="outside GSM") as caught:
        gsm.septets("secret ç")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("letter", ["a", "€", "ç", "😀"])
def test_a_megabyte_is_measured_in_no_time(letter: str) -> None:
    start = time.process_time()
    assert gsm.measure(letter * 1_000_000).segments > 6000
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Français, garçon", "Francais, garcon"),
        ("l’enfant – “oui”…", 'l\'enfant - "oui"...'),
        ("tête, hôpital, août, naïf", "tete, hopital, aout, naif"),
        ("é è à ù Ç ñ ä", "é è à ù Ç ñ ä"),  # these are GSM letters
        ("ŵ ŋ ẹ ọ ṣ ɓ ɛ ɔ", "w n e o s b e o"),
        ("ẹ\u0301", "e"),  # two accents
        ("½ ﬁ œuf\u00a0x", "1/2 fi oeuf x"),
        ("你 好 ٣ 😀", "你 好 ٣ 😀"),
        ("\u0301a", "\u0301a"),  # an accent on nothing stays, and is told by measure
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert gsm.fold(text) == folded


@given(ANY_TEXT)
def test_folding_twice_changes_nothing_and_never_costs_the_gsm_letters(text: str) -> None:
    folded = gsm.fold(text)
    assert gsm.fold(folded) == folded
    assert set(gsm.measure(folded).outside) <= set(
        gsm.measure(unicodedata.normalize("NFC", text)).outside
    )


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("CCM A14", "CCM A14"),
        ("\x00CCM\x00 A14\x1b", "CCM A14"),
        ("\u202eCCM\u2066 A14\u200b\ufeff", "CCM A14"),
        ("CCM\tA14\u00a0S0\u3000D0", "CCM A14 S0 D0"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("A١٤ S० Dᠠ", "A14 S0 Dᠠ"),
        ("Ａ１４", "Ａ14"),
        ("፩፬", "14"),
        ("x²", "x²"),  # an exponent is no digit that she typed
        ("\ud800a\udfff", "a"),
        ("e\u0301", "é"),
        ("😀", "😀"),
        ("", ""),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert gsm.clean(text) == cleaned


@given(st.text(alphabet=st.characters(), max_size=300))
def test_clean_text_is_storable_and_stays_as_it_is(text: str) -> None:
    cleaned = gsm.clean(text)
    assert gsm.clean(cleaned) == cleaned
    assert "\x00" not in cleaned
    cleaned.encode("utf-8")


@given(st.text(alphabet=st.characters(), max_size=80), st.text(max_size=80))
def test_cleaning_a_call_keeps_what_was_typed_before(before: str, typed: str) -> None:
    assert gsm.clean(before + "*" + typed) == gsm.clean(before) + gsm.clean("*" + typed)
