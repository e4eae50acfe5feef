"""Errors as RFC 9457 problems: `application/problem+json`, whatever went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from flask import Flask, Response, current_app, json, request
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException, UnprocessableEntity
from werkzeug.http import HTTP_STATUS_CODES

from backend.request_id import current_request_id

MEDIA_TYPE = "application/problem+json"

FieldErrors = Mapping[str, list[str]]


class InvalidInput(UnprocessableEntity):
    """The request was understood, and fields of it break their rules."""

    description = "Some fields break their rules: `errors` names them."

    def __init__(self, errors: FieldErrors) -> None:
        super().__init__()
        self.errors = errors


class ProblemSchema(Schema):
    """A problem as the API document describes it."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    instance = fields.String(required=True)
    request_id = fields.String(required=True)
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "With status 409 or 422: what is wrong with which field."},
    )


def problem(
    status: int,
    detail: str,
    *,
    errors: FieldErrors | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to the current request that tells of a problem.

    `detail` is read by the client: it says what to do about it and nothing internal.
    """
    body: dict[str, object] = {
        # "about:blank" says that the problem is no more special than its status (RFC 9457, 4.2.1).
        "type": "about:blank",
        "title": HTTP_STATUS_CODES[status],
        "status": status,
        "detail": detail,
        "instance": quote(request.path),
        "request_id": current_request_id(),
    }
    if errors is not None:
        body["errors"] = errors
    return Response(json.dumps(body), status, headers, content_type=MEDIA_TYPE)


def register_problems(app: Flask) -> None:
    """Answer every error of `app` with a problem."""
    app.register_error_handler(HTTPException, _http_problem)
    app.register_error_handler(InvalidInput, _invalid_input_problem)
    app.register_error_handler(Exception, unexpected_problem)


def unexpected_problem(error: Exception) -> Response:
    """A defect of ours: everything about it goes to the log, and only the id to the client."""
    current_app.logger.error(
        "request %s failed: %s %r",
        current_request_id(),
        request.method,
        request.path,
        exc_info=error,
    )
    return problem(500, "Something went wrong on our side. Report it with the request_id.")


def _http_problem(error: HTTPException) -> Response:
    status = error.code or 500
    # Some statuses speak through a header too: Allow with 405, Retry-After with 429.
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    return problem(status, error.description or HTTP_STATUS_CODES[status], headers=headers)


def _invalid_input_problem(error: InvalidInput) -> Response:
    return problem(422, error.description, errors=error.errors)
