"""Guards are coroutines; who may not is told by a kind of error of its own."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from typing import Any

from flask import request
from graphql import GraphQLSchema, is_introspection_type, is_object_type

from backend.auth.roles import Role
from backend.graphql.client_error import ClientError

FIELDS = {
    ("Mutation", "createProduct"): Role.EDITOR,
    ("Mutation", "updateProduct"): Role.EDITOR,
    ("Product", "stockQuantity"): Role.EDITOR,
}
OTHER_MUTATIONS = Role.ADMIN


class Refusal(ClientError):
    def __init__(self, role: Role | None) -> None:
        code = "FORBIDDEN" if role else "UNAUTHENTICATED"
        super().__init__(f"This is not for {role.name if role else 'everybody'}.", code)


def caller_role(tokens: Mapping[str, Role]) -> Role | None:
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    digest = hashlib.sha256(token.strip().encode("latin-1")).hexdigest()
    return tokens.get(digest) if scheme.lower() == "bearer" else None


def authorize(schema: GraphQLSchema) -> None:
    for kind in filter(is_object_type, schema.type_map.values()):
        if is_introspection_type(kind):
            continue
        for name, field in kind.fields.items():
            roles = [FIELDS.get((kind.name, name))]
            if kind is schema.mutation_type:
                roles.append(OTHER_MUTATIONS)
            role = next((one for one in roles if one), None)
            if role:
                field.resolve = functools.partial(_guarded, field.resolve or _attribute, role)


async def _guarded(behind: Any, needed: Role, root: Any, info: Any, **arguments: Any) -> Any:
    role = info.context.role
    if role not in [one for one in Role if one >= needed]:
        raise Refusal(role)
    value = behind(root, info, **arguments)
    return await value if info.is_awaitable(value) else value


def _attribute(root: Any, info: Any, **arguments: Any) -> Any:
    read = root.get if isinstance(root, Mapping) else functools.partial(getattr, root)
    value = read(info.field_name, None)
    return value(info, **arguments) if callable(value) else value
