"""Errors as RFC 9457 problems: `application/problem+json`, whatever went wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from backend.gateway.errors import Unavailable
from backend.gateway.request_id import REQUEST_ID

MEDIA_TYPE = "application/problem+json"

#: Headers of aiohttp's own errors that speak of a body which is not sent.
_OF_THE_BODY = ("content-type", "content-length")

logger = logging.getLogger(__name__)


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer whatever is raised with a problem."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        headers = {k: v for k, v in error.headers.items() if k.lower() not in _OF_THE_BODY}
        return problem(request, error.status, error.text or "", headers)
    except Unavailable as error:
        logger.warning("request %s: %s (%r)", request.get(REQUEST_ID), error, error.__cause__)
        after = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        detail = f"The service {error.service} is not to be had. {error.detail}"
        return problem(request, error.status, detail, after)
    except ConnectionResetError:  # who asked has left
        raise
    except Exception:
        # A defect of ours: everything about it goes to the log, and only the id to the client.
        logger.exception(
            "request %s failed: %s %r", request.get(REQUEST_ID), request.method, request.path
        )
        return problem(
            request, 500, "Something went wrong on our side. Report it with the request_id."
        )


def problem(
    request: web.Request, status: int, detail: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    """The answer to a request that tells of a problem.

    detail: is read by the client: it says what to do about it and nothing internal.
    """
    body = {
        # "about:blank" says that the problem is no more special than its status (RFC 9457, 4.2.1).
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.rel_url.raw_path,
        "request_id": request.get(REQUEST_ID, ""),
    }
    return web.Response(
        status=status, body=json.dumps(body).encode(), headers=headers, content_type=MEDIA_TYPE
    )
