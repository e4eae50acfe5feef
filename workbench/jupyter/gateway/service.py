"""`gateway.users` and its like: a service behind the live gateway, played from a notebook."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from IPython.core.error import UsageError

from workbench.jupyter.companion import Companion
from workbench.jupyter.gateway.reply import Asked

#: No demo waits longer.
MOST_DELAY_SECONDS = 60

#: Statuses that end an exchange (RFC 9110, 15).
_STATUSES = range(200, 600)


class GatewayService:
    """What the gateway asks of one service. The real one answers, until another answer is said."""

    def __init__(self, companion: Companion, name: str) -> None:
        self._companion, self._name = companion, name

    @property
    def asked(self) -> list[Asked]:
        """Every request that has reached the service since `gateway.forget()`, in order."""
        return [Asked(one) for one in self._tell("asked")["asked"]]

    def answer(
        self, value: Any, status: int = 200,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        """Answer every request from now on with this value, as JSON."""
        self._play([self._answer(status, value, headers)])

    def answer_in_turn(self, *answers: tuple[int, Any]) -> None:
        """Answer the next requests with these, each a status and a value; the last one stays."""
        if not answers or not all(isinstance(one, tuple) and len(one) == 2 for one in answers):
            raise UsageError(
                "Give each answer as a status and a value:"
                f" gateway.{self._name}.answer_in_turn((503, None), (200, {{}}))"
            )
        self._play([self._answer(status, value, ()) for status, value in answers])

    def delay(self, seconds: float) -> None:
        """Let each answer wait so long from now on; 0: no longer."""
        if not isinstance(seconds, (int, float)) or not 0 <= seconds <= MOST_DELAY_SECONDS:
            raise UsageError(f"Say a number of seconds from 0 to {MOST_DELAY_SECONDS}.")
        self._tell("delay", seconds=seconds)

    def refuse(self) -> None:
        """Listen no longer: the gateway cannot connect. `recover()` ends it."""
        self._tell("refuse")

    def recover(self) -> None:
        """Let the real service answer again, at once."""
        self._tell("recover")

    def __repr__(self) -> str:
        return f"<the service {self._name} behind the live gateway>"

    def _answer(self, status: int, value: Any, headers: Any) -> dict[str, Any]:
        if status not in _STATUSES:
            raise UsageError(f"A status is a number from 200 to 599, and not {status!r}.")
        try:
            body = json.dumps(value)
        except (TypeError, ValueError) as error:
            raise UsageError(f"A service answers JSON, and this is none: {error}.") from None
        pairs = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
        return {"status": status, "body": body, "headers": pairs}

    def _play(self, answers: list[dict[str, Any]]) -> None:
        self._tell("play", answers=answers)

    def _tell(self, what: str, **order: Any) -> dict[str, Any]:
        return self._companion.ask(f"service_{what}", name=self._name, **order)
