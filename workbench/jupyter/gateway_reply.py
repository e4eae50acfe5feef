"""What the live gateway answered, and what it asked its services for that."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from pygments import highlight
from pygments.lexers import JsonLexer

from workbench.jupyter.exchange import FORMATTER, Exchange, as_box, preformatted
from workbench.jupyter.headers import Headers


class Asked:
    """One request that reached a service: `.method`, `.target`, `.headers`, `.body`, `.json`."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.method: str = data["method"]
        self.target: str = data["target"]
        self.headers = Headers(data["headers"])
        self.body: bytes = data["body"].encode("latin-1")

    @property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError when it is none."""
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"<{self.method} {self.target}>"


class GatewayReply(Exchange):
    """One request and its answer: `.status`, `.headers`, `.text`, `.json`, `.seconds`."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data)
        self._asked = [as_line(one) for one in data["asked"]]

    @property
    def line(self) -> str:
        """What was asked and what came of it, in one line."""
        trouble = "" if self.status else f": {self._note.splitlines()[-1]}"
        return f"{self.sent.splitlines()[0]} -> {self._summary()}{trouble}"

    def __repr__(self) -> str:
        parts = [self.sent, self._summary(), self._pretty(), *self._asked, self._log.strip(),
                 self._note]  # fmt: skip
        return "\n".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        rows = [f"<b>{escape(self.sent)}</b><br><small>{self._summary()}</small>"]
        if self.text:
            rows.append(highlight(self._pretty(), JsonLexer(), FORMATTER))
        return as_box([*rows, *preformatted("\n".join(self._asked), self._log, self._note)])


class Together(list[GatewayReply]):
    """The replies to requests that were sent at once, in the order of their paths."""

    def __init__(self, replies: Sequence[GatewayReply], asked: Sequence[str], log: str) -> None:
        super().__init__(replies)
        self._after = ("\n".join(asked), log)

    def __repr__(self) -> str:
        texts = [*self._lines(), *(text.strip() for text in self._after)]
        return "\n".join(text for text in texts if text)

    def _repr_html_(self) -> str:
        return as_box(preformatted("\n".join(self._lines()), *self._after))

    def _lines(self) -> list[str]:
        return [reply.line for reply in self]


def as_line(asked: dict[str, Any]) -> str:
    """A request to a service, in one line."""
    status = asked["status"] or "no answer"
    return f"{asked['service']}: {asked['method']} {asked['target']} -> {status}"
