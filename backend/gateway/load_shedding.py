"""Load shedding: what cannot be done in time is refused at once."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from backend.gateway.operators import is_for_operators

#: When to ask again. Requests take less than that, so the place is likely to be free.
RETRY_AFTER_SECONDS = 1


def create_load_shedding(most: int) -> Middleware:
    """A middleware that answers `most` requests at a time, and any more with 503.

    Nobody queues: whoever waited longest in a queue has mostly gone, and is answered in vain.
    """
    under_way = 0

    @web.middleware
    async def shed(request: web.Request, handler: Handler) -> web.StreamResponse:
        nonlocal under_way
        if is_for_operators(request):
            return await handler(request)
        if under_way >= most:
            raise web.HTTPServiceUnavailable(
                text="Too much is going on. Try again later.",
                headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
            )
        under_way += 1
        try:
            return await handler(request)
        finally:
            under_way -= 1

    return shed
