"""What an answer says of errors: a code for programs, nothing internal, the rest of the data."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from flask import current_app
from graphql import FieldNode, GraphQLError, GraphQLResolveInfo, GraphQLSyntaxError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.graphql.client_error import ClientError
from backend.request_id import current_request_id

_UNAVAILABLE = (OperationalError, PoolTimeoutError)


def format_error(error: GraphQLError) -> dict[str, Any]:
    """The error as the answer shows it. Unexpected ones go to the log, and only their id out."""
    shown = error.formatted
    if isinstance(error, ClientError) or isinstance(error.original_error, ClientError):
        return {**shown}
    mistake = _mistake(error)
    if mistake is not None:
        return {**shown, "extensions": {"code": mistake}}
    code, message = _log(error)
    extensions = {"code": code, "requestId": current_request_id()}
    return {**shown, "message": message, "extensions": extensions}


def recover(
    resolve: Callable[..., Any], root: Any, info: GraphQLResolveInfo, **arguments: Any
) -> Any:
    """Middleware: let the fields after one that failed in the database have a new transaction."""
    try:
        value = resolve(root, info, **arguments)
    except SQLAlchemyError:
        info.context.session.rollback()
        raise
    return _recovered(value, info) if inspect.isawaitable(value) else value


async def _recovered(value: Any, info: GraphQLResolveInfo) -> Any:
    try:
        return await value
    except SQLAlchemyError:
        info.context.session.rollback()
        raise


def _mistake(error: GraphQLError) -> str | None:
    """The code of what the library found wrong with the client's operation; None for a defect."""
    cause = error.original_error
    if not isinstance(cause, GraphQLError | None):
        return None  # a scalar of ours can break while a document is validated
    if error.path is None:
        syntax = isinstance(error, GraphQLSyntaxError)
        return "GRAPHQL_PARSE_FAILED" if syntax else "GRAPHQL_VALIDATION_FAILED"
    # While it executes it blames arguments for what variables make of them, and for what a
    # resolver has returned it blames a field, or nothing.
    blamed = () if cause is None else cause.nodes or ()
    if blamed and not any(isinstance(node, FieldNode) for node in blamed):
        return "BAD_USER_INPUT"
    return None


def _log(error: GraphQLError) -> tuple[str, str]:
    """Write an unexpected error to the log; the code and the message that the client is told."""
    cause = error.original_error or error
    request_id, path = current_request_id(), ".".join(map(str, error.path or ()))
    if isinstance(cause, _UNAVAILABLE):
        current_app.logger.error("request %s found no database: %s", request_id, cause)
        return "SERVICE_UNAVAILABLE", "The database does not answer. Try again later."
    current_app.logger.error("request %s failed: field %s", request_id, path, exc_info=cause)
    return (
        "INTERNAL_SERVER_ERROR",
        "Something went wrong on our side. Report it with the requestId.",
    )
