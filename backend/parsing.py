"""From a request to the data that a schema loads, strictly."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from flask import Request
from marshmallow import Schema, ValidationError
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from backend.problems import InvalidInput

# Deeper bodies serve nobody, and would exhaust the stack of whatever walks them later.
MAX_DEPTH = 64


class StrictParser(FlaskParser):
    """webargs' parser, except that it guesses nothing and flattens field errors."""

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 - webargs' signature
        """The body. Raises UnsupportedMediaType or BadRequest when it is no JSON."""
        if req.mimetype != "application/json":
            raise UnsupportedMediaType("Send the body as application/json.")
        return parse_json(req.get_data())

    def handle_error(self, error: ValidationError, *_: Any, **__: Any) -> NoReturn:
        """Raise InvalidInput with the errors of a load, which webargs keys by location."""
        (messages,) = error.normalized_messages().values()
        raise InvalidInput({field: _flatten(found) for field, found in messages.items()})


def parse_json(body: bytes) -> Any:
    """The value of a JSON text.

    Raises BadRequest for a text that is malformed, or holds what cannot be stored or passed on:
    NaN and infinite numbers, unpaired surrogates, more than MAX_DEPTH levels.
    """
    try:
        value = json.loads(body.decode(), parse_constant=_refuse, parse_float=_finite)
        _walk(value)
    except (ValueError, RecursionError):  # what json raises, with UnicodeError among it
        raise BadRequest("The body is not well-formed JSON.") from None
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError("a number is too large")
    return value


def _walk(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                item.encode()  # fails on an unpaired surrogate
            elif isinstance(item, dict):
                below.extend(item.keys())
                below.extend(item.values())
            elif isinstance(item, list):
                below.extend(item)
        if not below:
            return
        level = below
    raise ValueError("nested too deeply")


def _flatten(found: Any) -> list[str]:
    """The messages for one field as a list, however deep marshmallow has nested them."""
    if isinstance(found, Mapping):
        return [f"{key}: {text}" for key, inner in found.items() for text in _flatten(inner)]
    if isinstance(found, list):
        return [text for item in found for text in _flatten(item)]
    return [str(found)]
