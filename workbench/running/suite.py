"""A suite is a test file that an answer holds: it is run beside a system, and knows its address."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass

from workbench.running.orders import LOOPBACK
from workbench.running.runner import BARE_ENVIRON
from workbench.running.system import Stage, System
from workbench.running.tokens import TOKENS


@dataclass(frozen=True)
class SuiteRun:
    """What came of a suite.

    exit_code: pytest's (0: all passed, 1: some failed, 2 to 5: it could not be run), None when it
    had not ended in time or was killed; output: what it printed.
    """

    exit_code: int | None
    output: str


def run_suite(stage: Stage, file: str, target: System, seconds: float) -> SuiteRun:
    """Run the tests in `file` of the stage against `target`, until the first one fails.

    It runs in the stage's folder, and the only port that it reaches is a way to the target: so all
    that it can learn of the target is what the target answers. Its exit code is the answer's own
    word; one that is made up cannot tell a right target from a faulty one.
    """
    launcher = stage.runner.launcher
    with closing(stage.runner.open_way_to(target)) as way:
        environ = {
            **BARE_ENVIRON,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "SUITE": file,
            "BASE_URL": f"http://{LOOPBACK}:{way.port}",
            "ACCESS_TOKEN": TOKENS["admin"],
        }
        with launcher.open_socket() as unused:
            process = launcher.launch("suite", stage.folder, environ, [way.port], unused)
        code = process.wait_ended(seconds)
    return SuiteRun(code, process.output.text.replace(str(stage.folder) + os.sep, ""))
