"""The SMS face: any order, case and spacing; what is missing or not understood is named."""

import pytest

from smsapp import gsm
from smsapp.flow.answerback import help_reply, sms_reply, unread_reply, unread_text
from smsapp.flow.keys import has_answers
from smsapp.flow.keyword import Opening, open_all, open_sms
from smsapp.flow.model import Answers
from smsapp.flow.reading import Reading, read
from tests.flow.build import ICCM, LIBRARY, STOCK, given
from tests.flow.play import call

GIVEN = given(ICCM, face="sms", values={"help": "+265991000201", "code": "*384*2400#"})
WHOLE = "CCM A14 S0 D0 M3 P13 W0 B48 R1 T12"


def reading(body: str, **answers: object) -> Reading:
    opening = open_sms(LIBRARY, body)
    flow = LIBRARY.flows[opening.flow or "iccm"]
    told = given(flow, face="sms", values=GIVEN.values, answers=answers)
    return read(flow, opening, told)


def missing(body: str) -> list[str]:
    return [ask.id for ask in reading(body).judged.missing]


def test_one_sms_is_the_whole_call() -> None:
    by_sms = reading(WHOLE)
    by_keys = call(ICCM, "14", "0", "0", "3", "13", "0", "48", "1", "12")
    assert by_sms.answers == by_keys.walked.answers
    assert set(by_sms.judged.classes) == by_keys.classes
    assert by_sms.judged.complete
    assert by_sms.unknown == ()


@pytest.mark.parametrize(
    "body",
    [
        "ccm a14 s0 d0 m3 p13 w0 b48 r1 t12",
        "CCMA14S0D0M3P13W0B48R1T12",
        "CCM T12 R1 B48 W0 P13 M3 D0 S0 A14",
        "  iccm: A 14, S 0, D 0; M.3 P1 3 W-0 B=48 R/1 T 1 2.",
        "PCIME a14\ns0\nd0\nm3\np31\nw0\nb48\nr1\nt21",
        "CCM A14 A14 S0 D0 M3 P1 P3 W0 B48 R1 T1 T2",
        "CCM A14 S0 D0 M3 P13 W0 B\u0664\u0668 R1 T12",
        "\u200fCCM\u00a0A14 S0 D0 M3 P13 W0 B48 R1 T12\u202e",
    ],
)
def test_order_case_and_spacing_do_not_matter(body: str) -> None:
    assert reading(body).answers == reading(WHOLE).answers
    assert reading(body).unknown == ()


@pytest.mark.parametrize(
    ("body", "answers", "unknown"),
    [
        ("CCM A3U2", {"age": 3, "unit": "years"}, ()),
        ("CCM A3U1", {"age": 3, "unit": "months"}, ()),
        ("CCM A3Y", {"age": 3, "unit": "years"}, ()),
        ("CCM A3 Y", {"age": 3, "unit": "years"}, ()),
        ("CCM A14Y", {}, ("14 YEARS",)),
        ("CCM A14M3", {"age": 14, "muac": "green"}, ()),
        ("CCM A99", {"age": "unknown"}, ()),
        ("CCM A73", {}, ("A73",)),
        ("CCM A14 A15", {}, ("A14", "A15")),
        ("CCM A14 Q7 blah", {"age": 14}, ("Q7", "BLAH")),
        ("CCM A14 S", {"age": 14}, ("S",)),
        ("CCM 14", {}, ("14",)),
        ("CCM A14 S19", {"age": 14, "severe": ["convulsions"]}, ("S19",)),
        ("CCM A14 S9", {"age": 14}, ("S9",)),
        ("CCM A14 S0 S1", {"age": 14, "severe": ["convulsions"]}, ()),
        ("CCM A14 S1 S0", {"age": 14, "severe": ["convulsions"]}, ()),
        ("CCM A14 \U0001f600", {"age": 14}, ("\U0001f600",)),
        ("CCM A" + "9" * 5000, {}, ("A" + "9" * 5000,)),
    ],
)
def test_nothing_is_guessed(body: str, answers: Answers, unknown: tuple[str, ...]) -> None:
    found = reading(body)
    assert found.answers == answers
    assert found.unknown == unknown


def test_a_danger_sign_that_can_be_read_is_acted_on() -> None:
    for body in ("CCM S1", "CCM A14 S19 zz", "CCM D2 A14 S0", "CCM M1 A14"):
        assert reading(body).judged.dangers, body


