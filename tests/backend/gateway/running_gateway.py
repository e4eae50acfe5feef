"""A gateway on a real port, in this process, before services that the tests play."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from backend.gateway.app import create_gateway
from backend.gateway.settings import SERVICES, GatewaySettings
from backend.gateway.shutdown import Shutdown, serve
from workbench.checking.upstream import Upstream

KEY = "a-key-of-the-tests-that-is-long-enough"
WAIT = 30.0  # more than a busy machine needs


def token(subject: str, role: str = "user", key: str = KEY, **claims: Any) -> str:
    """A token; claims are in the place of the usual ones, None for none of them."""
    usual = {
        "sub": subject,
        "role": role,
        "typ": "access",
        "aud": "gateway",
        "iss": "accounts",
        "exp": int(time.time()) + 600,
    }
    said = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(said, key, "HS256")


@dataclass
class Running:
    """A gateway that serves."""

    url: str
    services: dict[str, Upstream]
    client: httpx.Client
    shutdown: Callable[[], object]
    seconds: list[float]  # what its clock shows

    def __getattr__(self, name: str) -> Upstream:
        if name not in SERVICES:
            raise AttributeError(name)
        return self.services[name]

    def ask(self, path: str, method: str = "GET", **options: Any) -> httpx.Response:
        """Send a request whose path goes on the wire as it is."""
        subject = options.pop("caller", None)
        headers = list(dict(options.pop("headers", {})).items())
        if subject is not None:
            role = options.pop("role", "user")
            headers.append(("Authorization", f"Bearer {token(subject, role)}"))
        target = {"target": path.encode()}
        return self.client.request(method, "/", headers=headers, extensions=target, **options)


@contextmanager
def running(redis: str, **chosen: Any) -> Iterator[Running]:
    with ExitStack() as stack:
        services = {
            name: stack.enter_context(Upstream(socket.create_server(("127.0.0.1", 0), backlog=128)))
            for name in SERVICES
        }
        addresses = {name: service.url for name, service in services.items()}
        settings = GatewaySettings(
            **{"services": addresses, "redis_url": redis, "jwt_key": KEY, **chosen}
        )
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        shutdown, ready, seconds = Shutdown(), threading.Event(), [1000.0]
        drained = asyncio.Event()
        loops: list[asyncio.AbstractEventLoop] = []

        async def main() -> None:
            loops.append(asyncio.get_running_loop())
            app = create_gateway(settings, shutdown, lambda: seconds[0])
            finish = settings.shutdown_ms / 1000

            async def sleep(seconds: float) -> None:
                if seconds:
                    await drained.wait()

            await serve(app, listener, shutdown, settings.drain_ms / 1000, finish, ready.set, sleep)

        thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
        thread.start()
        assert ready.wait(WAIT)

        def begin() -> None:
            loops[0].call_soon_threadsafe(shutdown.begin)

        def end() -> None:
            with suppress(RuntimeError):  # the loop has ended
                begin()
                loops[0].call_soon_threadsafe(drained.set)

        client = stack.enter_context(httpx.Client(base_url=url, timeout=WAIT, trust_env=False))
        try:
            yield Running(url, services, client, begin, seconds)
        finally:
            end()
            thread.join(WAIT)
            assert not thread.is_alive()
