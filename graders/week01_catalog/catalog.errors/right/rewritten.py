"""Werkzeug's own response of each exception, with its page replaced: the headers just stay."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from flask import Flask, Response, current_app, json, request
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException, UnprocessableEntity, default_exceptions

from backend.request_id import current_request_id

MEDIA_TYPE = "application/problem+json"

FieldErrors = Mapping[str, list[str]]

_TITLES = {status: kind().name for status, kind in default_exceptions.items()}


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
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


def problem(
    status: int,
    detail: str,
    *,
    errors: FieldErrors | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to the current request that tells of a problem."""
    response = Response(status=status, headers=headers)
    return _tell(response, detail, errors)


def register_problems(app: Flask) -> None:
    """Answer every error of `app` with a problem."""

    @app.errorhandler(HTTPException)
    def expected(error: HTTPException) -> Response:
        response: Response = error.get_response(request.environ)  # type: ignore[assignment]
        return _tell(response, error.description or error.name, getattr(error, "errors", None))

    app.errorhandler(Exception)(unexpected_problem)


def unexpected_problem(error: Exception) -> Response:
    """A defect of ours: everything about it goes to the log, and only the id to the client."""
    current_app.logger.exception("request %s", current_request_id(), exc_info=error)
    return problem(500, "Please tell us the request_id.")


def _tell(response: Response, detail: str, errors: FieldErrors | None) -> Response:
    body = {
        "type": "about:blank",
        "title": _TITLES.get(response.status_code, "Error"),
        "status": response.status_code,
        "detail": detail,
        "instance": quote(request.path),
        "request_id": current_request_id(),
    }
    if errors:
        body["errors"] = errors
    response.set_data(json.dumps(body))
    response.headers["Content-Type"] = MEDIA_TYPE
    return response
