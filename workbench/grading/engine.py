"""The engine: grades one answer by running its checks against the systems that it makes."""

from __future__ import annotations

import platform
import threading
import time
import traceback
from collections.abc import Collection
from dataclasses import replace

import psycopg2
import redis

from workbench.bench.provider import BenchError
from workbench.bench.relief import MOST_LOCKS
from workbench.checking.app import App
from workbench.checking.check import (
    Check,
    Program,
    Scene,
    load_checks,
    with_what_they_build_on,
)
from workbench.checking.failure import CheckFailed
from workbench.checking.gateway import Gateway
from workbench.checking.http import shorten
from workbench.checking.social import Social
from workbench.checking.social_service import SocialService
from workbench.checking.tracebacks import own_frames
from workbench.closing import Closing
from workbench.course import Exercise
from workbench.grading.result import CheckResult, CheckStatus, ExerciseResult
from workbench.grading.withholding import withheld
from workbench.running.launcher import LauncherError
from workbench.running.runner import Runner
from workbench.running.sandbox.level import Level, holds
from workbench.running.system import NotReady, Stage

#: Environment variables that a check chooses for its system.
Settings = tuple[tuple[str, str], ...]

#: What a check is given.
Subject = App | Social

#: What to do about a grade that was withheld.
NEXT_STEP = "Run `workbench doctor`, then grade again."

#: Wall-clock seconds for all checks of one answer together.
TOTAL_SECONDS = 300.0

#: What breaks when the bench or the runner breaks: never the answer's fault.
OUR_FAULTS = (BenchError, LauncherError, psycopg2.Error, redis.RedisError, OSError)


class Engine(Closing):
    """Grades answers, one after another, on the services of a bench."""

    def __init__(self, runner: Runner, *, require_sandbox: str = "") -> None:
        """require_sandbox: the weakest level (see running/sandbox/level.py) at which to grade."""
        self._runner, self._required = runner, require_sandbox

    def grade(
        self, exercise: Exercise, answer: str, only: Collection[str] | None = None
    ) -> ExerciseResult:
        """Every check's verdict on this text as the exercise's part.

        only: ids of the checks that are run, with those that they build on; the points are theirs.

        Never raises for what an answer does; a fault of ours, or a sandbox that is too weak, gives
        a withheld result.
        """
        checks = load_checks(exercise.checks_file)
        if only is not None:
            checks = with_what_they_build_on(checks, only)
        started = time.monotonic()
        try:
            level = self._runner.sandbox
            if not holds(level.name, self._required):
                return withheld(exercise, _too_weak(level, self._required), level.name)
            with self._runner.stage({exercise.replaces: answer}) as stage:
                verdicts = _Grading(self._runner, stage, started + TOTAL_SECONDS).run(checks)
        except OUR_FAULTS as error:
            trouble = f"The bench failed: {str(error).strip()}"
            return withheld(exercise, f"{trouble} {NEXT_STEP}")
        reason = next((one.message for one in verdicts if one.status == "error"), "")
        return ExerciseResult(
            exercise.id,
            "withheld" if reason else "graded",
            tuple(verdicts),
            reason,
            round(time.monotonic() - started, 3),
            sandbox=level.name,
        )

    def close(self) -> None:
        self._runner.close()


class _Grading:
    """The grading of one answer: its systems, and the verdicts so far."""

    def __init__(self, runner: Runner, stage: Stage, deadline: float) -> None:
        self._runner, self._stage, self._deadline = runner, stage, deadline
        self._scenes: dict[tuple[Scene, Settings, Program], Subject] = {}

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
            if trouble and self._runner.tenancy.relieve():
                return _failed(check, _too_many_locks())
            if trouble:
                return _verdict(check, "error", f"{trouble} The answer is graded again.")
            return _failed(check, failure)
        except OUR_FAULTS:
            if self._runner.tenancy.relieve():
                return _failed(check, _too_many_locks())
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
        scene = (check.on, check.settings, check.runs) if check.on else None
        app = self._running(scene)
        prepared = app is not None
        if app is None:
            app = self._start(check)
        late = threading.Event()

        def end(app: Subject = app) -> None:
            late.set()
            app.kill()

        watchdog = threading.Timer(seconds, end)
        watchdog.start()
        try:
            if scene and not prepared:
                scene[0](app)
                self._scenes[scene] = app
            check.function(app)
        except CheckFailed as failure:
            if fault := app.system.fault:
                raise BenchError(fault) from failure
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
            watchdog.join()  # if it is ending the system, the next check must not meet that one
            if app not in self._scenes.values():
                _leave(app)

    def _running(self, scene: tuple[Scene, Settings, Program] | None) -> Subject | None:
        """The system of the scene, if it was prepared and is alive."""
        app = self._scenes.get(scene) if scene else None
        if scene is None or app is None or app.system.alive:
            return app
        del self._scenes[scene]
        _leave(app)
        return None

    def _start(self, check: Check) -> Subject:
        if check.runs == "social":
            return Social.start(self._stage)
        environ = dict(check.settings)
        if check.runs == "gateway":
            return Gateway.start(self._stage, environ)
        if check.runs == "social_service":
            return SocialService.start(self._stage, environ)
        system = self._stage.start(settings=environ)
        return App(system, self._stage, environ)


def _leave(app: Subject) -> None:
    app.close()
    app.system.close()


def _too_many_locks() -> CheckFailed:
    return CheckFailed(
        expected=f"a session holds at most {MOST_LOCKS} locks at a time",
        got="so many that nobody else got one, and was ended",
        look="locks that are taken for each row, or in a loop, and kept",
    )


def _too_weak(level: Level, required: str) -> str:
    return (
        f"Nothing was run: the sandbox of {platform.node() or 'this machine'} is at the level"
        f" `{level.name}`, and `{required}` is required. {level.reason}"
    )


def _verdict(check: Check, status: CheckStatus, message: str = "") -> CheckResult:
    name = check.id
    return CheckResult(name, check.title, check.points, check.hidden, status, message)


def _failed(check: Check, failure: CheckFailed | NotReady) -> CheckResult:
    if isinstance(failure, NotReady):
        failure = CheckFailed(
            expected="your file works as part of the system",
            got=str(failure),
            look=failure.look,
        )
    details = failure.details
    if failure.statements:
        details["sql"] = "\n".join(shorten(one.text, 400) for one in failure.statements[:5])
    return replace(_verdict(check, "failed", failure.message), details=details)
