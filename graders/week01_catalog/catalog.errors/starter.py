"""Errors as RFC 9457 problems: `application/problem+json`, whatever went wrong."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, jsonify
from marshmallow import Schema, fields
from werkzeug.exceptions import UnprocessableEntity

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
        metadata={"description": "With status 422: what is wrong with which field."},
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
    # TODO: all members, the media type, the headers
    response = jsonify(error=detail)
    response.status_code = status
    return response


def register_problems(app: Flask) -> None:
    """Answer every error of `app` with a problem."""
    # TODO: register a handler for each kind of error: HTTPException, InvalidInput, all others


def unexpected_problem(error: Exception) -> Response:
    """A defect of ours: everything about it goes to the log, and only the id to the client."""
    # TODO: this tells the client everything, and the log nothing
    return problem(500, repr(error))
