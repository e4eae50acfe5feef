"""One handler for everything that is raised; the kind of error decides inside."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, current_app, g, make_response, request
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException, UnprocessableEntity
from werkzeug.urls import iri_to_uri

MEDIA_TYPE = "application/problem+json"

FieldErrors = Mapping[str, list[str]]


class InvalidInput(UnprocessableEntity):
    """The request was understood, and fields of it break their rules."""

    description = "Look at `errors`."

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
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": iri_to_uri(request.path),
        "request_id": g.request_id,
    }
    response = make_response(body if errors is None else body | {"errors": errors}, status)
    response.headers.update(headers or {})
    response.content_type = MEDIA_TYPE
    return response


def register_problems(app: Flask) -> None:
    """Answer every error of `app` with a problem."""
    app.register_error_handler(Exception, _answer)
    # flask-smorest has registered a handler of its own for the nearer class.
    app.register_error_handler(HTTPException, _answer)


def unexpected_problem(error: Exception) -> Response:
    """A defect of ours: everything about it goes to the log, and only the id to the client."""
    text = "".join(traceback.format_exception(error))
    current_app.logger.critical("%s went wrong\n%s", g.request_id, text)
    return problem(500, "This is our fault.")


def _answer(error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        return unexpected_problem(error)
    headers = dict(error.get_headers())
    headers.pop("Content-Type", None)
    return problem(
        error.code or 500,
        error.description or error.name,
        errors=getattr(error, "errors", None),
        headers=headers,
    )
