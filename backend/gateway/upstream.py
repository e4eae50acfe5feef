"""An upstream: one service as the gateway asks it, with its circuit, its retries and its time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable

import aiohttp
from yarl import URL

from backend.gateway.circuit_breaker import CircuitBreaker
from backend.gateway.errors import TooSlow, Unreachable
from backend.gateway.retries import Retries

Headers = Iterable[tuple[str, str]]


class Upstream:
    """Sends requests to one service over connections that all requests share."""

    def __init__(
        self,
        name: str,
        address: str,
        session: Callable[[], aiohttp.ClientSession],
        breaker: CircuitBreaker,
        retries: Retries,
        attempt_seconds: float,
        deadline_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """session: gives the client, which lives as long as the event loop; attempt_seconds: until
        one answer's headers are there; deadline_seconds: for all attempts together."""
        self.name, self.breaker = name, breaker
        self._address, self._session, self._retries = address, session, retries
        self._attempt_seconds, self._deadline_seconds = attempt_seconds, deadline_seconds
        self._clock = clock

    async def send(
        self, method: str, target: str, headers: Headers, body: bytes | None = None
    ) -> aiohttp.ClientResponse:
        """The service's answer, with its body still to be read. Whoever gets it closes it.

        target: path and query as they go on the wire. Raises Unavailable.
        """
        end = self._clock() + self._deadline_seconds
        # Of X-A and x-a, which are one header, aiohttp would send the last spelling only.
        spelt: dict[str, str] = {}
        listed = [(spelt.setdefault(name.lower(), name), value) for name, value in headers]

        def seconds_left() -> float:
            return end - self._clock()

        async def ask() -> aiohttp.ClientResponse:
            seconds = min(self._attempt_seconds, max(0.0, seconds_left()))
            return await self._ask(method, target, listed, body, seconds)

        async def attempt() -> aiohttp.ClientResponse:
            return await self.breaker.call(ask, lambda answer: answer.status >= 500)

        return await self._retries.send(method, attempt, seconds_left)

    async def _ask(
        self,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        body: bytes | None,
        seconds: float,
    ) -> aiohttp.ClientResponse:
        # Encoded already: what a client has quoted means what it meant to the client.
        url = URL(self._address + target, encoded=True)
        try:
            async with asyncio.timeout(seconds):
                return await self._session().request(
                    method, url, headers=headers, data=body, allow_redirects=False
                )
        except TimeoutError as error:
            raise TooSlow(self.name, "It does not answer in time.") from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unreachable(self.name, "It cannot be reached.") from error


def create_session(connect_seconds: float, read_seconds: float) -> aiohttp.ClientSession:
    """The client that all upstreams share. It adds nothing to a request, follows nothing, and tries
    nothing twice."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0),  # the number of requests is bounded at the door
        cookie_jar=aiohttp.DummyCookieJar(),  # one client's cookies are not the next one's
        timeout=aiohttp.ClientTimeout(sock_connect=connect_seconds, sock_read=read_seconds),
        auto_decompress=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
    )
    # What is tried again is for retries.py to say, and to count. There is no argument for this one.
    session._retry_connection = False
    return session
