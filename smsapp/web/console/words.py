"""Every sentence the console chooses by a stored word, in one place."""

from collections.abc import Sequence

from smsapp.store.watch import Message

REASON_MISSING = "Say why in a few words; nothing was done. The reason is kept with your name."
NOT_WAITING = "Nothing was done: this message was decided or has moved on in the meantime."
NOT_HELD = "Nothing was done: this lane was not held any more."
SENT_AGAIN = "The message goes out again now."
DISCARDED = "The message is discarded. It will not be sent."
READ_AGAIN = "They are being read again now."
RESUMED = "The lane is resumed. Its messages go out now."

WITHOUT_SHOWN = 10  # codes of people in one sentence
SAID = "It is written down, and those concerned are told."
SAYING_MISSING = "Choose who said it, and what was said."
NOT_SAID = {  # outcome -> why nothing was done
    "over": "The alert does not stand so any more: look at what happened below.",
    "already": "Somebody has said so before: look at what happened below.",
    "not_yours": "This person may not answer this alert. Choose another.",
    "not_allowed": (
        "It is not this person's to say. The district closes what was told of a village; "
        "a facility or the district says that an alert was checked or all was done."
    ),
}

NO_BROADCAST = "No broadcast is under way."
DRAFTED = "It is a draft; nobody was told."
FROM_CONSOLE = "from the console"
BROADCAST_ACTS = {
    "send": "It is being sent, by day, at most once to each.",
    "pause": "It is paused. Nobody more gets it until it is resumed.",
    "resume": "It goes on with those who wait.",
}
BROADCASTS = {
    "draft": "draft, nobody has it",
    "writing": "begun, who gets it is being written down",
    "sending": "being sent, by day",
    "paused": "paused",
    "done": "done",
}

FORGOTTEN = "The word means nothing any more."
MAPPED_REASON = "from the page of words"

ROLES = {
    "chw": "health worker",
    "supervisor": "supervisor",
    "facility": "facility",
    "district": "district officer",
    "desk": "pay desk",
    "operator": "operator",
    "": "unknown",
}
KINDS = {
    "alert": "Alert",
    "danger": "Answer that says REFER",
    "answer": "Answer",
    "reply": "Reply",
    "reminder": "Reminder",
    "broadcast": "Broadcast",
    "receipt": "Receipt",
}
LANES = {
    "inbound": "reading what comes in",
    "urgent": "alerts and replies",
    "bulk": "reminders, broadcasts",
    "routine": "digests, exports",
}
OUTBOUND = {  # state -> what it means, and what happens next
    "queued": "waits to be sent",
    "claimed": "is about to be sent",
    "sending": "is being sent now",
    "accepted": "taken by the gateway; its delivery report is awaited",
    "delivered": "delivered to the phone",
    "failed": "failed: this number did not get it",
    "no_report": "taken by the gateway, which never said whether it arrived",
    "unknown": "may have gone: the gateway did not say",
    "held": "held back",
    "dead": "given up after too many tries",
    "expired": "too old to send, so it was not sent",
    "discarded": "discarded by an operator",
}
WHY = {  # what waits for a person -> why, in a sentence
    "unknown": "We asked the gateway to send it and never learned whether it did.",
    "held": "It was stopped before sending, because it looked like a repetition by mistake.",
    "dead": "The gateway refused it again and again, so we stopped trying.",
}
INBOUND = {
    "new": "not read yet",
    "done": "read",
    "error": "could not be read",
    "ignored": "set aside",
}
REPORT = {"open": "not finished", "closed": "finished", "withdrawn": "withdrawn as a mistake"}
DRAFT = {"open": "not finished; offered when she dials again", "expired": "never finished"}
ALERT_EVENTS = {
    "raised": "Alert raised",
    "climbed": "Alert climbed to the next level",
    "skipped": "Nobody stands on this level, so it was passed over",
    "told": "Alert sent to",
    "unreachable": "Cannot be reached:",
    "silent": "Nobody answered yet; she was told to go and to call",
    "nobody": "Nobody is left to tell; she was told so",
    "acknowledged": "Alert answered by",
    "verified": "Checked, and it is so, says",
    "responded": "All was done about it, says",
    "corrected": "Alert corrected",
    "closed": "Alert closed",
    "dismissed": "Closed by the district:",
    "hastened": "Told again: there was more to tell",
    "changed": "What is told was changed",
    "handed": "She has left; what becomes of it is told to",
    "untold": "The health worker cannot be told: she has left, or has no phone. Call her successor",
    "spoke": "Told again: more was reported",
    "reopened": "Open again: there was more to answer",
}
NAMED_EVENTS = (
    "told",
    "unreachable",
    "acknowledged",
    "verified",
    "responded",
    "dismissed",
    "handed",
)  # a person stands behind these
ALERTS = {"raised": "no answer yet", "acknowledged": "answered", "closed": "closed"}
SIGNALS = {  # how a signal stands, before who said so
    "raised": "no answer yet",
    "acknowledged": "seen by",
    "verified": "checked, and it is so, says",
    "responded": "all was done about it, says",
    "dismissed": "dismissed by",
    "closed": "closed by",
}
REQUESTS = {
    "requested": "no answer yet",
    "approved": "approved",
    "ready": "ready to fetch",
    "stocked_out": "the facility has none",
    "received": "received",
    "cancelled": "cancelled",
}
ORDERS = {  # how an order that is not over stands
    "requested": "no answer yet",
    "approved": "approved, not packed yet",
    "stocked_out": "the facility has none",
    "ready": "ready, not fetched yet",
    "short": "less arrived than was packed",
}
SOURCES = {"ussd": "by USSD", "sms": "by SMS", "console": "from the console"}
CAUSES = {
    "first": "first try",
    "retry": "tried again by itself",
    "ambiguous": "sent again by itself, after doubt",
    "operator": "sent again by an operator",
}
VERDICTS = {
    "": "not known: we never learned how it ended",
    "accepted": "taken by the gateway",
    "not_sent": "certainly not sent",
    "refused": "refused for this number",
    "systemic": "refused, as any other would be",
    "ambiguous": "may have gone",
}


def explained(word: str, means: str, count: int) -> str:
    """What was done with a word."""
    again = {0: "", 1: " 1 SMS is read again now."}.get(count, f" {count} SMS are read again now.")
    return f"{word} means {means} from now on.{again}"


def begun(ref: str, told: int, without: Sequence[str], *, again: bool) -> str:
    """What calling a lot back came to."""
    who = "person is" if told == 1 else "people are"
    said = f"Recall {ref}: {told}{' more' if again else ''} {who} asked."
    if not without:
        return said
    codes = " ".join(without[:WITHOUT_SHOWN]) + (" …" if len(without) > WITHOUT_SHOWN else "")
    return f"{said} {len(without)} without a phone, tell them yourself: {codes}"


def kind(message: Message) -> str:
    """What sort of message this is."""
    return "Private message" if message.private else KINDS.get(message.kind, message.kind)


def advice(message: Message) -> str:
    """What we would do with a message that waits for a person."""
    if message.private:
        return "Send it again: its text is neutral, and a second copy does no harm."
    if message.alert_state and message.alert_level is None:
        return "Send it again: she waits to hear what became of her alert."
    if message.alert_state in ("acknowledged", "closed"):
        return "The alert has been answered. Discard this."
    if message.kind == "alert":
        return "Send it again: nobody has answered. A second copy carries the same ref."
    if message.state == "held":
        return "Compare it with what was sent to this person before. Discard it if she has it."
    if message.state == "dead":
        return "Mend the cause first, then send it again if it still matters."
    return "Discard it, unless it matters more than a second copy would annoy."
