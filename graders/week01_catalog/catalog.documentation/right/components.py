"""Responses are components that operations refer to; fields are documented by added functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import validate
from werkzeug.http import HTTP_STATUS_CODES

from backend.problems import ProblemSchema

LOCATION = {
    "Location": {
        "description": "The new resource.",
        "schema": {"type": "string", "minLength": 1, "format": "uri-reference"},
        "example": "/api/v1/products/7f6c1b9e-6f0a-4f3b-9d3f-0f2f6f1c2a10",
    }
}


def describe(spec: APISpec) -> None:
    """Add the security scheme and a response for each status."""
    spec.components.security_scheme("bearerAuth", {"type": "http", "scheme": "bearer"})
    for status, phrase in HTTP_STATUS_CODES.items():
        if status >= 400:
            response: dict[str, Any] = {
                "description": phrase,
                "content": {"application/problem+json": {"schema": ProblemSchema}},
            }
            if status == 401:
                response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
            spec.components.response(f"Problem{status}", response)


def operation_docs(statuses: Iterable[int]) -> dict[str, Any]:
    """The members of an operation that answers with problems of these statuses."""
    every = {*statuses, 500, 503}
    responses = {one: {"$ref": f"#/components/responses/Problem{one}"} for one in sorted(every)}
    return {"responses": responses, "security": [{"bearerAuth": []}] if 401 in every else []}


class Plugin(MarshmallowPlugin):
    """apispec's plugin, which asks two functions more about each field."""

    def init_spec(self, spec: APISpec) -> None:
        super().init_spec(spec)
        converter = self.converter
        functions = converter.attribute_functions
        functions[functions.index(converter.field2range)] = _bounds
        functions[functions.index(converter.field2default)] = _default


def _bounds(field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for one in field.validators:
        if isinstance(one, validate.Range) and ret.get("type") in ("integer", "number"):
            exact = int if ret["type"] == "integer" else float
            if one.min is not None:
                found["minimum"] = exact(one.min)
            if one.max is not None:
                found["maximum"] = exact(one.max)
    return found


def _default(field: Any, ret: dict[str, Any]) -> dict[str, Any]:
    default = field.load_default
    sendable = isinstance(default, int | float | str)
    return {"default": default} if sendable and not getattr(field.parent, "partial", None) else {}
