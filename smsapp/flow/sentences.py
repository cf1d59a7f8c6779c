"""Rules in words, for who reads a flow without reading its file."""

from collections.abc import Iterable

from smsapp.flow.fill import fill
from smsapp.flow.model import Flow, Test, When

YES_NO = {  # a subject that is true or false: what is said of each
    "danger": ("there is danger", "there is no danger"),
    "person.training": ("she is in training", "she is not in training"),
    "param": ("{} is yes", "{} is no"),
    "known": ("{} is known", "{} is not known"),
}
OUTCOMES = {  # what became of an effect
    "done": "{} is done",
    "nobody": "there is nobody to tell",
    "already": "somebody was quicker",
    "not_yours": "it is not hers to answer",
    "none_open": "none is open",
    "several": "several are open",
    "confirmed": "both sides have said {}",
    "unapproved": "the supervisor has not approved it yet",
    "unneeded": "no approval is wanted",
    "foreign": "it asks for no such product",
    "unclear": "it can be read in two ways",
    "received": "it is collected",
    "cancelled": "it is cancelled",
    "left": "who asked for it has left",
    "had": "who asked for it has said before that it came",
    "packed": "it is packed already",
}


def plain(name: str) -> str:
    """An id as words."""
    return name.replace("_", " ")


def either(names: Iterable[str]) -> str:
    """One, or another, or a third."""
    return " or ".join(names)


def in_words(when: When, flow: Flow, language: str) -> str:
    """A `when`, "" where it always holds."""
    tables = [
        " and ".join(_test(subject, test, flow, language) for subject, test in table.items())
        for table in when
    ]
    return "; or ".join(tables)


def _test(subject: str, test: Test, flow: Flow, language: str) -> str:
    room, _, what = subject.partition(".")
    pair = YES_NO.get(subject) or YES_NO.get(room)
    if pair and isinstance(test.equals[:1] and test.equals[0], bool):
        return pair[0 if test.equals[0] else 1].format(plain(what))
    if subject == "class":
        return _ticked(test, "holds", [plain(one) for one in (*test.has, *test.lacks)])
    if subject == "face":
        return f"it comes by {either(str(one).upper() for one in test.equals)}"
    if room == "list":
        return f"{'something' if test.min else 'nothing'} waits in {plain(what)}"
    if room == "outcome":
        ends = (OUTCOMES.get(str(one), plain(str(one))) for one in test.equals)
        return either(ends).format(f'"{plain(what)}"')
    return _answer(subject if flow.ask(subject) else what, test, flow, language)


def _answer(name: str, test: Test, flow: Flow, language: str) -> str:
    """A test on what was answered, in the texts of the choices."""
    ask = flow.ask(name)
    texts = {one.id: f'"{filled(one.text[language], flow)}"' for one in ask.choices} if ask else {}
    named = [texts.get(str(one), plain(str(one))) for one in (*test.equals, *test.has, *test.lacks)]
    if test.equals:
        return f"{plain(name)} is {either(named)}"
    if test.lacks and ask and ask.kind != "ticks":
        return f"{plain(name)} is not {either(named)}"
    if len(texts) > 1 and texts.keys() in ({*test.has}, {*test.lacks}):
        return f"{'something' if test.has else 'nothing'} is ticked at {plain(name)}"
    if test.has or test.lacks:
        return f"{_ticked(test, 'is ticked', named)} at {plain(name)}"
    return f"{plain(name)} is {span(test.min, test.max, flow)}"


def _ticked(test: Test, verb: str, named: list[str]) -> str:
    """`named` are those of `has`, then those of `lacks`."""
    has, lacks = named[: len(test.has)], named[len(test.has) :]
    parts = [f"{either(has)} {verb}"] if has else []
    if len(lacks) == 1:
        parts.append(f"{lacks[0]} {verb.replace('is', 'is not').replace('holds', 'does not hold')}")
    elif lacks:
        parts.append(f"none of {', '.join(lacks)} {verb}")
    return " and ".join(parts)


def filled(text: str, flow: Flow) -> str:
    """A text with what a country may change filled in; the rest is known only at the phone."""
    return fill(text, {name: param.value for name, param in flow.params.items()})


def span(low: int | str | None, high: int | str | None, flow: Flow) -> str:
    """From one limit to the other; of a limit that is a param, its value and name."""
    if low is not None and low == high:
        return bound(low, flow)
    if low is None:
        return f"at most {bound(high, flow)}" if high is not None else "any number"
    return f"{bound(low, flow)} to {bound(high, flow)}" if high is not None else (
        f"{bound(low, flow)} or more")  # fmt: skip


def bound(limit: int | str | None, flow: Flow) -> str:
    """A limit; of a param its value and its name."""
    if isinstance(limit, str):
        return f"{flow.params[limit].value} ({plain(limit)})"
    return str(limit)
