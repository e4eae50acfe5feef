"""flask-smorest as this system uses it: strict parsing, and a document without gaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import flask_smorest
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask

from backend.documentation import LOCATION, Plugin, describe, operation_docs
from backend.parsing import StrictParser

__all__ = ["LOCATION", "Api", "Blueprint", "create_api"]

View = Callable[..., Any]


#: The header of an answer that names the state of what it shows.
ETAG = {"ETag": {"schema": {"type": "string"}}}

#: What makes a request conditional (RFC 9110, 13.1), as parameters of an operation.
IF_MATCH, IF_NONE_MATCH = (
    {"in": "header", "name": name, "schema": {"type": "string"}}
    for name in ("If-Match", "If-None-Match")
)


class Blueprint(flask_smorest.Blueprint):
    """A blueprint whose operations are documented in the API document."""

    # The schema decides what becomes of an unknown field, in the query string as in the body.
    ARGUMENTS_PARSER = StrictParser(unknown=None)

    def problems(self, *statuses: int) -> Callable[[View], View]:
        """Document the problems that an operation answers with, besides 429, 500 and 503."""
        decorator: Callable[[View], View] = self.doc(**operation_docs((*statuses, 429)))
        return decorator


class Api(flask_smorest.Api):
    """An API whose errors are problems, and whose document lists every status of an operation, so
    it has no response for "any other"."""

    ERROR_SCHEMA: ClassVar = {"$ref": "#/components/schemas/Problem"}
    DEFAULT_ERROR_RESPONSE_NAME = None


def create_api(app: Flask, version: str) -> Api:
    """The API whose document `app` serves at /api/<version>/openapi.json: give it blueprints.

    Each version has a document of its own, so that a client is generated from one of them.
    """
    options = {
        "API_TITLE": "Product catalog",
        "API_VERSION": version,
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": f"/api/{version}",
    }
    prefix = version.upper()
    app.config.update({f"{prefix}_{name}": value for name, value in options.items()})
    plugin = Plugin(schema_name_resolver=_component_name)
    api = Api(app, spec_kwargs={"marshmallow_plugin": plugin}, config_prefix=prefix)
    describe(api.spec)
    return api


def _component_name(schema: Any) -> str:
    """ProductSchema is Product in the document, and ProductChanges where no field is required."""
    resolved = resolve_schema_cls(schema)
    kind = resolved[0] if isinstance(resolved, list) else resolved
    name: str = kind.__name__.removesuffix("Schema")
    return f"{name}Changes" if getattr(schema, "partial", False) else name
