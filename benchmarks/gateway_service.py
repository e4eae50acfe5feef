"""`python -m benchmarks.gateway_service`: users, orders and products in one process.

As fast as asyncio can be, so that what is measured is who stands before it. It prints its port.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

PRODUCTS = [
    {
        "id": f"{number:08d}-0000-4000-8000-000000000000",
        "name": f"Cup {number}",
        "description": "Thick walls keep it hot, and the handle stays cold. " * 5,
        "price": "9.50",
        "stock_quantity": 42,
    }
    for number in range(5)
]

ORDERS = [
    {
        "id": f"{number:08d}-0000-4000-8000-000000000001",
        "status": "placed",
        "total": "21.50",
        "created_at": "2026-04-02T08:10:00+00:00",
    }
    for number in range(3)
]

#: By the third segment of the path.
BODIES: dict[bytes, Any] = {
    b"users": {"id": "ada", "name": "Ada Winter", "email": "ada@example.org"},
    b"orders": {"orders": ORDERS},
    b"products": {"products": PRODUCTS},
}


def _answer(value: object) -> bytes:
    body = json.dumps(value).encode()
    kind = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    return b"HTTP/1.1 200 OK\r\n" + kind + body


ANSWERS = {name: _answer(value) for name, value in BODIES.items()}


class Service(asyncio.Protocol):
    """One connection. Requests have no body, and none comes before the last one is answered."""

    def __init__(self) -> None:
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a connection is one
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._read += data
        if self._read.endswith(b"\r\n\r\n"):
            segment = self._read.split(b" ", 2)[1].split(b"/", 4)[3].partition(b"?")[0]
            self._read = b""
            self._transport.write(ANSWERS[segment])


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Service, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
