"""The learner's live service of the social network, on the live social database."""

from __future__ import annotations

import contextlib
from contextlib import ExitStack
from typing import Any

from workbench.checking.http import Client
from workbench.closing import Closing
from workbench.course import Course
from workbench.jupyter.answers import Answers
from workbench.jupyter.exchange_data import exchange_data
from workbench.jupyter.live import Live
from workbench.jupyter.social.system import SocialSystem
from workbench.running.runner import Runner
from workbench.running.social import add_service_parts
from workbench.running.system import NotReady, System


class NetworkSystem(Closing):
    """Starts the service when it is first asked; and again, at the same address, after an answer, a
    setting, or the live database has changed."""

    def __init__(self, runner: Runner, course: Course, live: Live, social: SocialSystem) -> None:
        self._runner, self._course, self._live, self._social = runner, course, live, social
        self._settings: dict[str, str] = {}
        self._running: System | None = None
        self._held = ExitStack()  # what belongs to the service that runs
        self._port = 0
        self._prepared: set[str] = set()  # databases that have what the service needs
        self._trouble: str | None = None  # why it does not come up: it is not tried twice

    def swap(self) -> None:
        """An answer has changed: start anew, if it runs."""
        runs = self._running is not None
        self._stop()
        if runs:
            with contextlib.suppress(NotReady):  # whoever asks next is told
                self._ready()

    def configure(self, settings: dict[str, str]) -> None:
        """Go on with these settings over the usual ones. Raises NotReady when it does not come up
        with them."""
        self._settings = dict(settings)
        self._stop()
        self._ready()

    def address(self) -> str:
        return self._ready().base_url

    def ask(self, method: str, path: str, options: dict[str, Any]) -> dict[str, Any]:
        """Send one request: the exchange as JSON data. Raises NotReady; CheckFailed when it is not
        answered."""
        system = self._ready()
        printed = len(system.output)
        with Client(system) as client:
            reply = client.request(method, path, **options)
        return {**exchange_data(reply), "log": system.output[printed:], "note": ""}

    def close(self) -> None:
        self._stop()

    def _ready(self) -> System:
        """The service that runs. Raises NotReady."""
        database = self._social.database()
        if self._running is not None and not (
            self._running.alive and self._running.database == database
        ):
            self._stop()
        if self._trouble is not None:
            raise NotReady(self._trouble)
        if self._running is None:
            try:
                self._running = self._start(database)
            except NotReady as error:
                self._held.close()
                self._trouble = str(error)
                raise
            self._port = self._running.port
        return self._running

    def _start(self, database: str) -> System:
        tenant = self._live.tenant
        texts = Answers().texts(self._course)
        stage = self._held.enter_context(self._runner.stage(texts, tenant))
        if database not in self._prepared:
            add_service_parts(stage, database)
            self._prepared.add(database)

        def start(port: int) -> System:
            return stage.start(database, port, self._settings, "social")

        try:
            system = start(self._port)
        except OSError:  # somebody took the port meanwhile
            system = start(0)
        self._held.callback(system.close, keep_database=True)
        return system

    def _stop(self) -> None:
        self._held.close()
        self._running = self._trouble = None
