"""Every refusal is raised where it is found; the blueprint's error handlers answer it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from flask import Blueprint, Response, current_app, g, json, request
from graphql import OperationType
from marshmallow import INCLUDE, Schema, ValidationError, fields, validates_schema
from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotAcceptable, UnsupportedMediaType
from werkzeug.http import parse_options_header

from backend.auth.roles import Role
from backend.database import Database
from backend.graphql.authorization import caller_role
from backend.graphql.client_error import ClientError
from backend.graphql.engine import Engine, Refused
from backend.graphql.errors import format_error
from backend.graphql.persisted_queries import PersistedQueries
from backend.graphql.streams import EVENT_STREAM, Streams
from backend.parsing import parse_json

GRAPHQL_RESPONSE = "application/graphql-response+json"
MEDIA_TYPES = (GRAPHQL_RESPONSE, "application/json")


class Asked(Schema):
    class Meta:
        unknown = INCLUDE

    query = fields.Raw(allow_none=True)
    operationName = fields.Raw(allow_none=True)  # noqa: N815
    variables = fields.Raw(allow_none=True)
    extensions = fields.Raw(allow_none=True)

    @validates_schema
    def look(self, data: dict[str, Any], **_: Any) -> None:
        for name in ("query", "operationName"):
            if not isinstance(data.get(name) or "", str):
                raise ValidationError("a string", name)
        for name in ("variables", "extensions"):
            if not isinstance({} if data.get(name) is None else data[name], dict):
                raise ValidationError("an object", name)
        if not (data.get("query") or (data.get("extensions") or {}).get("persistedQuery")):
            raise ValidationError("missing", "query")


def create_graphql_blueprint(
    engine: Engine,
    database: Database,
    tokens: Mapping[str, Role],
    persisted: PersistedQueries,
    streams: Streams,
) -> Blueprint:
    blueprint = Blueprint("graphql", __name__)

    @blueprint.before_request
    def negotiate() -> None:
        accepted = request.accept_mimetypes
        plain = type(accepted)((parse_options_header(one)[0], q) for one, q in accepted)
        if "Accept" in request.headers:
            g.graphql_type = plain.best_match(MEDIA_TYPES)
        else:
            g.graphql_type = GRAPHQL_RESPONSE
        g.graphql_streams = plain.quality(EVENT_STREAM) > 0
        if g.graphql_type is None and not g.graphql_streams:
            raise NotAcceptable

    @blueprint.post("/graphql")
    def ask() -> Response:
        if request.mimetype == "application/json":
            return run(parse_json(request.get_data()))
        if request.mimetype == "application/x-www-form-urlencoded":
            fields = parse_qs(request.get_data(as_text=True))
            return ask_by_texts({name: values[-1] for name, values in fields.items()})
        raise UnsupportedMediaType

    @blueprint.get("/graphql")
    def ask_by_link() -> Response:
        return ask_by_texts(request.args)

    def ask_by_texts(texts: Mapping[str, str]) -> Response:
        sent: dict[str, Any] = dict(texts)
        for name in ("variables", "extensions"):
            if sent.get(name):
                sent[name] = parse_json(sent[name].encode())
        return run(sent)

    def run(sent: Any) -> Response:
        asked = Asked().load(sent)
        query = persisted.resolve(asked.get("query"), asked.get("extensions") or {})
        operation = engine.prepare(query, asked.get("variables") or {}, asked.get("operationName"))
        if operation.kind == OperationType.MUTATION and request.method in ("GET", "HEAD"):
            raise MethodNotAllowed(valid_methods=["POST"])
        if operation.kind == OperationType.SUBSCRIPTION:
            if not g.graphql_streams:
                raise NotAcceptable
            return streams.open(operation, database.session, caller_role(tokens))
        if g.graphql_type is None:
            raise NotAcceptable
        result = engine.execute(operation, database.session, caller_role(tokens))
        errors = [format_error(one) for one in result.errors or ()]
        return tell({"data": result.data, **({"errors": errors} if errors else {})}, 200)

    @blueprint.errorhandler(BadRequest)
    @blueprint.errorhandler(ValidationError)
    def malformed(error: Exception) -> Response:
        code = {"code": "BAD_REQUEST"}
        return tell({"errors": [{"message": f"No request: {error}", "extensions": code}]}, 400)

    @blueprint.errorhandler(ClientError)
    def refused_before(error: ClientError) -> Response:
        return refused(Refused([error]))

    @blueprint.errorhandler(Refused)
    def refused(error: Refused) -> Response:
        status = 200 if g.graphql_type == "application/json" else 400
        return tell({"errors": [format_error(one) for one in error.errors]}, status)

    def tell(body: Mapping[str, Any], status: int) -> Response:
        text = json.dumps(body, sort_keys=False, default=str)
        response = current_app.response_class(text, status)
        response.headers["Content-Type"] = g.graphql_type or GRAPHQL_RESPONSE
        response.headers["Vary"] = "Accept"
        return response

    return blueprint
