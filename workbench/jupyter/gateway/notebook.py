"""`gateway`: the learner's live gateway, asked from a notebook, with its services at hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from IPython.core.error import UsageError

from workbench.jupyter import demo_people
from workbench.jupyter.companion import Companion, CompanionError
from workbench.jupyter.exchange import NOTHING
from workbench.jupyter.gateway.reply import GatewayReply, Together, as_line
from workbench.jupyter.gateway.service import GatewayService
from workbench.jupyter.verbs import Verbs

#: Requests that are sent at once.
MOST_TOGETHER = 100

_OPTIONS = ("token", "headers", "json", "content", "params", "role")


class LiveGateway(Verbs[GatewayReply]):
    """The gateway with every answer of yours in it. It is started when it is first asked.

    `gateway.users`, `gateway.orders` and `gateway.products` are the services behind it. ADA, BOB
    and EVE are the ids of the users that there are.
    """

    ADA, BOB, EVE = demo_people.ADA, demo_people.BOB, demo_people.EVE

    def __init__(self, companion: Companion) -> None:
        self._companion = companion
        self.users = GatewayService(companion, "users")
        self.orders = GatewayService(companion, "orders")
        self.products = GatewayService(companion, "products")

    def request(self, method: str, path: str, **options: Any) -> GatewayReply:
        """Send a request; the reply, which shows itself. Its status is 0 when none came back.

        token: whose request it is, see `token`; headers, json, params; content: a body as text or
        bytes; role: sends the catalog's own token of that role, which the catalog asks for where
        it changes anything.
        """
        return self._send([_as_request(method, path, options)])[0]

    def together(self, paths: Sequence[str], **options: Any) -> Together:
        """Send a GET for each path, all at once, with the same options: the replies."""
        if isinstance(paths, str) or not 1 <= len(paths) <= MOST_TOGETHER:
            raise UsageError(f"Give a list of 1 to {MOST_TOGETHER} paths.")
        return self._send([_as_request("GET", path, dict(options)) for path in paths])

    def token(self, subject: str, role: str = "user", **claims: Any) -> str:
        """A token that the gateway believes: that user's, in that role, for ten minutes.

        claims: in the place of the usual ones, None for none of them. key and algorithm: to sign
        it in another way than the gateway expects.
        """
        order = {"subject": subject, "role": role, "options": claims}
        return str(self._companion.ask("gateway_token", **order)["token"])

    @property
    def url(self) -> str:
        """Where the live gateway listens, for a browser."""
        return str(self._companion.ask("gateway_address")["address"])

    def configure(self, **settings: object) -> None:
        """Start the gateway anew with these settings, `RETRY_ATTEMPTS=1` say, and the others at
        their defaults. Circuits are closed, and nothing counts for a rate limit any more."""
        for name in settings:
            if name != name.upper():
                raise UsageError(f"Settings are written in capitals: {name.upper()}, not {name}.")
        chosen = {name: str(value) for name, value in settings.items()}
        self._companion.ask("gateway_configure", settings=chosen)

    def wait(self, seconds: float) -> None:
        """Move the clock by which circuits stay open. It stands still otherwise."""
        if not isinstance(seconds, (int, float)) or not seconds >= 0:
            raise UsageError("Say how many seconds are to go by: gateway.wait(30)")
        self._companion.ask("gateway_wait", seconds=seconds)

    def forget(self) -> None:
        """Begin anew to keep what each service is asked."""
        self._companion.ask("gateway_forget")

    def __repr__(self) -> str:
        try:
            return f"<the live gateway at {self.url}>"
        except CompanionError as error:
            return f"<the live gateway, which does not come up: {error}>"

    def _send(self, requests: list[dict[str, Any]]) -> Together:
        try:
            done = self._companion.ask("gateway_ask", requests=requests)
        except CompanionError as error:
            troubles = [{"trouble": str(error)}] * len(requests)
            done = {"replies": troubles, "asked": [], "log": "", "note": ""}
        alone = len(requests) == 1
        beside = {key: done[key] for key in ("asked", "log", "note")}
        shown = beside if alone else {"asked": [], "log": "", "note": done["note"]}
        replies = []
        for request, data in zip(requests, done["replies"], strict=True):
            if "trouble" in data:
                sent = f"{request['method']} {request['path']}"
                data = {**NOTHING, "sent": sent, **shown, "note": data["trouble"]}
            replies.append(GatewayReply({**shown, **data}))
        return Together(replies, [as_line(one) for one in done["asked"]], done["log"])


def _as_request(method: str, path: str, options: dict[str, Any]) -> dict[str, Any]:
    """A request as the companion takes it. Raises UsageError."""
    if not isinstance(path, str) or not path.startswith("/"):
        raise UsageError(
            f"A path begins with a slash, as in '/api/v1/products': {path!r} does not."
        )
    if not path.isascii():
        raise UsageError("A path has ASCII characters only: use urllib.parse.quote for others.")
    if unknown := options.keys() - set(_OPTIONS):
        raise UsageError(
            f"There is no option {', '.join(sorted(unknown))}; there are {', '.join(_OPTIONS)}."
        )
    content = options.get("content")
    if content is not None:
        raw = content.encode() if isinstance(content, str) else content
        options = {**options, "content": raw.decode("latin-1")}  # it travels as JSON
    return {"method": method, "path": path, **options}
