"""What the API's document says that schemas and views do not say by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin, OpenAPIConverter
from marshmallow import fields, validate
from werkzeug.http import HTTP_STATUS_CODES

from backend.problems import MEDIA_TYPE, ProblemSchema

_TEXT = {"type": "string"}

#: The header of an answer that says where a new resource lives.
LOCATION = {
    "Location": {
        "description": "Where it lives, relative to the address of the request.",
        "required": True,
        "schema": {**_TEXT, "format": "uri-reference"},
    }
}

_CHALLENGE = {
    "WWW-Authenticate": {
        "description": "What would help: a bearer token, or another one.",
        "required": True,
        "schema": _TEXT,
    }
}


def describe(spec: APISpec) -> None:
    """Add what belongs to no operation: how to authenticate."""
    spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})


def operation_docs(statuses: Iterable[int]) -> dict[str, Any]:
    """The members of an operation that answers with problems of these statuses.

    500 and 503 come from everywhere, so they need not be listed.
    """
    responses = {status: _problem(status) for status in (*statuses, 500, 503)}
    # Who can be told to authenticate needs to know how.
    security: dict[str, Any] = {"security": [{"bearer": []}]} if 401 in responses else {}
    return {"responses": responses, **security}


class Converter(OpenAPIConverter):
    """Writes fields into the document."""

    def field2range(self, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
        """The bounds of a number, as numbers.

        apispec has the field show them, as if they were its values: but a decimal is shown as
        text, and a field of one's own need not take an int.
        """
        kinds = ret.get("type", ())
        if not {"number", "integer"}.intersection([kinds] if isinstance(kinds, str) else kinds):
            return {}
        ranges = [one for one in field.validators if isinstance(one, validate.Range)]
        lows = [_number(one.min) for one in ranges if one.min is not None]
        highs = [_number(one.max) for one in ranges if one.max is not None]
        return ({"minimum": max(lows)} if lows else {}) | ({"maximum": min(highs)} if highs else {})

    def field2default(self, field: fields.Field[Any], **options: Any) -> dict[str, Any]:
        """What stands for a field that is left out, where that is a value which could be sent.

        None is how views see that nothing was sent; and PATCH leaves alone what is left out.
        """
        if field.load_default is None or getattr(field.parent, "partial", False):
            return {}
        default: dict[str, Any] = super().field2default(field, **options)
        return default


class Plugin(MarshmallowPlugin):
    """apispec's plugin, with that converter."""

    Converter = Converter


def _problem(status: int) -> dict[str, Any]:
    """The response of a problem."""
    response: dict[str, Any] = {
        "description": HTTP_STATUS_CODES[status],
        "content": {MEDIA_TYPE: {"schema": ProblemSchema}},
    }
    return {**response, "headers": _CHALLENGE} if status == 401 else response


def _number(bound: Any) -> Any:
    return float(bound) if isinstance(bound, Decimal) else bound
