"""USSD calls: what a handset and its operator do between dialling and hanging up."""

import re
import threading
import time
from dataclasses import dataclass
from functools import partial

from smsapp import gsm
from smsapp.simulator.faults import HOPS
from smsapp.simulator.network import KEPT_BYTES, Answer, Call, Network, new_id, provider_time
from smsapp.simulator.setup import E164, Refused, network_code

LONGEST_INPUT = 160  # characters a handset lets its owner type at one screen
HOP_COST = "KES 0.0000"  # the programme pays by the month
LOST = "Signal lost."
WRONG_CODE = "Connection problem or invalid MMI code."

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
ENDS = ("now", "later", "never")


@dataclass(frozen=True)
class Shown:
    """What a handset shows after a hop; `septets` is None for a text outside GSM-7."""

    call: str
    screen: str
    ends: bool
    milliseconds: int
    encoding: str
    units: int
    septets: int | None
    seconds: float
    problem: str


def shown(call: Call) -> Shown:
    """What this call's handset shows now."""
    size = gsm.measure(call.screen)
    return Shown(
        call=call.id,
        screen=call.screen,
        ends=call.ended,
        milliseconds=call.milliseconds,
        encoding=size.encoding,
        units=size.units,
        septets=size.units if size.encoding == "GSM-7" else None,
        seconds=round(call.seconds if call.ended else time.monotonic() - call.began, 1),
        problem=call.problem,
    )


def dial(net: Network, phone: str, code: str = "", how: str = "") -> Shown:
    """Dial a code from a phone and return the first screen. Raises Refused."""
    if not E164.fullmatch(phone):
        raise Refused("phone is a number like +265991000001.")
    _check_how(how)
    code = code or net.setup.service_code
    keys = _deep_keys(net.setup.service_code, code)
    call = Call(id=new_id("ATUid_"), phone=phone, service_code=net.setup.service_code)
    with net.lock:
        before = net.last_call.get(phone)
        net.last_call[phone] = call
        if keys is not None:
            net.calls[call.id] = call
    if before is not None:
        _close(net, before, "Incomplete", LOST, net.setup.delays.end)
    if keys is None:
        call.ended, call.service_code = True, code
        call.screen = call.problem = WRONG_CODE
        net.touch(phone)
        return shown(call)
    net.later.after(net.setup.delays.session, partial(_run_out, net, call))
    call.inputs = keys
    return _hop(net, call, how)


def press(net: Network, call_id: str, text: str, how: str = "") -> Shown:
    """Send what was typed and return the next screen. Raises Refused."""
    if len(text) > LONGEST_INPUT or CONTROL.search(text):
        raise Refused(f"text is at most {LONGEST_INPUT} characters on one line.")
    _check_how(how)
    with net.lock:
        call = _open_call(net, call_id)
        if call.waiting:
            raise Refused("The network has not answered the last key yet; wait for it.", 409)
        call.inputs.append(text)
        call.waiting = True
    return _hop(net, call, how)


def hang_up(net: Network, call_id: str, lost: bool, end: str = "") -> Shown:
    """End a call from the handset's side; `end` says when the service hears of it."""
    if end not in ("", *ENDS):
        raise Refused("end is now, later or never.")
    delays = net.setup.delays
    call = _open_call(net, call_id)
    end = end or ("later" if lost else "now")
    pause = {"now": delays.end, "later": delays.lost_end, "never": None}[end]
    _close(net, call, "Incomplete", LOST if lost else "", pause)
    return shown(call)


def _open_call(net: Network, call_id: str) -> Call:
    with net.lock:
        if call_id not in net.calls:
            raise Refused("There is no such call, or it has ended; dial again.", 404)
        return net.calls[call_id]


def _check_how(how: str) -> None:
    if how and how not in HOPS:
        raise Refused(f"how is one of {', '.join(HOPS)}.")


