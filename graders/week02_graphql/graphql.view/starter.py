"""GraphQL over HTTP, as the draft of the GraphQL foundation has it: /graphql."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request

from backend.auth.roles import Role
from backend.database import Database
from backend.graphql.engine import Engine
from backend.graphql.persisted_queries import PersistedQueries
from backend.graphql.streams import Streams

GRAPHQL_RESPONSE, JSON = "application/graphql-response+json", "application/json"
#: What can be answered with. Where a client leaves the choice, the first.
MEDIA_TYPES = (GRAPHQL_RESPONSE, JSON)

FORM = "application/x-www-form-urlencoded"


def create_graphql_blueprint(
    engine: Engine,
    database: Database,
    tokens: Mapping[str, Role],
    persisted: PersistedQueries,
    streams: Streams,
) -> Blueprint:
    """/graphql: GET for queries, POST for all operations.

    Subscriptions are answered by server-sent events.

    tokens: the SHA-256 of each token, in hexadecimal digits, and the role of whoever holds it.
    """
    blueprint = Blueprint("graphql", __name__)

    @blueprint.route("/graphql", methods=["GET", "POST"])
    def answer() -> Response:
        # TODO: what does the request ask, and in which media type does it want to be answered?
        return Response(request.method, 501)

    return blueprint
