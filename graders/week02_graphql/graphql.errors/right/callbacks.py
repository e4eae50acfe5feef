"""A failed field goes back by a callback of its promise; the log gets the traceback as text."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Callable
from typing import Any

from flask import current_app
from graphql import GraphQLError, GraphQLResolveInfo
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from backend.graphql.client_error import ClientError
from backend.request_id import current_request_id


def format_error(error: GraphQLError) -> dict[str, Any]:
    shown = dict(error.formatted)
    at_the_bottom: BaseException = error
    while isinstance(at_the_bottom, GraphQLError) and at_the_bottom.original_error:
        at_the_bottom = at_the_bottom.original_error
    if isinstance(at_the_bottom, ClientError):
        shown["extensions"] = at_the_bottom.extensions
        return shown
    if not error.path:
        parsed = not error.message.startswith("Syntax Error")
        code = "GRAPHQL_VALIDATION_FAILED" if parsed else "GRAPHQL_PARSE_FAILED"
        shown["extensions"] = {"code": code}
        return shown
    lost = isinstance(at_the_bottom, OperationalError | InterfaceError | NoConnection)
    text = "".join(traceback.format_exception(at_the_bottom))
    current_app.logger.error(f"{current_request_id()}\n{text}")
    shown["message"] = "Try again later." if lost else "We are sorry."
    shown["extensions"] = {
        "code": "SERVICE_UNAVAILABLE" if lost else "INTERNAL_SERVER_ERROR",
        "requestId": current_request_id(),
        "retryable": lost,
    }
    return shown


def recover(
    resolve: Callable[..., Any], root: Any, info: GraphQLResolveInfo, **arguments: Any
) -> Any:
    def look(failure: BaseException | None) -> None:
        if isinstance(failure, DBAPIError):
            info.context.session.rollback()

    try:
        value = resolve(root, info, **arguments)
    except Exception as error:
        look(error)
        raise
    if inspect.isawaitable(value):
        value = asyncio.ensure_future(value)
        value.add_done_callback(lambda done: look(None if done.cancelled() else done.exception()))
    return value
