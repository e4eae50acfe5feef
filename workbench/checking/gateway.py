"""The Gateway: what a check of the gateway gets, with the services behind it in its hands."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import jwt

from workbench.checking.app import App
from workbench.checking.http import Reply
from workbench.checking.upstream import Upstream
from workbench.running.clock import Clock
from workbench.running.system import Stage

#: The services that a gateway is told of, each by the setting <NAME>_URL.
SERVICES = ("users", "orders", "products")

#: What tokens are signed with and say. A gateway lives for one check, so this is no secret.
KEY = "the-key-of-the-workbench-is-long-enough"
AUDIENCE, ISSUER = "gateway", "accounts"

TOKEN_SECONDS = 600


class Gateway(App):
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
                name: stack.enter_context(Upstream(stage.runner.launcher.listen()))
                for name in SERVICES
            }
            clock = stack.enter_context(Clock(stage.folder))
            own = {f"{name.upper()}_URL": service.url for name, service in services.items()}
            chosen = {"JWT_KEY": KEY, "JWT_AUDIENCE": AUDIENCE, "JWT_ISSUER": ISSUER}
            environ = {**chosen, **own, **settings}
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
            services = [getattr(self, name) for name in SERVICES]
            system = self._stage.start(
                self.system.database,
                settings=self._settings,
                action="gateway",
                upstreams=[service.port for service in services],
                clock=self.clock.path,
            )
            twin = Gateway(system, self._stage, self._settings)
            twin.users, twin.orders, twin.products = services
            twin.clock, twin._held = self.clock, ExitStack()  # they are the first one's to close
            self._twin = twin
        assert isinstance(self._twin, Gateway)  # noqa: S101 - nothing else is put there
        return self._twin

    def token(
        self, subject: str, role: str = "user", *, key: str = KEY, algorithm: str = "HS256",
        headers: Mapping[str, Any] | None = None, **claims: Any,
    ) -> str:  # fmt: skip
        """A token of that user. claims: in the place of the usual ones, None for none of them."""
        now = int(time.time())
        usual = {
            "sub": subject, "role": role, "typ": "access", "aud": AUDIENCE, "iss": ISSUER,
            "iat": now, "exp": now + TOKEN_SECONDS,
        }  # fmt: skip
        said = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode(said, key, algorithm, headers=dict(headers or {}))

    def request(
        self, method: str, path: str, *, token: str | None = None, role: str | None = None,
        **options: Any,
    ) -> Reply:  # fmt: skip
        """Send one request, see Client.request.

        path: goes on the wire as it is, with no dot or quote changed. token: is sent as a bearer
        token; an Authorization among the headers counts instead.
        """
        headers = list(_pairs(options.pop("headers", None)))
        if token is not None and "authorization" not in {name.lower() for name, _ in headers}:
            headers.append(("Authorization", f"Bearer {token}"))
        if "params" not in options:
            options["extensions"] = {"target": path.encode("ascii")}
            path = "/"
        return super().request(method, path, role=role, headers=headers, **options)

    @contextmanager
    def _beside(self, texts: Mapping[str, str], settings: Mapping[str, str]) -> Iterator[Gateway]:
        """A gateway with these texts laid over the reference, before this one's services and on the
        same Redis. Its clock is its own."""
        services = [getattr(self, name) for name in SERVICES]
        with (
            self._stage.runner.stage(texts, self._stage.tenant) as stage,
            Clock(stage.folder) as clock,
        ):
            system = stage.start(
                self.system.database,
                settings={**self._settings, **settings},
                action="gateway",
                upstreams=[service.port for service in services],
                clock=clock.path,
            )
            app = Gateway(system, stage, self._settings)
            app.users, app.orders, app.products = services
            app.clock, app._held = clock, ExitStack()  # they are this one's to close
            self._others.append(app)
            try:
                yield app
            finally:
                self._others.remove(app)
                app.close()
                app.system.close(keep_database=True)

    def close(self) -> None:
        # First, or a gateway that is told to end would wait for answers that nobody gives.
        self._held.close()
        super().close()


def _pairs(headers: Any) -> list[tuple[str, str]]:
    return list(headers.items()) if isinstance(headers, Mapping) else list(headers or ())
