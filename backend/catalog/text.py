"""Text on its way to PostgreSQL."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields


class StrippedText(fields.String):
    """A text without white space around it."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> str:
        return super()._deserialize(*args, **kwargs).strip()


def no_nul(value: Any) -> None:
    """Refuse NUL, which PostgreSQL cannot store, in a text or anywhere inside a JSON value."""
    if isinstance(value, str) and "\0" in value:
        raise ValidationError("NUL characters are not allowed.")
    if isinstance(value, dict):
        for key, item in value.items():
            no_nul(key)
            no_nul(item)
    if isinstance(value, list):
        for item in value:
            no_nul(item)
