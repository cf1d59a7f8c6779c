"""SMS on their way: from a handset to the service, and the reports of those that came from it."""

from functools import partial

from smsapp.simulator.faults import Fault
from smsapp.simulator.network import Network, new_id, provider_time
from smsapp.simulator.record import Entry
from smsapp.simulator.setup import E164, SMS_RETRY_FOR, Refused, network_code

LONGEST_SMS = 1600  # characters: ten parts, more than a basic phone writes
MOST_COPIES = 100
FINAL = ("Success", "Failed", "Rejected", "AbsentSubscriber", "Expired")

Report = tuple[float, str, str]  # seconds after the one before, status, failure reason


def send_sms(net: Network, sender: str, text: str, copies: int = 1, name: str = "") -> Entry:
    """Send an SMS from a handset to the short code; `copies` arrive under one id. Raises Refused.

    `name` is the provider's id of an SMS sent before, to deliver that id once more.
    """
    if not E164.fullmatch(sender):
        raise Refused("from is a number like +265991000001.")
    if len(text) > LONGEST_SMS:
        raise Refused(f"text is at most {LONGEST_SMS} characters.")
    if not 1 <= copies <= MOST_COPIES:
        raise Refused(f"copies is a number from 1 to {MOST_COPIES}.")
    form = {
        "date": provider_time(),
        "from": sender,
        "id": name or new_id(""),
        "linkId": new_id(""),
        "text": text,
        "to": net.setup.short_code,
        "cost": "KES 0.0000",
        "networkCode": network_code(sender),
    }
    entry = net.record.add("sms", id=form["id"], form=form, copies=copies)
    net.touch(sender)
    for _ in range(copies):
        net.later.after(net.setup.delays.sms, partial(_deliver, net, form, 0.0, 0.0))
    return entry


def _deliver(net: Network, form: dict[str, str], pause: float, waited: float) -> None:
    """Bring one SMS to the service; again after a growing pause until it answers 200."""
    if net.callback("sms", form):
        return
    delays = net.setup.delays
    pause = min(pause * 2 or delays.retry, delays.retry_cap)
    if waited + pause <= SMS_RETRY_FOR:
        net.later.after(pause, partial(_deliver, net, form, pause, waited + pause))


def resume(net: Network) -> None:
    """After a restart, go on with what an earlier run had not yet brought to the service."""
    calls = net.record.since(0, ("sms", "callback", "accepted"))
    answered = {
        callback["form"]["id"]
        for callback in calls["callback"]
        if callback["status"] == 200 and callback["door"] == "sms"
    }
    for sms in calls["sms"]:
        if sms["id"] not in answered:
            net.later.after(net.setup.delays.sms, partial(_deliver, net, sms["form"], 0.0, 0.0))
    told: dict[str, int] = {}
    for callback in calls["callback"]:
        if callback["door"] == "delivery":
            told[callback["form"]["id"]] = told.get(callback["form"]["id"], 0) + 1
    for entry in calls["accepted"]:
        left = [tuple(report) for report in entry["reports"]][told.get(entry["id"], 0) :]
        report_later(net, entry, left)


def plan(net: Network, fault: Fault) -> list[Report]:
    """The delivery reports that an accepted SMS will have, in the order they are sent."""
    delays = net.setup.delays
    sent, last = (delays.report, "Sent", ""), (delays.final, "Success", "")
    table: dict[str, list[Report]] = {
        "": [sent, last],
        "early_report": [(0.0, "Success", "")],
        "late_report": [sent, (delays.late, "Success", "")],
        "double_report": [sent, last, (delays.report, "Success", "")],
        "reordered_report": [
            (delays.report, "Success", ""),
            (delays.final, "Buffered", ""),
            (delays.report, "Sent", ""),
        ],
        "no_report": [],
        "absent": [sent, (delays.final, "AbsentSubscriber", "")],
        "failed": [sent, (delays.final, "Failed", fault.word)],
        "report": [(delays.report, fault.word, "")],
    }
    return table[fault.report]


def arrives(fault: Fault) -> bool:
    """Whether the SMS reaches the handset."""
    unreachable = fault.report in ("absent", "failed")
    return not unreachable and not (fault.report == "report" and fault.word in FINAL[1:])


def report_now(net: Network, entry: Entry, report: Report) -> None:
    """Send one delivery report."""
    _, status, reason = report
    form = {
        "id": entry["id"],
        "status": status,
        "phoneNumber": entry["phone"],
        "networkCode": network_code(entry["phone"]),
    }
    if reason:
        form["failureReason"] = reason
    net.callback("delivery", form)
    net.touch(entry["phone"])


def report_later(net: Network, entry: Entry, reports: list[Report]) -> None:
    """Send these delivery reports one after another, each after its pause."""
    if not reports:
        return

    def act() -> None:
        report_now(net, entry, reports[0])
        report_later(net, entry, reports[1:])

    net.later.after(reports[0][0], act)


def opt_out(net: Network, phone: str) -> None:
    """The subscriber refuses our messages through the provider. Raises Refused."""
    if not E164.fullmatch(phone):
        raise Refused("phone is a number like +265991000001.")
    form = {"senderId": net.setup.short_code, "phoneNumber": phone}
    net.later.after(0, partial(net.callback, "optout", form))
