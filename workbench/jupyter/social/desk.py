"""What can be asked of the companion about the live social database: one method a request."""

from __future__ import annotations

from typing import Any

from workbench.jupyter.request import Request
from workbench.jupyter.social.system import SocialSystem


class SocialDesk:
    """The part of companion_process.Desk that is about the social database."""

    #: The one that is being worked on.
    request: Request

    def __init__(self, social: SocialSystem) -> None:
        self._social = social

    def social_ready(self) -> dict[str, Any]:
        return self._social.ready()

    def social_run(self, text: str, parameters: Any = ()) -> dict[str, Any]:
        return self._social.run(text, parameters)

    def social_explain(self, text: str, parameters: Any = ()) -> dict[str, Any]:
        return self._social.explain(text, parameters)

    def social_query(self, name: str) -> dict[str, Any]:
        return {"text": self._social.query(name)}

    def social_load(self, size: str) -> dict[str, Any]:
        return self._social.load(size, self.request)

    def social_address(self) -> dict[str, Any]:
        return {"address": self._social.address()}

    def social_reset(self) -> dict[str, Any]:
        self._social.reset()
        return {}
