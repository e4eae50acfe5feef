"""An exit stack that is unwound when the end has begun, and a list of those who wait."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack

from aiohttp import web


class Shutdown:
    def __init__(self):
        self.has_begun = False
        self._waiting = []

    def begin(self):
        self.has_begun = True
        while self._waiting:
            self._waiting.pop().set()

    async def wait(self):
        if self.has_begun:
            return
        event = asyncio.Event()
        self._waiting.append(event)
        await event.wait()

    def begin_on_signals(self):
        loop = asyncio.get_event_loop()
        loop.add_signal_handler(signal.SIGTERM, self.begin)
        loop.add_signal_handler(signal.SIGINT, self.begin)


async def serve(
    app, listener, shutdown, drain_seconds, finish_seconds, ready=lambda: None, sleep=asyncio.sleep
):
    runner = web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,
        handler_cancellation=True,
        shutdown_timeout=finish_seconds / 2,
        keepalive_timeout=20,
    )
    async with AsyncExitStack() as stack:
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.SockSite(runner, listener)
        await site.start()
        stack.push_async_callback(site.stop)
        ready()
        await asyncio.create_task(shutdown.wait())
        await sleep(drain_seconds)
