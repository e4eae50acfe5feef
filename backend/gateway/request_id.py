"""X-Request-ID: one name for a request, here and in every service that it reaches."""

from __future__ import annotations

import re
import uuid

from aiohttp import web
from aiohttp.typedefs import Handler

HEADER = "X-Request-ID"

REQUEST_ID = web.RequestKey("request_id", str)

# A caller's id is written to the log, so it may hold nothing that could forge a line there.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


@web.middleware
async def name_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Name every request: by the caller's id when it sent a harmless one."""
    sent = request.headers.get(HEADER, "")
    request[REQUEST_ID] = sent if _ACCEPTABLE.fullmatch(sent) else uuid.uuid4().hex
    return await handler(request)


async def tell_request_id(request: web.Request, response: web.StreamResponse) -> None:
    """Put the id into an answer that is about to be sent (a signal handler)."""
    if REQUEST_ID in request:
        response.headers[HEADER] = request[REQUEST_ID]
