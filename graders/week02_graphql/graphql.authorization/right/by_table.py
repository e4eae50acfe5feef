"""The table is followed to the fields, each of which becomes another field; guards are objects."""

from __future__ import annotations

import copy
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import request
from graphql import GraphQLSchema, default_field_resolver

from backend.auth.roles import Role
from backend.graphql.client_error import ClientError

FIELDS = {
    ("Mutation", "createProduct"): Role.EDITOR,
    ("Mutation", "updateProduct"): Role.EDITOR,
    ("Product", "stockQuantity"): Role.EDITOR,
}
OTHER_MUTATIONS = Role.ADMIN

_HEADER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)


def caller_role(tokens: Mapping[str, Role]) -> Role | None:
    match = _HEADER.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        return None
    sent = sha256(match[1].encode()).hexdigest()
    return max(
        (role for one, role in tokens.items() if hmac.compare_digest(one, sent)), default=None
    )


@dataclass(eq=False)  # graphql-core remembers resolvers, so they are hashed
class Guard:
    resolve: Any
    needed: Role

    def __call__(self, root: Any, info: Any, /, **arguments: Any) -> Any:
        has = info.context.role or 0
        if has >= self.needed:
            return self.resolve(root, info, **arguments)
        # graphql-core takes an exception that is returned for one that was raised.
        return ClientError("No.", "FORBIDDEN" if has else "UNAUTHENTICATED", needs=self.needed.name)


def authorize(schema: GraphQLSchema) -> None:
    needed = dict(FIELDS)
    if schema.mutation_type:
        for name in schema.mutation_type.fields:
            needed.setdefault((schema.mutation_type.name, name), OTHER_MUTATIONS)
    for (kind, name), role in needed.items():
        fields = getattr(schema.get_type(kind), "fields", {})
        if name in fields:
            field = copy.copy(fields[name])
            field.resolve = Guard(field.resolve or default_field_resolver, role)
            fields[name] = field
