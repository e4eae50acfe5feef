"""Headers are taken out of a copy; one task reads the answer, another one writes it."""

from __future__ import annotations

import asyncio

from aiohttp import ClientError, ClientResponse, web
from multidict import CIMultiDict

from backend.gateway.upstream import Headers, Upstream

CONNECTION_ONLY = (
    "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
    "TE", "Trailer", "Transfer-Encoding", "Upgrade",
)  # fmt: skip
GATEWAY_ONLY = (
    "Content-Length", "Expect", "Forwarded", "Host", "Traceparent", "Tracestate", "X-Caller-Id",
    "X-Caller-Role", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-For", "X-Request-Id",
)  # fmt: skip


def without_connection(headers: CIMultiDict[str]) -> CIMultiDict[str]:
    copy = CIMultiDict(headers)
    for line in headers.getall("Connection", []):
        for name in line.split(","):
            copy.popall(name.strip(), None)
    for name in CONNECTION_ONLY:
        copy.popall(name, None)
    return copy


async def forward(
    request: web.Request, upstream: Upstream, added: Headers = ()
) -> web.StreamResponse:
    body = await request.read()
    headers = without_connection(request.headers.copy())
    for name in list(headers):
        if name.replace("_", "-").title() in GATEWAY_ONLY:
            headers.popall(name, None)
    for line in request.headers.getall("X-Forwarded-For", []):
        headers.add("X-Forwarded-For", line)
    headers.add("X-Forwarded-For", str(request.remote))
    headers["X-Forwarded-Host"] = request.host
    headers["X-Forwarded-Proto"] = request.scheme
    headers.extend(added)
    sent = body if request.can_read_body or body else None
    answer = await upstream.send(request.method, request.raw_path, headers.items(), sent)
    response = web.StreamResponse(
        status=answer.status,
        reason=answer.reason,
        headers=without_connection(answer.headers.copy()),
    )
    pieces: asyncio.Queue[bytes | Exception] = asyncio.Queue(4)
    reading = asyncio.create_task(read(answer, pieces))
    try:
        await response.prepare(request)
        while piece := await pieces.get():
            if isinstance(piece, Exception):
                raise ConnectionResetError("the service broke off its answer") from piece
            await response.write(piece)
        await response.write_eof()
    finally:
        reading.cancel()
        answer.close()
    return response


async def read(answer: ClientResponse, pieces: asyncio.Queue[bytes | Exception]) -> None:
    """Put the pieces of the answer into the queue, and then nothing, or what went wrong."""
    while True:
        try:
            piece = await answer.content.readany()
        except (ClientError, TimeoutError) as error:
            await pieces.put(error)
            return
        await pieces.put(piece)
        if not piece:
            return
