"""A graceful end: what is under way is finished, and nothing new is begun.

After SIGTERM the process first says that it is not ready, so that whoever balances the load sends
its requests elsewhere. Then nobody listens any more. Requests under way have a while to finish.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from aiohttp import web


class Shutdown:
    """Whether the process is about to end."""

    def __init__(self) -> None:
        self.has_begun = False

    def begin(self) -> None:
        """May be called more than once, within the event loop."""
        # TODO

    async def wait(self) -> None:
        """Wait until it has begun."""
        await asyncio.Event().wait()  # TODO: not for ever

    def begin_on_signals(self) -> None:
        """Let SIGTERM and SIGINT begin it. Only in the main thread's event loop."""
        # TODO


async def serve(
    app: web.Application,
    listener: socket.socket,
    shutdown: Shutdown,
    drain_seconds: float,
    finish_seconds: float,
    ready: Callable[[], object] = lambda: None,
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
) -> None:
    """Serve `app` on a listening socket until `shutdown` has begun, and then end.

    drain_seconds: between "not ready" and the end of listening; finish_seconds: for requests that
    are under way then, before they are cancelled; ready: is called when it serves.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,  # a body goes on as it came
        handler_cancellation=True,  # who has left is not worked for
    )
    await runner.setup()
    await web.SockSite(runner, listener).start()
    ready()
    await shutdown.wait()
    # TODO: the end, step by step
