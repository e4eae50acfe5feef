"""flask-smorest as this system uses it: strict parsing, and problems in the API document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flask_smorest
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask
from werkzeug.http import HTTP_STATUS_CODES

from backend.parsing import StrictParser
from backend.problems import MEDIA_TYPE, ProblemSchema

View = Callable[..., Any]


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
    plugin = MarshmallowPlugin(schema_name_resolver=_component_name)
    return Api(app, spec_kwargs={"marshmallow_plugin": plugin})


def _component_name(schema: Any) -> str:
    """ProductSchema is Product in the document, and ProductChanges where no field is required."""
    resolved = resolve_schema_cls(schema)
    kind = resolved[0] if isinstance(resolved, list) else resolved
    name: str = kind.__name__.removesuffix("Schema")
    return f"{name}Changes" if getattr(schema, "partial", False) else name
