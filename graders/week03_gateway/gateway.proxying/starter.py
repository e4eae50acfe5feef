"""Proxying: a request goes on to a service, and its answer comes back, both as they are."""

from __future__ import annotations

from aiohttp import web

from backend.gateway.upstream import Headers, Upstream


async def forward(
    request: web.Request, upstream: Upstream, added: Headers = ()
) -> web.StreamResponse:
    """Send the request to a service and pass its answer on while it comes.

    added: headers for the service. Raises Unavailable, and HTTPRequestEntityTooLarge.
    """
    # TODO: which headers go on, and which do you add?
    answer = await upstream.send(request.method, request.path, added)
    # TODO: the answer's own status, headers and body, piece by piece
    return web.Response(text=await answer.text())
