"""`network`: the learner's live service of the social network, asked from a notebook."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError

from workbench.jupyter.companion import Companion, CompanionError
from workbench.jupyter.exchange import NOTHING, Exchange
from workbench.jupyter.verbs import Verbs


class LiveNetwork(Verbs[Exchange]):
    """The service with every answer of yours in it, on the live social database. It is started when
    it is first asked. Options of a request are httpx's: params, json, headers."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion

    def request(self, method: str, path: str, **options: Any) -> Exchange:
        """Send a request; the exchange, which shows itself. Its status is 0 when none came back."""
        order = {"method": method, "path": path, "options": options}
        try:
            return Exchange(self._companion.ask("network_ask", **order))
        except CompanionError as error:
            return Exchange({**NOTHING, "sent": f"{method} {path}", "note": str(error)})

    @property
    def url(self) -> str:
        """Where the live service listens, for a program of your own."""
        return str(self._companion.ask("network_address")["address"])

    def configure(self, **settings: object) -> None:
        """Start the service anew with these settings, `POOL_MAX_SIZE=2` say, and the others at
        their defaults."""
        for name in settings:
            if name != name.upper():
                raise UsageError(f"Settings are written in capitals: {name.upper()}, not {name}.")
        chosen = {name: str(value) for name, value in settings.items()}
        self._companion.ask("network_configure", settings=chosen)

    def __repr__(self) -> str:
        try:
            return f"<the live service at {self.url}>"
        except CompanionError as error:
            return f"<the live service, which does not come up: {error}>"
