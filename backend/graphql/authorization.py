"""Who may do what in the graph: the roles and tokens are those of the REST API.

The fields themselves know nothing of it. So a mutation that nobody thought of is closed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from graphql import (
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    default_field_resolver,
)

from backend.auth.roles import Role
from backend.graphql.client_error import ClientError

#: What takes a role, by type and field. Other fields are public.
FIELDS = {
    ("Mutation", "createProduct"): Role.EDITOR,
    ("Mutation", "updateProduct"): Role.EDITOR,
    ("Product", "stockQuantity"): Role.EDITOR,
}
#: What a mutation takes that is not among them.
OTHER_MUTATIONS = Role.ADMIN


def caller_role(tokens: Mapping[str, Role]) -> Role | None:
    """The role that the current request's bearer token stands for; None without a known one.

    tokens: the SHA-256 of each token, in hexadecimal digits, and the role of whoever holds it.
    """
    credentials = request.authorization
    if credentials is None or credentials.type != "bearer" or not credentials.token:
        return None
    return tokens.get(hashlib.sha256(credentials.token.encode()).hexdigest())


def authorize(schema: GraphQLSchema) -> None:
    """Let the fields of a schema that take a role refuse callers without it.

    They refuse by an error in their place, so the rest of the answer stays.
    """
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType):
            others = OTHER_MUTATIONS if kind is schema.mutation_type else None
            for name, field in kind.fields.items():
                needed = FIELDS.get((kind.name, name), others)
                if needed is not None:
                    # A field without a resolver is resolved all the same.
                    field.resolve = _guarded(field.resolve or default_field_resolver, needed)


def _guarded(resolve: Callable[..., Any], needed: Role) -> Callable[..., Any]:
    def guarded(root: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        role = info.context.role
        if role is None:
            raise ClientError(
                "Send a token in the header `Authorization: Bearer <token>`.", "UNAUTHENTICATED"
            )
        if role < needed:
            raise ClientError(
                f"This takes the role {needed.name.lower()}; your token has {role.name.lower()}.",
                "FORBIDDEN",
            )
        return resolve(root, info, **arguments)

    return guarded
