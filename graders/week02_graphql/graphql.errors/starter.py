"""What an answer says of errors: a code for programs, nothing internal, the rest of the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo


def format_error(error: GraphQLError) -> dict[str, Any]:
    """The error as the answer shows it. Unexpected ones go to the log, and only their id out."""
    # TODO: whose mistake is it, and what may the client know of it?
    return {"message": error.message}


def recover(
    resolve: Callable[..., Any], root: Any, info: GraphQLResolveInfo, **arguments: Any
) -> Any:
    """Middleware: let the fields after one that failed in the database have a new transaction."""
    # TODO: what if it fails, now or when it is awaited?
    return resolve(root, info, **arguments)
