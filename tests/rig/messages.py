"""SMS for tests: put one, look at one, say what the network says."""

from dataclasses import replace

from sqlalchemy import RowMapping, select, text

from smsapp.channels.contract import Delivery, DeliveryReport
from smsapp.runtime import Runtime
from smsapp.service import outbox
from smsapp.service.deliveries import note_delivery
from smsapp.simulator.server import Simulator
from smsapp.store.tables import outbound

PHONE = "+265991000101"
WORDS = {
    Delivery.SENT: "Sent",
    Delivery.BUFFERED: "Buffered",
    Delivery.ABSENT: "AbsentSubscriber",
    Delivery.FAILED: "Failed",
    Delivery.DELIVERED: "Success",
    Delivery.OTHER: "Foo",
}


def put(rt: Runtime, kind: str = "reply", key: str = "one", **values: object) -> int:
    """Put one SMS into the outbox."""
    fields = {"phone": PHONE, "text": f"{kind} {key}", **values}
    with rt.begin() as db:
        outbound_id = outbox.put(rt, db, key=key, kind=kind, **fields)
    assert outbound_id is not None
    return outbound_id


def row(rt: Runtime, outbound_id: int = 1) -> RowMapping:
    """One row of the outbox as it is."""
    with rt.read() as db:
        return db.execute(select(outbound).where(outbound.c.id == outbound_id)).mappings().one()


def lifelike(rt: Runtime) -> Runtime:
    """With the pauses of real life: nothing is due again before the test moves the clock."""
    pauses = {"retry_seconds": 30.0, "retry_cap_seconds": 900.0}
    return replace(rt, settings=rt.settings.model_copy(update=pauses))


def query(rt: Runtime, sql: str) -> list[RowMapping]:
    """What this SELECT finds."""
    with rt.read() as db:
        return list(db.execute(text(sql)).mappings())


def say(rt: Runtime, status: Delivery, provider_id: str, phone: str = PHONE) -> None:
    """The network says this of an SMS."""
    with rt.begin() as db:
        note_delivery(rt, db, DeliveryReport(provider_id, phone, status, WORDS[status], "", "x"))


def faults(simulator: Simulator, *names: str) -> None:
    """What the gateway does with the next requests; no delivery report comes by itself."""
    simulator.net.faults.put([f"{name}+no_report" for name in names])


def accepted(simulator: Simulator) -> list[str]:
    """The texts the gateway accepted."""
    return [entry["text"] for entry in simulator.net.record.find("accepted", lambda _: True)]
