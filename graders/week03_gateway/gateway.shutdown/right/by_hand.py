"""The server is closed by hand, and requests are counted by a middleware's signals."""

from __future__ import annotations

import asyncio
import signal

from aiohttp import web


class Shutdown:
    def __init__(self):
        self._future = None
        self._number = 0

    @property
    def has_begun(self):
        return self._number > 0

    def begin(self, *_):
        self._number += 1
        if self._future is not None and not self._future.done():
            self._future.set_result(None)

    async def wait(self):
        if not self.has_begun:
            self._future = self._future or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._future)

    def begin_on_signals(self):
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(self.begin))


async def serve(
    app, listener, shutdown, drain_seconds, finish_seconds, ready=lambda: None, sleep=asyncio.sleep
):
    runner = web.AppRunner(
        app, access_log=None, auto_decompress=False, handler_cancellation=True, shutdown_timeout=0.1
    )
    await runner.setup()
    server = await asyncio.get_running_loop().create_server(runner.server, sock=listener)
    ready()
    await shutdown.wait()
    if drain_seconds:
        await sleep(drain_seconds)
    server.close()
    await asyncio.sleep(0)
    runner.server.pre_shutdown()
    await runner.server.shutdown(finish_seconds / 2)
    await runner.cleanup()