def test_six_ticks_are_no_ref() -> None:
    found = reading("CCM S123456 D0 A14 M3 P0 T0")
    assert found.judged.dangers
    assert reading("STOCK F123456 N0").answers["finished"] == ["la", "am", "or", "zi", "mt", "lb"]
    assert open_sms(LIBRARY, "CCM R482913 1").ref == "482913"
    assert open_sms(LIBRARY, "S123456 D0").ref == "123456"  # nothing says that it is a report


def test_what_is_missing_is_named_once_the_answers_need_it() -> None:
    assert missing("CCM A14 S0") == ["danger_look", "muac", "problems", "given"]
    assert missing("CCM A3") == ["unit", "severe", "danger_look", "muac", "problems", "given"]
    assert missing("CCM A14 S0 D0 M3 P1 T0") == ["long", "breaths"]
    assert missing("CCM A60") == []
    assert missing("STOCK F1") == []  # what is not low need not be said


@pytest.mark.parametrize(
    ("body", "opening"),
    [
        ("OK", Opening(flow="alerts", sets={"say": "seen"})),
        ("ok 482913", Opening(flow="alerts", sets={"say": "seen"}, rest=" 482913")),
        ("OK482913", Opening(flow="alerts", sets={"say": "seen"}, rest="482913")),
        ("ready 482913", Opening(flow="orders", sets={"answer": "ready"}, rest=" 482913")),
        ("Prêt 482913", Opening(flow="orders", sets={"answer": "ready"}, rest=" 482913")),
        ("OS", Opening(flow="orders", sets={"answer": "stocked_out"})),
        ("help", Opening(command="help")),
        ("Aide!", Opening(command="help", rest="!")),
        ("STOP", Opening(command="stop")),
        ("Début", Opening(command="start")),
        ("R482913 1", Opening(ref="482913", rest="R 1")),
        ("r 482913 1", Opening(ref="482913", rest="R 1")),
        ("", Opening()),
        ("hello", Opening(rest="HELLO")),
        ("CCMX14", Opening(rest="CCMX14")),
        ("\U0001f600", Opening(rest="\U0001f600")),
    ],
)
def test_the_first_word_says_what_it_is(body: str, opening: Opening) -> None:
    assert open_sms(LIBRARY, body) == opening


def test_a_ref_answers_a_list_even_mistyped() -> None:
    assert reading("OK").answers == {"say": "seen"}
    assert reading("OK 482913").answers == {"say": "seen", "alert": "482913"}
    assert reading("OK 48291").answers == {"say": "seen", "alert": "48291"}
    assert reading("READY 482913").answers == {"answer": "ready", "order": "482913"}


def test_a_result_is_added_to_an_earlier_report() -> None:
    before = {"age": 14, "severe": [], "danger_look": [], "muac": "green", "problems": ["fever"],
              "long": [], "given": []}  # fmt: skip
    found = reading("R482913 1", **before)
    assert found.answers["rdt"] == "positive"
    assert found.judged.complete


@pytest.mark.parametrize(
    ("rest", "looks"), [("A14", True), ("s0 d0", True), ("A", False), ("hello", False), ("", False)]
)
def test_letters_without_a_keyword(rest: str, looks: bool) -> None:
    assert has_answers(ICCM, rest) is looks


def reply(body: str, language: str = "en", **more: object) -> str:
    opening = open_sms(LIBRARY, body)
    flow = LIBRARY.flows[opening.flow]
    told = given(flow, face="sms", language=language, training=True, values=GIVEN.values)
    found = read(flow, opening, told)
    return sms_reply(LIBRARY, flow, found, told, {"alert": "done", "request": "done"}, {})


