"""The learner's live gateway: the reference's with every current answer laid over it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import Any

import redis

from workbench.checking.failure import CheckFailed
from workbench.checking.gateway_client import TOKEN_SETTINGS, GatewayClient
from workbench.closing import Closing
from workbench.course import Course
from workbench.jupyter.answers import Answers
from workbench.jupyter.exchange_data import exchange_data
from workbench.jupyter.gateway.live_services import LiveServices
from workbench.jupyter.live import Live
from workbench.running.clock import Clock
from workbench.running.runner import Runner
from workbench.running.system import NotReady, System


class GatewaySystem(Closing):
    """Starts the gateway, and the services behind it, when it is first asked; and the gateway again
    after an answer or a setting has changed, at the same address.
    """

    def __init__(self, runner: Runner, course: Course, live: Live) -> None:
        self._runner, self._course, self._live = runner, course, live
        self._settings: dict[str, str] = {}
        self._services: LiveServices | None = None
        self._running: tuple[System, Clock] | None = None
        self._held = ExitStack()  # what belongs to the gateway that runs
        self._port = 0
        self._note = ""
        self._trouble: str | None = None  # why it does not come up: it is not tried twice

    @property
    def services(self) -> LiveServices:
        """What stands behind the gateway; started with the first request for it."""
        if self._services is None:
            self._services = LiveServices(self._runner, self._live.tenant)
        return self._services

    def swap(self) -> None:
        """An answer has changed: start anew, if it runs."""
        runs = self._running is not None
        self._stop()
        if runs:
            with contextlib.suppress(NotReady):  # whoever asks next is told
                self._ready()

    def configure(self, settings: dict[str, str]) -> None:
        """Go on with these settings over the usual ones, and with an empty Redis: what was counted
        for rate limits is forgotten. Raises NotReady when it does not come up with them."""
        self._settings = dict(settings)
        self._stop()
        with redis.Redis.from_url(self._runner.tenancy.redis_url(self._live.tenant)) as client:
            client.flushdb()
        self._ready()

    def wait(self, seconds: float) -> None:
        """Advance the clock of the circuits."""
        _, clock = self._ready()
        clock.advance(seconds)

    def address(self) -> str:
        return self._ready()[0].base_url

    def ask(self, requests: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Send requests, all at once: {"replies": exchanges, "asked": what reached the services,
        "log", "note"}.

        requests: the arguments of GatewayClient.request. One that is not answered has a "trouble"
        in the place of an exchange. Raises NotReady.
        """
        system, _ = self._ready()
        before, printed = self.services.counts(), len(system.output)
        with GatewayClient(system) as client, ThreadPoolExecutor(len(requests)) as threads:
            barrier = Barrier(len(requests))

            def send(request: dict[str, Any]) -> dict[str, Any]:
                barrier.wait()
                try:
                    return exchange_data(client.request(**request))
                except CheckFailed as failure:
                    return {"trouble": failure.message}

            replies = list(threads.map(send, requests))
        asked, log = self.services.kept_since(before), system.output[printed:]
        return {"replies": replies, "asked": asked, "log": log, "note": self._note}

    def close(self) -> None:
        self._stop()
        if self._services is not None:
            self._services.close()

    def _ready(self) -> tuple[System, Clock]:
        """The gateway that runs, and its clock; the catalog runs as well, or the note says why it
        does not. Raises NotReady."""
        try:
            self.services.set_catalog(self._live.address())
            self._note = ""
        except NotReady as error:
            self.services.set_catalog(None)
            self._note = f"Your catalog does not come up, so nobody answers for products: {error}"
        if self._running is not None and not self._running[0].alive:
            self._stop()
        if self._trouble is not None:
            raise NotReady(self._trouble)
        if self._running is None:
            try:
                self._running = self._start()
            except NotReady as error:
                self._held.close()
                self._trouble = str(error)
                raise
            self._port = self._running[0].port
        return self._running

    def _start(self) -> tuple[System, Clock]:
        services, tenant = self.services, self._live.tenant
        texts = Answers().texts(self._course)
        stage = self._held.enter_context(self._runner.stage(texts, tenant))
        clock = self._held.enter_context(Clock(stage.folder))
        settings = {**TOKEN_SETTINGS, **services.addresses, **self._settings}

        def start(port: int) -> System:
            return stage.start(
                services.database, port, settings, "gateway", services.ports, clock.path
            )

        try:
            system = start(self._port)
        except OSError:  # somebody took the port meanwhile
            system = start(0)
        self._held.callback(system.close, keep_database=True)
        return system, clock

    def _stop(self) -> None:
        self._held.close()
        self._running = self._trouble = None