def _deep_keys(service_code: str, dialled: str) -> list[str] | None:
    """The keys dialled behind the code (*384*2400*1*2#), or None when the code is not ours."""
    stem = service_code.removesuffix("#")
    if dialled == service_code:
        return []
    if not dialled.startswith(stem + "*") or not dialled.endswith("#"):
        return None
    return dialled[len(stem) + 1 : -1].split("*")


def _hop(net: Network, call: Call, how: str) -> Shown:
    """One request to the service and what the handset makes of its answer."""
    how = how or net.faults.next_hop(call.phone)
    with net.lock:
        call.waiting = True
    net.touch(call.phone)
    if how == "slow":
        net.stopping.wait(net.setup.delays.slow)
    if how == "twice":
        twin = threading.Thread(target=_ask, args=(net, call), name="twin")
        twin.start()
        answer = _ask(net, call)
        twin.join()
    else:
        answer = _ask(net, call)
    if how == "repeat":
        answer = _ask(net, call)
    if how == "lost":
        _close(net, call, "Incomplete", LOST, net.setup.delays.lost_end)
    _show(net, call, answer)
    return shown(call)


def _ask(net: Network, call: Call) -> Answer:
    """Send one hop and record it."""
    form = {
        "sessionId": call.id,
        "phoneNumber": call.phone,
        "networkCode": network_code(call.phone),
        "serviceCode": call.service_code,
        "text": call.text,
    }
    answer = net.post("ussd", form, call.metadata)
    net.record.add(
        "hop",
        session=call.id,
        phone=call.phone,
        text=form["text"],
        status=answer.status,
        answer=answer.body[:KEPT_BYTES],
        metadata=answer.metadata,
        error=answer.error,
        milliseconds=answer.milliseconds,
    )
    return answer


def _problem(answer: Answer) -> str:
    """Why the provider would end the call here; empty when the answer is a good one."""
    if answer.error:
        return f"Network error: {answer.error}."
    if answer.status != 200:
        return f"Network error: the service answered {answer.status}."
    if not answer.body.startswith(("CON ", "END ")):
        return "Network error: the answer does not begin with CON or END."
    return ""


def _show(net: Network, call: Call, answer: Answer) -> None:
    problem = _problem(answer)
    with net.lock:
        call.waiting = False
        if call.ended:  # hung up or lost while the service was thinking: nobody sees the answer
            return
        call.hops += 1
        call.milliseconds = answer.milliseconds
        call.screen = problem or answer.body[4:]
        if answer.metadata:
            call.metadata = answer.metadata
            call.passed.append(answer.metadata)
    if problem:
        _close(net, call, "Failed", problem, net.setup.delays.end)
    elif answer.body.startswith("END "):
        _close(net, call, "Success", "", net.setup.delays.end)
    net.touch(call.phone)


def _run_out(net: Network, call: Call) -> None:
    _close(net, call, "Incomplete", "The network ended the call: time is up.", net.setup.delays.end)


def _close(net: Network, call: Call, status: str, problem: str, pause: float | None) -> None:
    """End a call once; the service hears of it after `pause` seconds, or never when None."""
    with net.lock:
        if call.ended:
            return
        call.ended = True
        call.problem = problem
        call.seconds = time.monotonic() - call.began
        net.calls.pop(call.id, None)
        form = _end_form(call, status)
        if status == "Incomplete":
            call.screen = problem
    net.touch(call.phone)
    if pause is not None:
        net.later.after(pause, partial(net.callback, "ussd-end", form))


def _end_form(call: Call, status: str) -> dict[str, str]:
    form = {
        "date": provider_time(),
        "sessionId": call.id,
        "serviceCode": call.service_code,
        "networkCode": network_code(call.phone),
        "phoneNumber": call.phone,
        "status": status,
        "cost": HOP_COST,
        "durationInMillis": str(round(call.seconds * 1000)),
        "hopsCount": str(call.hops),
        "hopsMetadata": "|".join(call.passed),
        "input": call.text,
        "lastAppResponse": call.screen,
    }
    if status == "Failed":
        form["errorMessage"] = call.problem
    return form
