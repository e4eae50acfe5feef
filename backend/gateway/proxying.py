"""Proxying: a request goes on to a service, and its answer comes back, both as they are.

Method, path, query and body stay. What concerns one connection only stays behind (RFC 9110, 7.6.1),
and the service is told whom we ask for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from backend.gateway.upstream import Headers, Upstream

#: Headers between two neighbours.
HOP_BY_HOP = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection",
    "te", "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip

#: What the gateway says itself. A client that said it would speak in our name.
OURS = frozenset({
    "content-length", "expect", "forwarded", "host", "traceparent", "tracestate", "x-caller-id",
    "x-caller-role", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id",
})  # fmt: skip

logger = logging.getLogger(__name__)


async def forward(
    request: web.Request, upstream: Upstream, added: Headers = ()
) -> web.StreamResponse:
    """Send the request to a service and pass its answer on while it comes.

    added: headers for the service. The request's body is read first, so that a slow client does not
    hold a service's worker. Raises Unavailable, and HTTPRequestEntityTooLarge.
    """
    body = await request.read() if request.body_exists else None
    headers = [*_kept(request.headers.items(), OURS), *_forwarded(request), *added]
    answer = await upstream.send(request.method, request.raw_path, headers, body)
    try:
        return await _pass_on(request, answer)
    finally:
        answer.release()  # closes the connection when not all of the body was read


async def _pass_on(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    headers = CIMultiDict(_kept(answer.headers.items(), ()))
    response = web.StreamResponse(status=answer.status, reason=answer.reason, headers=headers)
    await response.prepare(request)
    pieces = answer.content.iter_any()
    while True:
        try:
            piece = await anext(pieces, None)
        except (aiohttp.ClientError, TimeoutError) as error:
            # The status is sent. All that is left is to end the connection, so that nobody takes a
            # part for the whole.
            logger.warning("an answer to %s broke off: %r", request.path, error)
            if request.transport is not None:
                request.transport.close()
            return response
        if piece is None:
            break
        await response.write(piece)
    await response.write_eof()
    return response


def _kept(headers: Headers, dropped: Iterable[str]) -> list[tuple[str, str]]:
    """The headers that go on, repeated ones as often as they came; without those `dropped`."""
    pairs = list(headers)
    named = {
        name.strip().lower()
        for header, value in pairs
        if header.lower() == "connection"
        for name in value.split(",")
    }
    gone = HOP_BY_HOP | named | set(dropped)
    return [(name, _whole(value)) for name, value in pairs if not {*_readings(name)} & gone]


def _readings(name: str) -> tuple[str, str]:
    """What a header may be called where it arrives: to CGI and WSGI, and to a service behind them,
    X_Caller_Id is X-Caller-Id."""
    return name.lower(), name.lower().replace("_", "-")


def _whole(value: str) -> str:
    """A value that can be sent. aiohttp reads UTF-8, and would drop bytes that are none: they are
    taken for Latin-1, and go on as UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value


def _forwarded(request: web.Request) -> list[tuple[str, str]]:
    """Who asked, and where: each proxy adds the address that it was asked from."""
    before = request.headers.getall("X-Forwarded-For", [])
    return [
        ("X-Forwarded-For", ", ".join([*before, request.remote or "unknown"])),
        ("X-Forwarded-Host", request.headers.get("Host", "")),
        ("X-Forwarded-Proto", request.scheme),
    ]
