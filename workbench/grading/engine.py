"""The engine: grades one answer by running its checks against the systems that it makes."""

from __future__ import annotations

import threading
import time
import traceback
from dataclasses import replace

import psycopg2
import redis

from workbench.bench.provider import BenchError
from workbench.checking.app import App
from workbench.checking.check import Check, Scene, load_checks
from workbench.checking.failure import CheckFailed
from workbench.checking.http import shorten
from workbench.checking.tracebacks import own_frames
from workbench.closing import Closing
from workbench.course import Exercise
from workbench.grading.result import CheckResult, CheckStatus, ExerciseResult
from workbench.running.launcher import LauncherError
from workbench.running.runner import Runner
from workbench.running.system import NotReady, Stage

#: Wall-clock seconds for all checks of one answer together.
TOTAL_SECONDS = 180.0

#: What breaks when the bench or the runner breaks: never the answer's fault.
OUR_FAULTS = (BenchError, LauncherError, psycopg2.Error, redis.RedisError, OSError)


class Engine(Closing):
    """Grades answers, one after another, on the services of a bench."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    def grade(self, exercise: Exercise, answer: str) -> ExerciseResult:
        """Every check's verdict on this text as the exercise's part.

        Never raises for what an answer does; a fault of ours gives a withheld result.
        """
        checks = load_checks(exercise.checks_file)
        started = time.monotonic()
        try:
            with self._runner.stage({exercise.replaces: answer}) as stage:
                verdicts = _Grading(self._runner, stage, started + TOTAL_SECONDS).run(checks)
        except OUR_FAULTS as error:
            reason = f"The bench failed: {error} Run `workbench doctor`, then grade again."
            verdicts = [_verdict(check, "error", reason) for check in checks]
        reason = next((one.message for one in verdicts if one.status == "error"), "")
        return ExerciseResult(
            exercise.id,
            "withheld" if reason else "graded",
            tuple(verdicts),
            reason,
            round(time.monotonic() - started, 3),
        )

    def close(self) -> None:
        self._runner.close()


class _Grading:
    """The grading of one answer: its systems, and the verdicts so far."""

    def __init__(self, runner: Runner, stage: Stage, deadline: float) -> None:
        self._runner, self._stage, self._deadline = runner, stage, deadline
        self._scenes: dict[Scene, App] = {}

    def run(self, checks: tuple[Check, ...]) -> list[CheckResult]:
        verdicts: dict[Check, CheckResult] = {}
        try:
            for check in checks:
                before = verdicts.get(check.after) if check.after else None
                if before is not None and before.status != "passed":
                    message = f"Skipped: it builds on “{before.title}”."
                    verdicts[check] = _verdict(check, "skipped", message)
                else:
                    verdicts[check] = self._judge(check)
        finally:
            for app in self._scenes.values():
                _leave(app)
        return list(verdicts.values())

    def _judge(self, check: Check) -> CheckResult:
        """One check's verdict; a failure counts only while the bench is in order."""
        try:
            self._perform(check)
        except (CheckFailed, NotReady) as failure:
            trouble = self._runner.tenancy.healthy()
            if trouble:
                return _verdict(check, "error", f"{trouble} The answer is graded again.")
            return _failed(check, failure)
        except OUR_FAULTS:
            raise
        except Exception:  # noqa: BLE001 - a check that breaks is our error, and must not end the run
            return _verdict(check, "error", f"The check itself broke.\n{traceback.format_exc()}")
        return _verdict(check, "passed")

    def _perform(self, check: Check) -> None:
        seconds = min(check.seconds, self._deadline - time.monotonic())
        if seconds <= 0:
            raise CheckFailed(
                expected=f"all checks together take at most {TOTAL_SECONDS:.0f} s",
                got="the time is used up",
                look="whatever made the checks before this one slow",
            )
        app = self._app(check.on)
        late = threading.Event()

        def end() -> None:
            late.set()
            app.system.kill()

        watchdog = threading.Timer(seconds, end)
        watchdog.start()
        try:
            check.function(app)
        except CheckFailed as failure:
            if late.is_set():
                failure = CheckFailed(
                    expected=f"the system answers this check within {seconds:.0f} s",
                    got="it was still at work, and was ended",
                    sent=failure.sent,
                    look="a loop that does not end, or a lock that is waited for",
                )
            failure.statements = app.last_statements
            failure.log = shorten(own_frames(app.last_log.strip()), 1500, tail=True)
            raise failure from None
        finally:
            watchdog.cancel()
            if check.on is None:
                _leave(app)

    def _app(self, scene: Scene | None) -> App:
        """A fresh system, or the running one of the scene. Raises NotReady."""
        if scene is None:
            return App(self._stage.start())
        app = self._scenes.get(scene)
        if app is not None and app.system.alive:
            return app
        if app is not None:
            _leave(app)
        app = self._scenes[scene] = App(self._stage.start())
        scene(app)
        return app


def _leave(app: App) -> None:
    app.close()
    app.system.close()


def _verdict(check: Check, status: CheckStatus, message: str = "") -> CheckResult:
    name = check.id
    return CheckResult(name, check.title, check.points, check.hidden, status, message)


def _failed(check: Check, failure: CheckFailed | NotReady) -> CheckResult:
    if isinstance(failure, NotReady):
        failure = CheckFailed(
            expected="your file works as part of the system",
            got=str(failure),
            look="the last line above: it names the error, the lines before it name the place",
        )
    details = failure.details
    if failure.statements:
        details["sql"] = "\n".join(shorten(one.text, 400) for one in failure.statements[:5])
    return replace(_verdict(check, "failed", failure.message), details=details)