@pytest.mark.parametrize(
    ("body", "language", "said"),
    [
        ("CCM A14 S1", "en", ("REFER NOW. Saved. We are telling others. Do not wait. Write {ref}. "
         "Missing: D M P T")),
        ("CCM A14 S0", "en", ("Not finished. Missing: D M P T. Send them, or dial *384*2400#. "
         "Danger sign? REFER NOW.")),
        ("CCM A14 S0 zz", "en", ("Danger sign? REFER NOW. Not understood: ZZ. "
         "Missing: D M(1 Red 2 Yellow 3 Green 4 Not measured) P T. Or dial *384*2400#")),
        ("CCM A14 S0", "fr", ("Pas fini. Il manque: D M P T. Envoyez-les ou appelez *384*2400#. "
         "Signe de danger? REFERER.")),
        ("CCM A14 S0 D0 M3 P0", "en", ("Not finished. Missing: T(0 none 1 AL 2 Amox 3 ORS 4 Zinc "
         "5 Artesunate rectal). Send them, or dial *384*2400#.")),
        ("SOS baby bleeding much", "en", ("REFER NOW. Saved. We are telling others. Do not wait. "
         "Write {ref}. Missing: E")),
        ("CCM A60", "en", ("Saved. 5 years or more: not for this card. Send to the facility now.\n"
         "Write {ref}\nA60")),
        ("CCM A5y", "en", ("Saved. 5 years or more: not for this card. Send to the facility now.\n"
         "Write {ref}\nA5Y")),
        ("STOCK F1 N0", "en", ("Ordered: {pack}. You get an SMS when they answer.\n"
         "Write {ref}\nF1 N0")),
        (WHOLE, "fr", ("TRAITER A DOMICILE. Noté. Voir à 3 j.\n"
         "Revenir vite si pire, ne boit pas, sang selles\nNotez {ref}")),
    ],
)  # fmt: skip
def test_the_reply(body: str, language: str, said: str) -> None:
    first, _, rest = reply(body, language).partition("\n")
    assert first.endswith("+265991000201")
    assert rest == said


def test_what_was_not_understood_is_named_in_a_second_sms() -> None:
    found = reading(WHOLE + " zz")
    assert unread_reply(LIBRARY, ICCM, found, GIVEN).startswith("Not understood: ZZ.")
    assert unread_reply(LIBRARY, ICCM, reading(WHOLE), GIVEN) == ""
    assert unread_reply(LIBRARY, ICCM, reading("CCM A14 zz"), GIVEN) == ""  # the first SMS says it
    assert unread_reply(LIBRARY, ICCM, reading("CCM A14 S1 zz"), GIVEN).startswith(
        "Not understood: ZZ."
    )


def test_the_keyword_alone_is_answered_with_the_form() -> None:
    assert reading("CCM").bare
    assert help_reply(LIBRARY, ICCM, GIVEN).startswith("CCM A(months)")
    assert help_reply(LIBRARY, STOCK, given(STOCK, language="fr")).startswith(
        "EO et ce qui est fini"
    )


@pytest.mark.parametrize(
    ("unknown", "named"),
    [
        (("ZZ",), "ZZ"),
        (("ZZ", "ZZ", "7"), "ZZ,7"),
        (("W" * 18,), "W" * 18),
        (("W" * 19,), ".."),
        (("A1", "W" * 19, "B2"), "A1,B2.."),
        (("\U0001f600",), ".."),
        (("{ref}",), "{ref}"),
    ],
)
def test_what_was_not_understood_fits(unknown: tuple[str, ...], named: str) -> None:
    assert unread_text(unknown) == named
    assert gsm.septets(named) <= 20


@pytest.mark.parametrize(
    ("body", "misspelt", "flow"),
    [
        ("CMC A14", {"CMC": "CCM"}, "iccm"),
        ("cmc a14", {"Cmc": "ccm"}, "iccm"),
        ("CMCA14S0", {"CMC": "CCM"}, "iccm"),
        ("CMC A14", {"CMC": "NOTHING"}, ""),
        ("CCM A14", {"CCM": "STOCK"}, "iccm"),  # a keyword is what it is
        ("okey 482913", {"OKEY": "OK"}, "alerts"),
        ("CMC A14", {}, ""),
    ],
)
def test_a_word_that_a_person_has_explained(body: str, misspelt: dict[str, str], flow: str) -> None:
    assert open_sms(LIBRARY, body, misspelt).flow == flow


def test_an_explained_word_begins_the_second_report_too() -> None:
    found = open_all(LIBRARY, "CCM A14 S0 CMC A24 S1", {"CMC": "CCM"})
    assert [one.rest.strip() for one in found] == ["A14 S0", "A24 S1"]


def test_two_words_equally_near_are_neither() -> None:
    assert open_sms(LIBRARY, "STOK") == Opening(rest="STOK")  # STOCK or STOP
    assert open_sms(LIBRARY, "STOK F1").flow == "stock_out"  # STOP has no letters
