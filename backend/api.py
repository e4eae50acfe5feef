"""flask-smorest as this system uses it: strict parsing, and problems in the API document."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import flask_smorest
from apispec.ext.marshmallow import MarshmallowPlugin, OpenAPIConverter
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask
from marshmallow import fields, validate
from werkzeug.http import HTTP_STATUS_CODES

from backend.parsing import StrictParser
from backend.problems import MEDIA_TYPE, ProblemSchema

View = Callable[..., Any]


class Converter(OpenAPIConverter):
    """Writes fields into the document."""

    def field2range(self, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
        """The bounds of a number, as numbers.

        apispec has the field show them, as if they were its values: but a price is shown as text,
        and a field of one's own need not take an int.
        """
        kinds = ret.get("type", ())
        if not {"number", "integer"}.intersection([kinds] if isinstance(kinds, str) else kinds):
            return {}
        ranges = [one for one in field.validators if isinstance(one, validate.Range)]
        lows = [_number(one.min) for one in ranges if one.min is not None]
        highs = [_number(one.max) for one in ranges if one.max is not None]
        return ({"minimum": max(lows)} if lows else {}) | ({"maximum": min(highs)} if highs else {})


class Plugin(MarshmallowPlugin):
    """apispec's plugin, with that converter."""

    Converter = Converter


class Blueprint(flask_smorest.Blueprint):
    """A blueprint whose operations are documented in the API document."""

    # The schema decides what becomes of an unknown field, in the query string as in the body.
    ARGUMENTS_PARSER = StrictParser(unknown=None)

    def problems(self, *statuses: int) -> Callable[[View], View]:
        """Document the problems that an operation answers with, besides 500 and 503."""
        content = {MEDIA_TYPE: {"schema": ProblemSchema}}
        responses = {
            status: {"description": HTTP_STATUS_CODES[status], "content": content}
            for status in (*statuses, 500, 503)
        }
        decorator: Callable[[View], View] = self.doc(responses=responses)
        return decorator


class Api(flask_smorest.Api):
    """An API whose document lists every status, so it has no response for "any other"."""

    DEFAULT_ERROR_RESPONSE_NAME = None


def create_api(app: Flask) -> Api:
    """The API whose document `app` serves at /api/v1/openapi.json. Give it the blueprints."""
    app.config.update(
        API_TITLE="Product catalog",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
    )
    plugin = Plugin(schema_name_resolver=_component_name)
    return Api(app, spec_kwargs={"marshmallow_plugin": plugin})


def _number(bound: Any) -> Any:
    return float(bound) if isinstance(bound, Decimal) else bound


def _component_name(schema: Any) -> str:
    """ProductSchema is Product in the document, and ProductChanges where no field is required."""
    resolved = resolve_schema_cls(schema)
    kind = resolved[0] if isinstance(resolved, list) else resolved
    name: str = kind.__name__.removesuffix("Schema")
    return f"{name}Changes" if getattr(schema, "partial", False) else name
