"""Load shedding: what cannot be done in time is refused at once."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

#: When to ask again. Requests take less than that, so the place is likely to be free.
RETRY_AFTER_SECONDS = 1


def create_load_shedding(most: int) -> Middleware:
    """A middleware that answers `most` requests at a time, and any more with 503.

    Nobody queues: whoever waited longest in a queue has mostly gone, and is answered in vain.
    """

    @web.middleware
    async def shed(request: web.Request, handler: Handler) -> web.StreamResponse:
        # TODO: operators pass; of the others no more than `most` at a time
        return await handler(request)

    return shed
