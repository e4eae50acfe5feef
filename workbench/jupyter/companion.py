"""The kernel's end of the companion: starts it when it is first needed, and asks it."""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import sys
from typing import Any, Protocol

from workbench.closing import Closing
from workbench.paths import root


class CompanionError(Exception):
    """The companion cannot do what it was asked: the message is for the learner."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the message, without the lines of ours that led to it."""
        return [str(self)]


class Progress(Protocol):
    """Told how many steps are done, of how many, and what comes next."""

    def __call__(self, done: int, steps: int, doing: str) -> None: ...


def _nobody(done: int, steps: int, doing: str) -> None:
    """A progress that nobody looks at."""


class Companion(Closing):
    """Asks the companion process, one request at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._numbers = itertools.count(1)

    def ask(self, do: str, **order: Any) -> dict[str, Any]:
        """Do one thing (a method of companion_process.Desk); its reply.

        Raises CompanionError with the companion's own words when it could not.
        """
        return self.follow(_nobody, do, **order)

    def follow(self, progress: Progress, do: str, /, **order: Any) -> dict[str, Any]:
        """Ask, and be told meanwhile how far it is. The companion hears of an interruption."""
        process = self._running()
        number = next(self._numbers)
        assert process.stdin is not None  # noqa: S101 - a pipe was asked for
        try:
            process.stdin.write(json.dumps({"id": number, "do": do, **order}) + "\n")
            process.stdin.flush()
            answer = self._reply(process, number, progress)
        except KeyboardInterrupt:
            with contextlib.suppress(OSError):
                process.stdin.write(json.dumps({"interrupt": number}) + "\n")
                process.stdin.flush()
            raise
        except OSError as error:
            raise CompanionError(
                f"The workbench's companion process ended ({error}). Run the cell again."
            ) from None
        if "trouble" in answer:
            raise CompanionError(answer["trouble"])
        reply: dict[str, Any] = answer["reply"]
        return reply

    def close(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
            self._process.wait()
            self._process = None

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", "workbench.jupyter.companion_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                cwd=root(),
                start_new_session=True,  # a Ctrl-C in the notebook is the kernel's
            )
            greeting = self._reply(process, 0)
            if "trouble" in greeting:
                raise CompanionError(greeting["trouble"])
        return self._process

    @staticmethod
    def _reply(
        process: subprocess.Popen[str], number: int, progress: Progress = _nobody
    ) -> dict[str, Any]:
        """The reply of that number; those of requests that were interrupted are passed over."""
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in process.stdout:
            reply: dict[str, Any] = json.loads(line)
            if reply["id"] != number:
                continue
            if "progress" not in reply:
                return reply
            progress(**reply["progress"])
        raise OSError(f"exit status {process.wait()}")
