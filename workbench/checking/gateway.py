"""The Gateway: what a check of the gateway gets, with the services behind it in its hands."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from workbench.checking.app import App
from workbench.checking.gateway_client import TOKEN_SETTINGS, GatewayClient
from workbench.checking.upstream import Upstream
from workbench.running.clock import Clock
from workbench.running.system import Stage

#: The services that a gateway is told of, each by the setting <NAME>_URL.
SERVICES = ("users", "orders", "products")


class Gateway(GatewayClient, App):
    """A running gateway: `app.users`, `app.orders`, `app.products` are services that the check
    plays, and `app.clock` is the clock by which circuits stay open: it stands still until the check
    advances it.
    """

    users: Upstream
    orders: Upstream
    products: Upstream
    clock: Clock

    @classmethod
    def start(cls, stage: Stage, settings: Mapping[str, str]) -> Gateway:
        """Start a gateway with these settings, and its services. Raises NotReady as Stage.start."""
        with ExitStack() as stack:
            services = {
                name: stack.enter_context(Upstream(stage.runner.launcher.listen(), name))
                for name in SERVICES
            }
            clock = stack.enter_context(Clock(stage.folder))
            own = {f"{name.upper()}_URL": service.url for name, service in services.items()}
            environ = {**TOKEN_SETTINGS, **own, **settings}
            system = stage.start(
                settings=environ,
                action="gateway",
                upstreams=[service.port for service in services.values()],
                clock=clock.path,
            )
            app = cls(system, stage, environ)
            app.users, app.orders, app.products = (services[name] for name in SERVICES)
            app.clock = clock
            app._held = stack.pop_all()
        return app

    _held: ExitStack

    @property
    def twin(self) -> Gateway:
        """A second process of the same gateway, before the same services and on the same Redis."""
        if self._twin is None:
            self._twin = self._another(self._stage, self._settings)
        assert isinstance(self._twin, Gateway)  # noqa: S101 - nothing else is put there
        return self._twin

    def _another(self, stage: Stage, settings: Mapping[str, str]) -> Gateway:
        """One more process, before the services and with the clock of this one."""
        services = [getattr(self, name) for name in SERVICES]
        system = stage.start(
            self.system.database,
            settings={**self._settings, **settings},
            action="gateway",
            upstreams=[service.port for service in services],
            clock=self.clock.path,
        )
        other = Gateway(system, stage, self._settings)
        other.users, other.orders, other.products = services
        other.clock, other._held = self.clock, ExitStack()  # they are the first one's to close
        return other

    def close(self) -> None:
        # First, or a gateway that is told to end would wait for answers that nobody gives.
        self._held.close()
        super().close()
