"""What the API's document says that schemas and views do not say by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin, OpenAPIConverter
from marshmallow import fields

#: The header of an answer that says where a new resource lives.
LOCATION: dict[str, Any] = {}  # TODO


def describe(spec: APISpec) -> None:
    """Add what belongs to no operation: how to authenticate."""
    # TODO


def operation_docs(statuses: Iterable[int]) -> dict[str, Any]:
    """The members of an operation that answers with problems of these statuses.

    500 and 503 come from everywhere, so they need not be listed.
    """
    # TODO: responses, and security
    return {}


class Converter(OpenAPIConverter):
    """Writes fields into the document."""

    def field2range(self, field: fields.Field[Any], ret: dict[str, Any]) -> dict[str, Any]:
        """The bounds of a number, as numbers."""
        return super().field2range(field, ret)  # TODO

    def field2default(self, field: fields.Field[Any], **options: Any) -> dict[str, Any]:
        """What stands for a field that is left out, where that is a value which could be sent."""
        return super().field2default(field, **options)  # TODO


class Plugin(MarshmallowPlugin):
    """apispec's plugin, with that converter."""

    Converter = Converter
