"""What can be asked of the companion about the network's service: one method a request."""

from __future__ import annotations

from typing import Any

from workbench.jupyter.network.system import NetworkSystem


class NetworkDesk:
    """The part of companion_process.Desk that is about the network's service."""

    def __init__(self, network: NetworkSystem) -> None:
        self._network = network

    def network_ask(self, method: str, path: str, options: dict[str, Any]) -> dict[str, Any]:
        return self._network.ask(method, path, options)

    def network_address(self) -> dict[str, Any]:
        return {"address": self._network.address()}

    def network_configure(self, settings: dict[str, str]) -> dict[str, Any]:
        self._network.configure(settings)
        return {}
