"""What PostgreSQL refuses, told as a problem: the last line of defence behind the schemas."""

from __future__ import annotations

from flask import Flask, Response, current_app
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.problems import problem, unexpected_problem
from backend.request_id import current_request_id

# SQLSTATE -> status and detail. Only the statement's author can word it better, so these are
# vague on purpose: the server's own message names tables, constraints and stored values.
_REFUSALS = {
    "23503": (409, "The request refers to something that is gone, or still in use."),
    "23001": (409, "This is still in use."),  # ON DELETE RESTRICT, from PostgreSQL 18 on
    "23505": (409, "Something with this value exists already."),
    "23502": (422, "A value that must be given is missing."),
    "23514": (422, "A value is outside of what can be stored."),
}
_RETRY_SECONDS = 5  # about as long as a restarted server needs
_DATA_EXCEPTION = "22"  # the class of all SQLSTATEs for values that a type cannot hold


def register_database_problems(app: Flask) -> None:
    """Answer what PostgreSQL refuses, and its absence, with a problem."""
    app.register_error_handler(DBAPIError, _refused)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(PoolTimeoutError, _unavailable)


def _refused(error: DBAPIError) -> Response:
    sqlstate = getattr(error.orig, "pgcode", None) or ""
    if sqlstate in _REFUSALS:
        status, detail = _REFUSALS[sqlstate]
    elif sqlstate.startswith(_DATA_EXCEPTION):
        status, detail = 422, "A value is outside of what can be stored."
    else:
        return unexpected_problem(error)
    current_app.logger.warning("request %s was refused: %s", current_request_id(), error.orig)
    return problem(status, detail)


def _unavailable(error: OperationalError | PoolTimeoutError) -> Response:
    current_app.logger.error("request %s found no database: %s", current_request_id(), error)
    return problem(
        503,
        "The database does not answer. Try again later.",
        headers={"Retry-After": str(_RETRY_SECONDS)},
    )
