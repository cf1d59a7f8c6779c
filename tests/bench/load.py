"""A closed loop of phones over keep-alive connections, and what each request took."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

PHONES = 32  # connections at once: the load of the measured floors
SERVICE_CODE = "*384*2400#"


@dataclass
class Measured:
    """Requests a second and how long each took, in milliseconds."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def rate(self) -> float:
        return len(self.took) / self.seconds if self.seconds else 0.0

    @property
    def p50(self) -> float:
        return statistics.median(self.took)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.took, n=100)[98]


def hop(path: str, session: str, phone: str, text: str) -> bytes:
    """The gateway's request as it goes over the wire."""
    form = urlencode(
        {
            "sessionId": session,
            "phoneNumber": phone,
            "networkCode": "99999",
            "serviceCode": SERVICE_CODE,
            "text": text,
        }
    )
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(form)}\r\n\r\n{form}"
    ).encode()


async def _phone(
    address: tuple[str, int], calls: Iterator[Sequence[bytes]], measured: Measured
) -> None:
    reader, writer = await asyncio.open_connection(*address)
    for requests in calls:
        for request in requests:
            started = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            measured.took.append((time.perf_counter() - started) * 1000)
            if not head.startswith(b"HTTP/1.1 200") or body[:4] not in (b"CON ", b"END "):
                measured.wrong += 1
            if b"connection: close" in head.lower():
                writer.close()
                reader, writer = await asyncio.open_connection(*address)
    writer.close()


def drive(
    address: tuple[str, int], calls: Sequence[Sequence[bytes]], phones: int = PHONES
) -> Measured:
    """Play all calls, each in its order, this many at once."""

    async def all_phones() -> Measured:
        measured, waiting = Measured(), iter(calls)
        started = time.perf_counter()
        await asyncio.gather(*(_phone(address, waiting, measured) for _ in range(phones)))
        measured.seconds = time.perf_counter() - started
        return measured

    return asyncio.run(all_phones())
