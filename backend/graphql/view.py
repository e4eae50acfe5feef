"""GraphQL over HTTP, as the draft of the GraphQL foundation has it: /graphql.

Problems of HTTP (405, 406, 415) are problem documents, as everywhere here; all that is about
GraphQL is answered as GraphQL.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from graphql import GraphQLError, OperationType
from werkzeug.datastructures import MIMEAccept
from werkzeug.exceptions import BadRequest, MethodNotAllowed, NotAcceptable, UnsupportedMediaType

from backend.auth.roles import Role
from backend.database import Database
from backend.graphql.authorization import caller_role
from backend.graphql.client_error import ClientError
from backend.graphql.engine import Engine, Refused
from backend.graphql.errors import format_error
from backend.graphql.persisted_queries import PersistedQueries
from backend.graphql.streams import EVENT_STREAM, Streams
from backend.parsing import parse_json

GRAPHQL_RESPONSE, JSON = "application/graphql-response+json", "application/json"
#: What can be answered with. Where a client leaves the choice, the first.
MEDIA_TYPES = (GRAPHQL_RESPONSE, JSON)

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class _Request:
    query: str | None
    variables: Mapping[str, Any]
    operation_name: str | None
    extensions: Mapping[str, Any]


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
        media_type, streaming = _media_type(), request.accept_mimetypes.quality(EVENT_STREAM) > 0
        if media_type is None and not streaming:
            raise NotAcceptable(f"Accept {' or '.join(MEDIA_TYPES)}.")
        told = media_type or GRAPHQL_RESPONSE
        reading = request.method != "POST"
        try:
            asked = _from_texts(request.args) if reading else _from_body()
        except BadRequest as error:
            malformed = ClientError(error.description or "", "BAD_REQUEST")
            return _response({"errors": _formatted([malformed])}, 400, told)
        try:
            query = persisted.resolve(asked.query, asked.extensions)
            operation = engine.prepare(query, asked.variables, asked.operation_name)
        except ClientError as error:
            return _refusal([error], told)
        except Refused as refused:
            return _refusal(refused.errors, told)
        if reading and operation.kind is OperationType.MUTATION:
            # A link, an image or a prefetching browser could send it.
            raise MethodNotAllowed(["POST"], "Send a mutation with POST.")
        if operation.kind is OperationType.SUBSCRIPTION:
            if not streaming:
                raise NotAcceptable(f"Accept {EVENT_STREAM}: a subscription is a stream.")
            try:
                return streams.open(operation, database.session, caller_role(tokens))
            except ClientError as error:
                return _refusal([error], told)
        if media_type is None:
            raise NotAcceptable(f"Accept {' or '.join(MEDIA_TYPES)}: this is no subscription.")
        result = engine.execute(operation, database.session, caller_role(tokens))
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = _formatted(result.errors)
        return _response(body, 200, media_type)

    return blueprint


def _media_type() -> str | None:
    """What the client wants to be answered with, None for something else."""
    if "Accept" not in request.headers:
        return GRAPHQL_RESPONSE
    # Clients may name the charset, and to werkzeug that would be another media type.
    plain = [(value.partition(";")[0], quality) for value, quality in request.accept_mimetypes]
    return MIMEAccept(plain).best_match(MEDIA_TYPES)


def _from_texts(texts: Mapping[str, str]) -> _Request:
    """What the parameters of a URL or the members of a form ask. Raises BadRequest."""
    sent: dict[str, Any] = dict(texts)
    for name in ("variables", "extensions"):
        if name in sent:
            sent[name] = parse_json(sent[name].encode())
    return _checked(sent)


def _from_body() -> _Request:
    """What a POST asks. Raises BadRequest or UnsupportedMediaType."""
    # A page of another site can make its visitors send forms, but not with a token in them:
    # there are no cookies here, and only our own clients set the header Authorization.
    if request.mimetype == FORM:
        return _from_texts(request.form)
    if request.mimetype != JSON:
        raise UnsupportedMediaType(f"Send the body as {JSON}, or as {FORM}.")
    sent = parse_json(request.get_data())
    if isinstance(sent, list):
        raise BadRequest("Send one operation at a time: batches are not taken.")
    if not isinstance(sent, dict):
        raise BadRequest("The body must be an object.")
    return _checked(sent)


def _checked(sent: Mapping[str, Any]) -> _Request:
    """The parameters of a request; others are ignored. Raises BadRequest."""
    for name, kind, what in (
        ("query", str, "a string"),
        ("operationName", str, "a string"),
        ("variables", dict, "an object"),
        ("extensions", dict, "an object"),
    ):
        if sent.get(name) is not None and not isinstance(sent[name], kind):
            raise BadRequest(f"`{name}` must be {what}.")
    variables, extensions = sent.get("variables") or {}, sent.get("extensions") or {}
    if not sent.get("query") and "persistedQuery" not in extensions:
        raise BadRequest("Send a `query`.")
    return _Request(sent.get("query"), variables, sent.get("operationName"), extensions)


def _refusal(errors: Sequence[GraphQLError], media_type: str) -> Response:
    """The answer to an operation that was not executed.

    Clients of the older media type take every status but 200 for a fault of the network.
    """
    status = 400 if media_type == GRAPHQL_RESPONSE else 200
    return _response({"errors": _formatted(errors)}, status, media_type)


def _formatted(errors: Sequence[GraphQLError]) -> list[dict[str, Any]]:
    return [format_error(error) for error in errors]


def _response(body: Mapping[str, Any], status: int, media_type: str) -> Response:
    # json, not flask's: the fields of an answer come in the order of the question.
    response = Response(json.dumps(body), status, content_type=f"{media_type}; charset=utf-8")
    response.vary.add("Accept")
    return response
