"""What the live gateway answered, and what it asked its services for that."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from workbench.jupyter.exchange import Exchange, as_box, preformatted
from workbench.jupyter.headers import Pairs

#: A token of which the beginning is enough to tell what it is.
_TOKEN = re.compile(r"(Authorization: Bearer \S{12})\S+( \[\.\.\.\])?", re.IGNORECASE)


class Asked:
    """One request that reached a service: `.method`, `.target`, `.headers`, `.body`, `.json`.

    headers: the pairs of names and values as they came; `headers["x-caller-id"]` is one of them.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.method: str = data["method"]
        self.target: str = data["target"]
        self.headers = Pairs(data["headers"])
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
        parts = [self._shown, self._summary(), self._pretty(), *self._asked, self._log.strip(),
                 self._note]  # fmt: skip
        return "\n".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        first, *others = self._shown.split("\n")
        head = f"<b>{escape(first)}</b><br><small>{self._summary()}</small>"
        sent, asked = preformatted("\n".join(others)), services_box(self._asked)
        return as_box([head, *sent, *self._body(), *asked, *preformatted(self._log, self._note)])

    @property
    def _shown(self) -> str:
        """What was sent, with a token cut short."""
        return _TOKEN.sub(r"\1...", self.sent)


class Together(list[GatewayReply]):
    """The replies to requests that were sent at once, in the order of their paths."""

    def __init__(self, replies: Sequence[GatewayReply], asked: Sequence[str], log: str) -> None:
        super().__init__(replies)
        self._asked, self._log = list(asked), log.strip()

    def __repr__(self) -> str:
        return "\n".join(text for text in [*self._lines(), *self._asked, self._log] if text)

    def _repr_html_(self) -> str:
        replies, log = preformatted("\n".join(self._lines())), preformatted(self._log)
        return as_box([*replies, *services_box(self._asked), *log])

    def _lines(self) -> list[str]:
        return [reply.line for reply in self]


def services_box(asked: Sequence[str]) -> list[str]:
    """HTML of what reached the services, if anything did."""
    return ["<small>reached the services</small>" + text for text in preformatted("\n".join(asked))]


def as_line(asked: dict[str, Any]) -> str:
    """A request to a service, in one line."""
    status = asked["status"] or "no answer"
    return f"{asked['service']}: {asked['method']} {asked['target']} -> {status}"
