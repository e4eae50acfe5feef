"""`python -m benchmarks.gateway_process [NAME...]`: the gateway without these middlewares.

It is the reference's, of this environment. It prints its port. A NAME is a middleware's qualified
name up to the first dot: `create_rate_limits`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys

from backend.gateway.app import create_gateway
from backend.gateway.settings import GatewaySettings
from backend.gateway.shutdown import Shutdown, serve


async def main(left_out: list[str]) -> None:
    settings, shutdown = GatewaySettings.from_environ(os.environ), Shutdown()
    shutdown.begin_on_signals()
    app = create_gateway(settings, shutdown)
    for name in left_out:
        (found,) = (one for one in app.middlewares if _name(one) == name)
        app.middlewares.remove(found)
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listener.getsockname()[1]
    await serve(app, listener, shutdown, 0, 1, lambda: print(port, flush=True))


def _name(middleware: object) -> str:
    return str(getattr(middleware, "__qualname__", "")).partition(".")[0]


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
