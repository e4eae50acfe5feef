"""Tests that an answer holds are run beside a system, and reach nothing but its port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workbench.running.runner import Runner
from workbench.running.suite import SuiteRun, run_suite
from workbench.running.system import Stage, System

FILE = "backend/acceptance/test_products.py"
SECONDS = 60.0


@pytest.fixture(scope="module")
def target(runner: Runner) -> Iterator[System]:
    with runner.stage({}) as stage, stage.start() as system:
        yield system


def ran(runner: Runner, target: System, text: str, seconds: float = SECONDS) -> SuiteRun:
    with runner.stage({FILE: text}) as stage:
        return run_suite(stage, FILE, target, seconds)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("def test(api): assert api.get('/healthz').status_code == 200", 0, "1 passed"),
        ("def test(api): assert api.get('/healthz').status_code == 500", 1, "200 == 500"),
        ("def test(api): assert api.post('/api/v1/products').status_code == 415", 0, "1 passed"),
        ("x = 1", 5, "no tests ran"),
        ("import nowhere", 2, "No module named 'nowhere'"),
        ("def test(:", 2, "SyntaxError"),
        ("import os; os._exit(7)", 7, ""),
    ],
)
def test_the_exit_code_is_pytests(
    runner: Runner, target: System, text: str, code: int, said: str
) -> None:
    run = ran(runner, target, text)
    assert run.exit_code == code, run.output
    assert said in run.output
    assert "/stage-" not in run.output


def test_a_suite_that_does_not_end_is_ended(runner: Runner, target: System) -> None:
    run = ran(runner, target, "def test():\n    while True: pass", seconds=3)
    assert run.exit_code is None


def test_a_suite_that_is_killed_has_no_exit_code(runner: Runner, target: System) -> None:
    assert ran(runner, target, "import os, signal; os.kill(os.getpid(), 9)").exit_code is None


def test_a_status_that_none_is_has_no_exit_code(runner: Runner, target: System) -> None:
    text = """
import os
for number in range(3, 64):
    try:
        os.write(number, b'{"ended": ' + b"9" * 30 + b"}\\n")
    except OSError:
        pass
os._exit(0)
"""
    assert ran(runner, target, text).exit_code is None


def test_it_reaches_the_target_only(runner: Runner, target: System, stage: Stage) -> None:
    with stage.start() as other:
        text = f"""
import httpx, pytest
def test():
    for port in ({other.port}, {target.ways.postgres.port}, {target.ways.redis.port}):
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{{port}}/")
"""
        run = ran(runner, target, text)
        if runner.sandbox.name == "limits":
            pytest.skip("this machine's sandbox does not limit ports")
        assert run.exit_code == 0, run.output


@pytest.fixture
def stage(runner: Runner) -> Iterator[Stage]:
    with runner.stage({}) as stage:
        yield stage
