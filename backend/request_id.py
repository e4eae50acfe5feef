"""X-Request-ID: one name for a request, in its answer, in its problem and in the log."""

from __future__ import annotations

import re
import uuid

from flask import Flask, Response, g, request

HEADER = "X-Request-ID"

# A caller's id is written to the log, so it may hold nothing that could forge a line there.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def register_request_ids(app: Flask) -> None:
    """Name every request of `app`: by the caller's id when it sent a harmless one."""
    app.before_request(_assign)
    app.after_request(_tell)


def current_request_id() -> str:
    """The id of the request that is being answered."""
    request_id: str = g.request_id
    return request_id


def _assign() -> None:
    sent = request.headers.get(HEADER, "")
    g.request_id = sent if _ACCEPTABLE.fullmatch(sent) else uuid.uuid4().hex


def _tell(response: Response) -> Response:
    response.headers[HEADER] = current_request_id()
    return response
