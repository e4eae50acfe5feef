"""What can be asked of the companion about the live gateway: one method a request."""

from __future__ import annotations

from typing import Any

from workbench.checking.gateway_client import make_token
from workbench.checking.upstream import Answer
from workbench.jupyter.gateway.live_service import LiveService
from workbench.jupyter.gateway.system import GatewaySystem


class GatewayDesk:
    """The part of companion_process.Desk that is about the gateway and its services."""

    def __init__(self, gateway: GatewaySystem) -> None:
        self._gateway = gateway

    def gateway_ask(self, requests: list[dict[str, Any]]) -> dict[str, Any]:
        for request in requests:
            if "content" in request:  # see gateway.py
                request["content"] = request["content"].encode("latin-1")
        return self._gateway.ask(requests)

    def gateway_address(self) -> dict[str, Any]:
        return {"address": self._gateway.address()}

    def gateway_configure(self, settings: dict[str, str]) -> dict[str, Any]:
        self._gateway.configure(settings)
        return {}

    def gateway_wait(self, seconds: float) -> dict[str, Any]:
        self._gateway.wait(seconds)
        return {}

    def gateway_forget(self) -> dict[str, Any]:
        self._gateway.services.forget()
        return {}

    def gateway_token(self, subject: str, role: str, options: dict[str, Any]) -> dict[str, Any]:
        return {"token": make_token(subject, role, **options)}

    def service_asked(self, name: str) -> dict[str, Any]:
        asked = [one.asked for one in self._service(name).kept]
        return {
            "asked": [
                {"method": one.method, "target": one.target, "headers": list(one.headers),
                 "body": one.body.decode("latin-1")}
                for one in asked
            ]
        }  # fmt: skip

    def service_play(self, name: str, answers: list[dict[str, Any]]) -> dict[str, Any]:
        self._service(name).play([_answer(**one) for one in answers])
        return {}

    def service_delay(self, name: str, seconds: float) -> dict[str, Any]:
        self._service(name).delay(seconds)
        return {}

    def service_refuse(self, name: str) -> dict[str, Any]:
        self._service(name).refuse()
        return {}

    def service_recover(self, name: str) -> dict[str, Any]:
        self._service(name).recover()
        return {}

    def _service(self, name: str) -> LiveService:
        return self._gateway.services[name]


def _answer(status: int, body: str, headers: list[tuple[str, str]]) -> Answer:
    pairs = [(name, value) for name, value in headers]
    if "content-type" not in {name.lower() for name, _ in pairs}:
        pairs.insert(0, ("content-type", "application/json"))
    return Answer(status, body.encode(), pairs)
