"""What a request holds, or the answer that says why it cannot be used."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

#: PostgreSQL's bigint.
MOST = 2**63 - 1


def id_in(request: web.Request, name: str) -> int:
    """The id at this place of the path. Raises HTTPNotFound: no other text names anything."""
    text = request.match_info[name]
    if not is_id(text):
        raise web.HTTPNotFound(text=f"There is no {name.removesuffix('_id')} {text}.")
    return int(text)


def is_id(text: str) -> bool:
    """Whether it is a number that an id can have."""
    return text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= MOST


async def json_of(request: web.Request) -> Any:
    """The body. Raises HTTPBadRequest when it is not JSON."""
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(text="Send JSON.") from None
