"""Errors as RFC 9457 problems: `application/problem+json`, whatever went wrong."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

import asyncpg
from aiohttp import ClientConnectionResetError, web
from aiohttp.typedefs import Handler

from backend.social.service.bulk_insert import BadRecords
from backend.social.service.pool import PoolExhausted
from backend.social.service.transactions import GaveUp

MEDIA_TYPE = "application/problem+json"

logger = logging.getLogger(__name__)


@web.middleware
async def answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer whatever is raised with a problem."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _problem(error.status, error.text or "")
    except ClientConnectionResetError:  # who asked has left; a server that did so is not to be had
        raise
    except Exception as error:
        answer = _expected(error)
        if answer is not None:
            return answer
        logger.exception("failed: %s %r", request.method, request.path)
        return _problem(500, "Something went wrong on our side.")


def _expected(error: Exception) -> web.Response | None:
    """The answer to an error that can come although nobody has made a mistake in here."""
    match error:
        case PoolExhausted() | GaveUp():
            return _problem(503, "There is too much to do. Try again in a moment.", retry_after=1)
        case BadRecords():
            return _problem(422, str(error))
        case asyncpg.QueryCanceledError() | TimeoutError():
            return _problem(504, "The database took too long.")
        case asyncpg.IntegrityConstraintViolationError():
            return _problem(409, str(error))
        case asyncpg.DataError():  # of class 22, and a value that is none of the parameter's type
            return _problem(422, str(error))
        case (
            OSError()
            | asyncpg.InterfaceError()
            | asyncpg.InternalClientError()  # the server ended the connection just now
            | asyncpg.PostgresConnectionError()
            | asyncpg.CannotConnectNowError()
            | asyncpg.AdminShutdownError()
            | asyncpg.TooManyConnectionsError()
        ):
            logger.warning("the database is not to be had: %r", error)
            return _problem(503, "The database is not to be had.", retry_after=1)
    return None


def _problem(status: int, detail: str, retry_after: int | None = None) -> web.Response:
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return web.Response(
        status=status, body=json.dumps(body).encode(), headers=headers, content_type=MEDIA_TYPE
    )
