"""Launchers: several give orders to one zygote, which ends when nobody can any more."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from workbench.bench.provider import Services
from workbench.course import load_course
from workbench.grading.engine import Engine
from workbench.paths import root
from workbench.running.launcher import SANDBOX, Launcher, shared_zygote
from workbench.running.process import LauncherError
from workbench.running.runner import Runner
from workbench.running.zygote_process import ZygoteProcess, start_here

#: Seconds, more than a busy machine needs.
WAIT = 60.0


@pytest.fixture(autouse=True)
def _no_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container belongs to one launcher."""
    monkeypatch.delenv(SANDBOX, raising=False)


def _launch(zygote: ZygoteProcess | None, text: str, code: str = "") -> None:
    """Start a process that prints the text, or what the code comes to, and see the text printed."""
    with Launcher(zygote) as launcher, launcher.open_socket() as unused:
        test = f"def test_it():\n    assert False, {code or repr(text)}\n"
        (launcher.home / "test_it.py").write_text(test)
        process = launcher.launch("suite", launcher.home, {"SUITE": "test_it.py"}, [], unused)
        process.wait_end(WAIT)
        process.stop()
        assert f"AssertionError: {text}" in process.printed


def test_launchers_of_several_processes_share_a_zygote() -> None:
    spawn = multiprocessing.get_context("spawn")
    with shared_zygote() as zygote:
        assert zygote is not None
        processes = [spawn.Process(target=_launch, args=(zygote, f"number {n}")) for n in (1, 2)]
        for one in processes:
            one.start()
        for one in processes:
            one.join(WAIT)
            assert one.exitcode == 0


def test_no_verdict_hangs_on_the_seed_of_hashes() -> None:
    code = "str(hash('text'))"
    wanted = subprocess.run(
        [sys.executable, "-c", f"print({code})"],
        env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    _launch(None, wanted.stdout.strip(), code)


def test_a_zygote_that_is_gone_is_said() -> None:
    with start_here() as zygote:
        assert zygote.process is not None
        zygote.level()
        os.kill(zygote.process.pid, signal.SIGKILL)
        zygote.process.wait()
        with Launcher(replace(zygote, process=None)) as launcher, pytest.raises(LauncherError):
            launcher.warm_up()


def test_an_engine_whose_zygote_is_gone_withholds(services: Services) -> None:
    with start_here() as zygote, Launcher(zygote) as launcher:
        launcher.warm_up()
        with Runner(services, launcher=launcher) as runner:
            assert zygote.process is not None
            os.kill(zygote.process.pid, signal.SIGKILL)
            exercise = load_course().exercise("catalog.listing")
            assert Engine(runner).grade(exercise, exercise.part).status == "withheld"


def test_a_zygote_without_launchers_ends_while_it_loads() -> None:
    code = (
        "import socket, sys\n"
        "from workbench.running import zygote\n"
        "ours, theirs = socket.socketpair()\n"
        "ours.close()\n"
        "zygote.main(theirs, lambda: sys.exit('it went on'))\n"
        "print('flask' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root(), timeout=WAIT
    )
    assert (done.stdout, done.stderr, done.returncode) == ("False\n", "", 0)
