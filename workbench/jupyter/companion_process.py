"""The companion: the process beside a kernel that holds the runner.

The kernel runs the learner's code, so nothing is judged there. Requests and replies are lines of
JSON on stdin and stdout: {"id", "do", ...}, then {"id", "reply"} or {"id", "trouble"}, and before
that {"id", "progress"} any number of times. {"interrupt": id} says that a reply is not wanted any
more; the request gets one all the same. It ends when stdin closes.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from workbench.bench.choose import provider_from
from workbench.bench.provider import BenchError
from workbench.checking.failure import CheckFailed
from workbench.course import Course, load_course
from workbench.grading.engine import OUR_FAULTS, Engine
from workbench.jupyter.gateway.desk import GatewayDesk
from workbench.jupyter.gateway.system import GatewaySystem
from workbench.jupyter.live import Live
from workbench.jupyter.network.desk import NetworkDesk
from workbench.jupyter.network.system import NetworkSystem
from workbench.jupyter.request import Interrupted, Requests
from workbench.jupyter.social.desk import SocialDesk
from workbench.jupyter.social.system import SocialSystem
from workbench.paths import work_dir
from workbench.running.launcher import Launcher
from workbench.running.runner import Runner
from workbench.running.system import NotReady


class Desk(GatewayDesk, SocialDesk, NetworkDesk):
    """What can be asked of the companion: one method a request."""

    def __init__(
        self,
        course: Course,
        engine: Engine,
        live: Live,
        gateway: GatewaySystem,
        social: SocialSystem,
        network: NetworkSystem,
    ) -> None:
        GatewayDesk.__init__(self, gateway)
        SocialDesk.__init__(self, social)
        NetworkDesk.__init__(self, network)
        self._course, self._engine, self._live = course, engine, live

    def check(self, exercise: str, answer: str) -> dict[str, Any]:
        return self._engine.grade(self._course.exercise(exercise), answer).as_json()

    def swap(self) -> dict[str, Any]:
        folder = self._live.swap()
        self._gateway.swap()
        self._social.swap()
        self._network.swap()
        return {"folder": str(folder)}

    def ask(self, method: str, path: str, options: dict[str, Any]) -> dict[str, Any]:
        return self._live.ask(method, path, options)

    def address(self) -> dict[str, Any]:
        return {"address": self._live.address()}

    def configure(self, settings: dict[str, str]) -> dict[str, Any]:
        self._live.configure(settings)
        return {}

    def reset(self) -> dict[str, Any]:
        self._live.reset()
        return {}


def main() -> int:
    """Serve requests until stdin closes; the exit status."""
    # Replies go to the original stdout; whatever a library prints goes to stderr.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    with ExitStack() as stack:
        launcher = stack.enter_context(Launcher())  # first, since it loads while the bench starts
        try:
            lease = stack.enter_context(provider_from(os.environ, work_dir() / "bench").acquire())
        except BenchError as error:
            print(json.dumps({"id": 0, "trouble": str(error)}), file=replies)
            return 1
        course = load_course()
        runner = stack.enter_context(Runner(lease.services, launcher=launcher, spare=True))
        live = stack.enter_context(Live(runner, course))
        gateway = stack.enter_context(GatewaySystem(runner, course, live))
        social = stack.enter_context(SocialSystem(runner, course, live))
        network = stack.enter_context(NetworkSystem(runner, course, live, social))
        launcher.warm_up()
        desk = Desk(course, Engine(runner), live, gateway, social, network)

        def send(line: dict[str, Any]) -> None:
            print(json.dumps(line), file=replies)

        send({"id": 0})
        # Not sys.stdin, whose lock a thread that reads would hold while Python ends.
        for order, desk.request in Requests(open(0, encoding="utf-8", closefd=False), send):  # noqa: SIM115
            method = getattr(desk, order.pop("do"))
            send({"id": desk.request.number, **_answer(method, order)})
    return 0


def _answer(method: Callable[..., dict[str, Any]], order: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"reply": method(**order)}
    except (CheckFailed, Interrupted, NotReady, *OUR_FAULTS) as error:
        return {"trouble": str(error)}
    except Exception:  # noqa: BLE001 - one odd request must not take the learner's system down
        return {"trouble": traceback.format_exc()}


if __name__ == "__main__":
    sys.exit(main())
