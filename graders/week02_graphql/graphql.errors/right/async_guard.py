"""The middleware awaits every field; errors are sorted by what is at the bottom of them."""

from __future__ import annotations

import logging
from typing import Any

from flask import g
from graphql import GraphQLError, GraphQLSyntaxError
from sqlalchemy import exc

from backend.graphql.client_error import ClientError

LOG = logging.getLogger("graph")


def format_error(error: GraphQLError) -> dict[str, Any]:
    match error.original_error or error:
        case ClientError(message=message, extensions=extensions):
            return _told(error, message, **(extensions or {}))
        case GraphQLSyntaxError():
            return _told(error, error.message, code="GRAPHQL_PARSE_FAILED")
        case GraphQLError() if error.path is None:
            return _told(error, error.message, code="GRAPHQL_VALIDATION_FAILED")
        case exc.OperationalError() | exc.TimeoutError() | exc.DisconnectionError():
            code, message = "SERVICE_UNAVAILABLE", "No connection to PostgreSQL: try again later."
        case _:
            code, message = "INTERNAL_SERVER_ERROR", f"An unexpected exception: see {g.request_id}."
    # The wrapper has the traceback of what it wraps.
    LOG.critical("%s %s", g.request_id, code, exc_info=(type(error), error, error.__traceback__))
    return _told(error, message, code=code, requestId=g.request_id)


async def recover(resolve: Any, root: Any, info: Any, **arguments: Any) -> Any:
    try:
        value = resolve(root, info, **arguments)
        return await value if info.is_awaitable(value) else value
    except Exception as error:
        if not isinstance(error, GraphQLError):
            info.context.session.rollback()
        raise


def _told(error: GraphQLError, message: str, **extensions: Any) -> dict[str, Any]:
    places = [{"line": one.line, "column": one.column} for one in error.locations or ()]
    shown = {"path": error.path, "locations": places, "message": message}
    return {name: one for name, one in shown.items() if one} | {"extensions": extensions}
