"""`python -m backend.social.service [port]`: the service as a process; 0 is any free port."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable

from aiohttp import web

from backend.social.service.app import open_service
from backend.social.service.settings import ServiceSettings

PORT = 8090

#: Seconds for requests that are under way at the end.
FINISH = 5


async def run(
    listener: socket.socket,
    ready: Callable[[], object] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Serve the service of this environment on a listening socket until it is told to end.

    Raises SettingsError, and what open_pool raises.
    """
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    async with open_service(ServiceSettings.from_environ(os.environ), clock) as app:
        runner = web.AppRunner(
            app,
            access_log=None,
            handler_cancellation=True,  # who has left is not worked for
            shutdown_timeout=FINISH / 2,  # aiohttp waits so long twice
        )
        await runner.setup()
        try:
            await web.SockSite(runner, listener).start()
            ready()
            await end.wait()
        finally:
            await runner.cleanup()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    listener = socket.create_server(("127.0.0.1", port), backlog=128)
    logging.info("serving on http://127.0.0.1:%d", listener.getsockname()[1])
    asyncio.run(run(listener))
