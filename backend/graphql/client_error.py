"""What a client of the graph did wrong."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLError


class ClientError(GraphQLError):
    """An error whose message is meant for the client.

    code: what kind it is, for programs; details: what else goes into the extensions.
    """

    def __init__(self, message: str, code: str = "BAD_USER_INPUT", **details: Any) -> None:
        super().__init__(message, extensions={"code": code, **details})
