"""Systems of odd answers: each ends, says why, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest
from waiting import wait_until

from workbench.bench.provider import Services
from workbench.paths import root
from workbench.running import system as system_module
from workbench.running.runner import Runner
from workbench.running.system import NotReady

LISTING = "backend/catalog/listing.py"


@pytest.fixture
def reference() -> Callable[[str], dict[str, str]]:
    """The listing part with a text put in front of its functions."""
    part = (root() / LISTING).read_text()

    def make(text: str) -> dict[str, str]:
        return {
            LISTING: part.replace("\n\n\ndef list_products", f"\n\n{text}\n\n\ndef list_products")
        }

    return make


def test_a_system_serves_and_its_statements_are_seen(runner: Runner) -> None:
    with runner.stage({}) as stage, stage.start() as system:
        reply = httpx.get(f"{system.base_url}/api/v1/products")
        assert reply.status_code == 200
        assert any("FROM products" in one.text for one in system.statements.since(0)[0])


def test_every_start_has_a_fresh_database(runner: Runner) -> None:
    with runner.stage({}) as stage, stage.start() as one, stage.start() as two:
        assert one.database != two.database


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense = undefined_name", "NameError: name 'undefined_name' is not defined"),
        ("def broken(:", "SyntaxError"),
        ("import no_such_library", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("raise SystemExit(0)", "SystemExit"),
        ("import os; os._exit(0)", "ended before it was ready"),
    ],
)
def test_an_answer_that_does_not_load_says_why(
    runner: Runner, reference: Callable[[str], dict[str, str]], text: str, said: str
) -> None:
    with runner.stage(reference(text)) as stage:
        with pytest.raises(NotReady, match=said) as caught:
            stage.start()
        if "Error" in said:
            assert re.search(r'backend/catalog/listing.py"?, line', str(caught.value))
            assert str(stage.folder) not in str(caught.value)


def test_an_answer_that_is_never_ready_ends_at_its_limit(
    runner: Runner, reference: Callable[[str], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_module, "READY_SECONDS", 1.5)
    text = "print('here I am')\nwhile True:\n    pass"
    with (
        runner.stage(reference(text)) as stage,
        pytest.raises(NotReady, match=r"not ready to serve within 2 s.*\nhere I am"),
    ):
        stage.start()


def test_a_flood_of_output_is_capped_and_harms_nothing(
    runner: Runner, reference: Callable[[str], dict[str, str]]
) -> None:
    text = (
        "print('first words')\nfor _ in range(200):\n    print('x' * 50_000)\nprint('last words')"
    )
    with runner.stage(reference(text)) as stage, stage.start() as system:
        assert httpx.get(f"{system.base_url}/api/v1/products").status_code == 200
        assert system.output.startswith("first words")
        assert "last words" in system.output
        assert "bytes left out" in system.output
        assert len(system.output) < 200_000


def test_a_process_that_detaches_itself_is_ended_too(
    runner: Runner, reference: Callable[[str], dict[str, str]]
) -> None:
    text = (
        "import os, signal, subprocess, sys\n"
        "stray = subprocess.Popen([sys.executable, '-c',\n"
        "    'import os, signal; os.setsid(); os.fork(); signal.pause()'])\n"
        "print('stray', stray.pid)"
    )
    with runner.stage(reference(text)) as stage, stage.start() as system:
        words = system.output.split()
        pid = int(words[words.index("stray") + 1])
        assert psutil.pid_exists(pid)
        folder = str(stage.folder)
    left = [one for one in psutil.process_iter() if _works_in(one, folder)]
    assert not left
    assert not psutil.pid_exists(pid)


def test_the_processor_time_of_an_answer_counts_as_that_of_the_zygote(
    runner: Runner, reference: Callable[[str], dict[str, str]]
) -> None:
    def used() -> float:
        """Seconds of the systems that have ended, of every zygote of this process."""
        times = [one.cpu_times() for one in psutil.Process().children()]
        return sum(one.children_user + one.children_system for one in times)

    before = used()
    text = "import time\nwhile time.process_time() < 0.5:\n    pass"
    with runner.stage(reference(text)) as stage, stage.start():
        pass
    # The zygote waits for the keeper a moment after everybody has seen it end.
    wait_until(lambda: used() > before + 0.5)


def test_systems_end_when_whoever_started_them_is_killed(services: Services) -> None:
    script = (
        "import sys, time\n"
        "from workbench.bench.provider import Services\n"
        "from workbench.running.runner import Runner\n"
        "runner = Runner(Services('embedded', sys.argv[1], sys.argv[2]))\n"
        "system = runner.stage({}).start()\n"
        "print(system.base_url, flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", script, services.postgres_url, services.redis_url]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root()
    ) as owner:
        assert owner.stdout is not None
        address = owner.stdout.readline().strip()
        children = psutil.Process(owner.pid).children(recursive=True)
        assert len(children) >= 3, "zygote, keeper and server"
        os.kill(owner.pid, signal.SIGKILL)
        _, alive = psutil.wait_procs(children, timeout=20)
        assert not alive
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def _works_in(process: psutil.Process, folder: str) -> bool:
    with contextlib.suppress(psutil.Error):
        return Path(process.cwd()).is_relative_to(folder)
    return False
