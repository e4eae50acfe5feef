"""An exchange as data: what the companion tells the kernel of a request and its answer."""

from __future__ import annotations

from typing import Any

from workbench.checking.http import Reply


def exchange_data(reply: Reply) -> dict[str, Any]:
    """What exchange.Exchange shows, but for the log and a note."""
    return {
        "sent": reply.sent,
        "status": reply.status,
        "headers": list(reply.headers.multi_items()),
        "body": reply.text,
        "seconds": reply.seconds,
        "statements": [
            {"text": one.text, "tag": one.tag or one.error, "seconds": one.seconds}
            for one in reply.statements
        ],
    }
