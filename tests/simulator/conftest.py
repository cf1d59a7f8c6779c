"""One service and one simulator for a test, both real servers on free ports."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from smsapp.simulator.server import Simulator
from smsapp.simulator.setup import Delays, Phone, Setup
from tests.simulator.stand import CHW, SUPERVISOR, Sdk, Service, serve

QUICK = Delays(
    report=0.02, final=0.02, late=0.4, retry=0.02, retry_cap=0.1, lost_end=0.05, slow=0.2, hang=5.0
)
PHONES = (Phone(CHW, "Tadala", "CHW"), Phone(SUPERVISOR, "Grace", "supervisor"))


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    with serve(found):
        yield found


@pytest.fixture
def start(service: Service, tmp_path: Path) -> Iterator[Callable[..., Simulator]]:
    """Starts a simulator with other delays, or on the record of an earlier one."""
    running = []

    def start_one(**delays: float) -> Simulator:
        setup = Setup(service.address, phones=PHONES, delays=replace(QUICK, **delays))
        running.append(Simulator(setup, 0, tmp_path / "simulator").start())
        return running[-1]

    yield start_one
    for simulator in running:
        simulator.stop()


@pytest.fixture
def simulator(start: Callable[..., Simulator]) -> Simulator:
    return start()


@pytest.fixture
def sdk(simulator: Simulator) -> Sdk:
    return Sdk(simulator.url)
