"""Everything written down by hand; all operations are closed unless one says that it is open."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin, OpenAPIConverter
from marshmallow import missing

LOCATION = {"location": {"schema": {"type": "string"}}}

_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "object"},
    },
    "required": ["title", "status", "detail"],
}


def describe(spec: APISpec) -> None:
    """Add the scheme, the schema of problems, and that a token is needed unless said otherwise."""
    spec.components.security_scheme(
        "token", {"type": "http", "scheme": "Bearer", "bearerFormat": "opaque"}
    )
    spec.components.schema("ProblemDetails", _PROBLEM)
    spec.options["security"] = [{"token": []}]


def operation_docs(statuses: Iterable[int]) -> dict[str, Any]:
    """The members of an operation that answers with problems of these statuses."""
    told = [*statuses, 500, 503]
    reference = {"$ref": "#/components/schemas/ProblemDetails"}
    docs: dict[str, Any] = {"responses": {}}
    for status in told:
        docs["responses"][str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": reference}},
        }
    if 401 in told:
        docs["responses"]["401"]["headers"] = {"www-authenticate": {"schema": {"type": "string"}}}
    else:
        docs["security"] = []
    return docs


class Converter(OpenAPIConverter):
    """Mends what apispec has written."""

    def field2property(self, field: Any) -> dict[str, Any]:
        shown = super().field2property(field)
        for bound in ("minimum", "maximum"):
            if bound in shown:
                shown[bound] = float(shown[bound])
        if shown.get("default", missing) is None or _changes(field):
            shown.pop("default", None)
        return shown


def _changes(field: Any) -> bool:
    """Whether it is a field of PATCH's schema; a field in a list has the list for its parent."""
    return bool(getattr(field.parent, "partial", False))


class Plugin(MarshmallowPlugin):
    """apispec's plugin, with that converter."""

    Converter = Converter
