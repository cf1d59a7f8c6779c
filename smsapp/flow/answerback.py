"""What an SMS to a flow is answered: danger first, then what is missing, else the flow's reply.

A receipt ends with what was understood, `A14 S0 D0`, where that still fits: she compares it with
what she meant.
"""

from collections.abc import Iterable, Mapping, Sequence

from smsapp import gsm
from smsapp.flow.fill import WIDTHS, fill
from smsapp.flow.given import Given
from smsapp.flow.judge import ABSENT, UNKNOWN, Facts, Judgement, lines
from smsapp.flow.library import Library
from smsapp.flow.model import Answers, Ask, Flow, Value
from smsapp.flow.reading import Reading
from smsapp.flow.screen import values

MORE = ".."  # something is left out
JOINT = ","  # between two things that were not understood, or are due
HELP_WORDS = {"chw": "sms.help_chw", "desk": "sms.help_desk"}  # others: sms.help_answerer


def sms_reply(
    library: Library,
    flow: Flow,
    reading: Reading,
    given: Given,
    outcomes: Mapping[str, str],
    extra: Mapping[str, str],
) -> str:
    """The whole SMS. `extra` is what saving it made known, the ref above all."""
    judged = reading.judged
    if judged.complete:
        said = reply_lines(flow, judged.facts, outcomes, given.language)
        filled = fill(said, {**values(reading.answers, given), **extra})
        understood = "" if flow.private else echo(flow, reading.answers, judged)
        return append_echo(_wrap(library, filled, given), understood)
    if judged.dangers:
        word = "sms.danger_nobody" if "nobody" in outcomes.values() else "sms.danger"
        return _asking(library, word, given, judged.missing, **extra)
    if _is_its_form(flow, judged.missing):
        return help_reply(library, flow, given)
    if reading.unknown:
        text = unread_text(reading.unknown)
        word = warned("sms.unread", judged)
        return _asking(library, word, given, judged.missing, text=text)
    return _asking(library, warned("sms.missing", judged), given, judged.missing)


def _is_its_form(flow: Flow, missing: Sequence[Ask]) -> bool:
    """Whether all that is missing is the one letter of a form, which says what its digits mean:
    shorter than the choices, so that it fits in training too.
    """
    letters = [ask for ask in flow.asks if ask.letter]
    return bool(flow.help) and [*missing] == letters and not flow.danger_classes


def unread_reply(library: Library, flow: Flow, reading: Reading, given: Given) -> str:
    """A second SMS naming what was not understood, where the first had no room. "": none."""
    judged = reading.judged
    if not reading.unknown or not (judged.complete or judged.dangers):
        return ""
    doubt = flow.danger_classes and not judged.dangers
    word = "sms.unread_only_danger" if doubt else "sms.unread_only"
    return _sms(library, word, given, text=unread_text(reading.unknown))


def warned(word: str, judged: Judgement) -> str:
    """The sentence that says when to refer, while it is open whether there is danger."""
    return f"{word}_danger" if judged.facts["danger"] is UNKNOWN else word


def append_echo(said: str, understood: str) -> str:
    """The SMS with what was understood below it, where it fits."""
    longer = f"{said}\n{understood}"
    return longer if understood and gsm.fits(longer) else said


def echo(flow: Flow, answers: Answers, judged: Judgement) -> str:
    """The answers as they are typed. Free text, and what was offered, is not repeated."""
    units = {ask.scales: ask for ask in flow.asks if ask.kind == "unit"}
    said: list[str] = []
    for ask in flow.asks:
        if ask.id not in answers or judged.facts.get(ask.id) is ABSENT or not ask.letter:
            continue
        unit = units.get(ask.id)
        suffix = _suffix(unit, answers) if unit else ""
        if ask.alone and answers[ask.id] == ask.alone:
            said.append(ask.letter)
            continue
        digits = _digits(ask, answers[ask.id])
        if ask.alone and answers[ask.id] == ask.alone:
            said.append(ask.letter)
        elif digits and not (ask.kind == "unit" and _suffix(ask, answers)):
            said.append(f"{ask.letter}{digits}{suffix}")
    return " ".join(said)


def _suffix(unit: Ask, answers: Answers) -> str:
    chosen = answers.get(unit.id)
    return next((choice.suffix for choice in unit.choices if choice.id == chosen), "")


def _digits(ask: Ask, value: Value) -> str:
    """What is typed for this answer, empty where it is not repeated."""
    special = next((key for key, one in ask.special.items() if one == value), "")
    if special or ask.kind == "number":
        return special or str(value)
    ticked = value if isinstance(value, list) else [value]
    places = [str(at) for at, one in enumerate(ask.choices, start=1) if one.id in ticked]
    return "".join(places) or ("0" if ask.kind == "ticks" else "")


def help_reply(library: Library, flow: Flow, given: Given) -> str:
    """The form: what a keyword alone is answered."""
    return _wrap(library, fill(flow.help[given.language], given.values), given)


def reply_lines(flow: Flow, facts: Facts, outcomes: Mapping[str, str], language: str) -> str:
    """The reply's lines that hold, placeholders still in them."""
    said = {**facts, **{f"outcome.{name}": word for name, word in outcomes.items()}}
    return "\n".join(lines(flow.reply, said, language))


def missing_letters(missing: Iterable[Ask]) -> str:
    """What is still to be sent, as it is typed: `A D`."""
    return " ".join(ask.letter for ask in missing if ask.letter)


def _asking(library: Library, word: str, given: Given, missing: Sequence[Ask], **more: str) -> str:
    """The sentence with what is missing, and what its digits mean for as many letters as fit."""
    named = {ask.letter: ask.letter for ask in missing if ask.letter}
    said = _sms(library, word, given, letters=" ".join(named.values()), **more)
    for ask in sorted(missing, key=lambda ask: ask.kind != "unit"):  # no form names a unit
        if ask.letter and ask.choices:
            tried = named | {ask.letter: _explained(library, ask, given)}
            longer = _sms(library, word, given, letters=" ".join(tried.values()), **more)
            if gsm.fits(longer):
                named, said = tried, longer
    return said


def _explained(library: Library, ask: Ask, given: Given) -> str:
    """`M(1 red 2 yellow 3 green 4 not measured)`."""
    places = [f"{at} {one.text[given.language]}" for at, one in enumerate(ask.choices, start=1)]
    if ask.kind == "ticks":
        places.insert(0, library.say("sms.zero", given.language))
    return fill(f"{ask.letter}({' '.join(places)})", values({}, given))


def unread_text(unknown: Iterable[str]) -> str:
    """What was not understood, as far as whole pieces of it fit."""
    return whole_pieces(dict.fromkeys(map(gsm.fold, unknown)), WIDTHS["text"])


def whole_pieces(pieces: Iterable[str], width: int) -> str:
    """Pieces side by side, as far as whole ones fit; what is left out is shown as `..`."""
    room = width - gsm.septets(MORE)
    named: list[str] = []
    left_out = False
    for piece in pieces:
        size = gsm.measure(JOINT.join([*named, piece]))
        if size.outside or size.units > room:
            left_out = True
        else:
            named.append(piece)
    return JOINT.join(named) + (MORE if left_out else "")


def _sms(library: Library, word: str, given: Given, **more: str) -> str:
    said = library.say(word, given.language, **{**given.values, **more})
    return _wrap(library, said, given)


def _wrap(library: Library, text: str, given: Given) -> str:
    phone = given.values.get("help", "{help}")
    return library.wrap(text, given.language, given.training, phone)
