"""Errors as data: what is wrong with the input of a mutation is part of its answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import graphene
from graphene.utils.str_converters import to_camel_case


class UserErrorCode(graphene.Enum):
    """What kind of mistake it is."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"


class UserErrorType(graphene.ObjectType):
    """What is wrong with one field of the input."""

    class Meta:
        name = "UserError"

    field = graphene.String(required=True, description="Its name, as in the input.")
    code = graphene.Field(UserErrorCode, required=True)
    messages = graphene.List(graphene.NonNull(graphene.String), required=True)


@dataclass(frozen=True)
class UserError:
    """One of those, as a resolver returns it."""

    field: str
    code: str  # a name of UserErrorCode
    messages: Sequence[str]


def invalid_fields(messages: Mapping[str, Any]) -> list[UserError]:
    """What a schema says is wrong: its messages by field (marshmallow's normalized_messages)."""
    return [
        UserError(to_camel_case(field), "INVALID", _flatten(found))
        for field, found in messages.items()
    ]


def _flatten(found: Any) -> list[str]:
    if isinstance(found, Mapping):
        return [text for inner in found.values() for text in _flatten(inner)]
    if isinstance(found, list):
        return [text for item in found for text in _flatten(item)]
    return [str(found)]
