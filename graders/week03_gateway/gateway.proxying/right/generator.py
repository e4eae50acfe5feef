"""Pieces come from generators, both ways; the size of a body is counted while it is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from aiohttp import ClientResponse, web
from multidict import CIMultiDict

from backend.gateway.upstream import Headers, Upstream

HERE = "connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer"
HERE += " transfer-encoding upgrade"
MINE = "content-length expect forwarded host traceparent tracestate x-caller-id x-caller-role"
MINE += " x-forwarded-for x-forwarded-host x-forwarded-proto x-request-id"


def plain(name: str) -> str:
    return name.casefold().replace("_", "-")


def end_to_end(pairs: Iterable[tuple[str, str]], also: str = "") -> Iterable[tuple[str, str]]:
    pairs = tuple(pairs)
    connection = ",".join(value for name, value in pairs if plain(name) == "connection")
    gone = {*HERE.split(), *also.split(), *(plain(one.strip()) for one in connection.split(","))}
    return (pair for pair in pairs if plain(pair[0]) not in gone)


async def forward(
    request: web.Request, upstream: Upstream, added: Headers = ()
) -> web.StreamResponse:
    whole = b"".join([piece async for piece in limited(request)])
    chain = ",".join([*request.headers.getall("x-forwarded-for", ()), request.remote or "?"])
    said = {
        "X-Forwarded-For": chain,
        "X-Forwarded-Host": request.headers.get("Host", ""),
        "X-Forwarded-Proto": request.scheme,
    }
    pairs = [*added, *end_to_end(request.headers.items(), MINE), *said.items()]
    answer = await upstream.send(request.method, request.raw_path, pairs, whole or None)
    headers = CIMultiDict(end_to_end(answer.headers.items()))
    response = web.StreamResponse(status=answer.status, headers=headers)
    try:
        await response.prepare(request)
        async for piece in pieces_of(answer):
            await response.write(piece)
        await response.write_eof()
    except Exception:  # noqa: BLE001 - whatever it was, the client must see the end
        if request.transport:
            request.transport.abort()
    except BaseException:
        answer.close()
        raise
    return response


async def limited(request: web.Request) -> AsyncIterator[bytes]:
    size = 0
    async for piece in request.content.iter_chunked(65536):
        size += len(piece)
        if size > request.client_max_size:
            raise web.HTTPRequestEntityTooLarge(request.client_max_size, size)
        yield piece


async def pieces_of(answer: ClientResponse) -> AsyncIterator[bytes]:
    async with answer:
        async for piece in answer.content.iter_chunked(16384):
            yield piece
