"""`python -m backend.gateway [port]`: the gateway as a process; 0 is any port that is free."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
import time
from collections.abc import Callable

from backend.gateway.app import create_gateway
from backend.gateway.settings import GatewaySettings
from backend.gateway.shutdown import Shutdown, serve

PORT = 8080


async def run(
    listener: socket.socket,
    ready: Callable[[], object] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Serve the gateway of this environment on a listening socket until it is told to end.

    Raises SettingsError.
    """
    settings, shutdown = GatewaySettings.from_environ(os.environ), Shutdown()
    shutdown.begin_on_signals()
    await serve(
        create_gateway(settings, shutdown, clock),
        listener,
        shutdown,
        settings.drain_ms / 1000,
        settings.shutdown_ms / 1000,
        ready,
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    listener = socket.create_server(("127.0.0.1", port), backlog=128)
    logging.info("serving on http://127.0.0.1:%d", listener.getsockname()[1])
    asyncio.run(run(listener))
