"""A view class: each way in reads its own parameters, and one method goes on from there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, request
from flask.views import MethodView
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest

from backend.auth.roles import Role
from backend.database import Database
from backend.graphql.authorization import caller_role
from backend.graphql.client_error import ClientError
from backend.graphql.engine import Engine, Refused
from backend.graphql.errors import format_error
from backend.graphql.persisted_queries import PersistedQueries
from backend.graphql.streams import Streams
from backend.parsing import parse_json
from backend.problems import problem

GRAPHQL_RESPONSE = "application/graphql-response+json"
MEDIA_TYPES = (GRAPHQL_RESPONSE, "application/json")


def quality(media_type: str) -> float:
    """What the client gives for a media type: of the ranges that it is in, the narrowest counts."""
    kind = media_type.partition("/")[0]
    ranges = {media_type: 3, f"{kind}/*": 2, "*/*": 1}
    found = [(0, 0.0)]
    for part in request.headers["Accept"].split(","):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        if name in ranges:
            weights = [one[2:] for one in parameters if one.startswith("q=")]
            found.append((ranges[name], float(weights[0]) if weights else 1.0))
    return max(found)[1]


class GraphQL(MethodView):
    def __init__(self, engine, database, tokens, persisted, streams):
        self.engine, self.database, self.tokens = engine, database, tokens
        self.persisted, self.streams = persisted, streams

    def get(self) -> Response:
        return self.go_on(lambda: self.texts(request.args))

    def post(self) -> Response:
        if request.mimetype == "application/x-www-form-urlencoded":
            return self.go_on(lambda: self.texts(request.form))
        if request.mimetype != "application/json":
            return problem(415, "JSON or a form, please.")
        return self.go_on(lambda: parse_json(request.data))

    def texts(self, found: MultiDict[str, str]) -> dict[str, Any]:
        sent: dict[str, Any] = found.to_dict()
        for name in {"variables", "extensions"} & sent.keys():
            sent[name] = parse_json(sent[name].encode())
        return sent

    def go_on(self, read) -> Response:
        qualities = (
            {one: quality(one) for one in MEDIA_TYPES}
            if "Accept" in request.headers
            else {GRAPHQL_RESPONSE: 1.0}
        )
        best = max(qualities, key=qualities.__getitem__)
        media_type = best if qualities[best] else None
        streaming = "Accept" in request.headers and quality("text/event-stream") > 0
        if not media_type and not streaming:
            return problem(406, "There is nothing for you here.")
        self.media_type = media_type or GRAPHQL_RESPONSE
        try:
            asked = read()
            self.look_at(asked)
        except (BadRequest, ValueError) as error:
            return self.errors([ClientError(str(error), "BAD_REQUEST")], 400)
        unexecuted = 400 if self.media_type == GRAPHQL_RESPONSE else 200
        try:
            text = self.persisted.resolve(asked.get("query"), asked.get("extensions") or {})
            operation = self.engine.prepare(
                text, asked.get("variables") or {}, asked.get("operationName")
            )
        except ClientError as error:
            return self.errors([error], unexecuted)
        except Refused as refused:
            return self.errors(refused.errors, unexecuted)
        role, kind = caller_role(self.tokens), operation.kind.value
        if kind == "mutation" and request.method != "POST":
            return problem(405, "POST mutations.", headers={"Allow": "POST"})
        if kind == "subscription":
            if not streaming:
                abort(406)
            try:
                return self.streams.open(operation, self.database.session, role)
            except ClientError as error:
                return self.errors([error], unexecuted)
        if not media_type:
            abort(406)
        result = self.engine.execute(operation, self.database.session, role)
        shown = {"data": result.data}
        if result.errors:
            shown = {"errors": [format_error(one) for one in result.errors], **shown}
        return self.told(shown, 200)

    def look_at(self, asked: Any) -> None:
        if not isinstance(asked, dict):
            raise ValueError("one object")
        kinds = {"query": str, "operationName": str, "variables": dict, "extensions": dict}
        for name, kind in kinds.items():
            if not isinstance(asked.get(name), kind | None):
                raise ValueError(name)
        if not asked.get("query") and not (asked.get("extensions") or {}).get("persistedQuery"):
            raise ValueError("a query")

    def errors(self, errors, status: int) -> Response:
        return self.told({"errors": [format_error(one) for one in errors]}, status)

    def told(self, shown: Mapping[str, Any], status: int) -> Response:
        headers = {"Vary": "Accept"}
        return Response(json.dumps(shown), status, headers, mimetype=self.media_type)


def create_graphql_blueprint(
    engine: Engine,
    database: Database,
    tokens: Mapping[str, Role],
    persisted: PersistedQueries,
    streams: Streams,
) -> Blueprint:
    blueprint = Blueprint("graphql", __name__)
    view = GraphQL.as_view("answer", engine, database, tokens, persisted, streams)
    blueprint.add_url_rule("/graphql", view_func=view)
    return blueprint
