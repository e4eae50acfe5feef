"""The sandbox lets innocent code work and keeps the rest from reaching anything.

Each group of snippets runs in one system, inside the file that an answer replaces, and prints
what came of it as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import textwrap
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from sandbox_snippets import INNOCENT, LISTING, REFUSED, run

from workbench.bench.provider import Services
from workbench.paths import root
from workbench.running import system as system_module
from workbench.running.launcher import LauncherError
from workbench.running.removal import remove
from workbench.running.runner import Runner
from workbench.running.sandbox.level import NAMES
from workbench.running.system import NotReady


@pytest.fixture(scope="module")
def innocent(runner: Runner) -> dict[str, str]:
    return run(runner, INNOCENT)


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("outside") / "canary"
    file.write_text("untouched")
    file.chmod(0o666)
    return file


@pytest.fixture(scope="module")
def refused(runner: Runner, services: Services, outside: Path) -> dict[str, str]:
    with runner.stage({}) as other:
        home = other.folder.parent
    zygote = next(
        one.pid for one in psutil.Process().children() if "zygote" in " ".join(one.cmdline())
    )
    values = {
        "root": str(root()), "home": str(home), "outside": str(outside), "zygote": zygote,
        "judge": os.getpid(), "postgres": urlsplit(services.postgres_url).port,
    }  # fmt: skip
    return run(runner, {name: code.format(**values) for name, code in REFUSED.items()})


@pytest.mark.parametrize("name", INNOCENT)
def test_innocent_code_works(innocent: dict[str, str], name: str) -> None:
    assert innocent[name] == "done"


@pytest.mark.parametrize("name", REFUSED)
def test_the_rest_is_refused(refused: dict[str, str], name: str) -> None:
    assert refused[name].startswith(("PermissionError", "OSError", "ValueError")), refused[name]


def test_nothing_outside_was_touched(refused: dict[str, str], outside: Path) -> None:
    assert refused
    assert outside.read_text() == "untouched"
    assert outside.stat().st_mode & 0o777 == 0o666


def test_owners_and_modes_outside_stay(runner: Runner, outside: Path) -> None:
    """Landlock does not guard them: the calls are said to be done, and are not."""
    before = outside.stat()
    said = run(
        runner,
        {
            "chmod": f"os.chmod({str(outside)!r}, 0)",
            "utime": f"os.utime({str(outside)!r}, (0, 0))",
            "chown": f"os.chown({str(outside)!r}, os.getuid(), os.getgid())",
        },
    )
    assert set(said.values()) == {"done"}
    after = outside.stat()
    assert (after.st_mode, after.st_mtime, after.st_uid) == (
        before.st_mode, before.st_mtime, before.st_uid
    )  # fmt: skip


def test_a_process_stays_in_the_session_of_its_system(runner: Runner) -> None:
    """Linux shares the processor between sessions first: a bomb must not get many shares."""
    code = """
        ours = os.getsid(0)
        if (child := os.fork()) == 0:
            os.setsid()
            os._exit(os.getsid(0) != ours)
        assert os.waitpid(child, 0)[1] == 0
    """
    assert run(runner, {"session": code}) == {"session": "done"}


def test_no_descriptor_is_inherited(runner: Runner) -> None:
    code = """
        found = []
        for number in range(3, 512):
            try:
                os.fstat(number)
            except OSError:
                continue
            found.append(number)
        raise ValueError(found)
    """
    said = run(runner, {"open": code})["open"]
    assert len(json.loads(said.removeprefix("ValueError: "))) == 2, "the listener and the status"


ENDLESS = {
    "memory of many processes": """
        import os, signal
        for _ in range(20):
            if os.fork() == 0:
                held = bytearray(os.urandom(1 << 20) * 100)
                signal.pause()
        signal.pause()
    """,
    "many files": """
        import os
        for number in range(20_000):
            open(f"{os.environ['TMPDIR']}/{number}", "w").close()
        import signal
        signal.pause()
    """,
    "large files": """
        import os, signal
        for number in range(10):
            with open(f"{os.environ['TMPDIR']}/{number}", "wb") as file:
                file.write(bytes(60 << 20))
        signal.pause()
    """,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_tree_of_processes_is_ended_when_it_uses_too_much(runner: Runner, name: str) -> None:
    with (
        runner.stage({LISTING: textwrap.dedent(ENDLESS[name])}) as stage,
        pytest.raises(NotReady, match=r"Ended: it used more than \d+ "),
    ):
        stage.start()
    assert not stage.folder.exists()


def test_a_fork_bomb_ends_with_its_system(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_module, "READY_SECONDS", 2.0)
    text = """
        import os
        print("bomb", flush=True)
        while True:
            try:
                os.fork()
            except OSError:
                pass
    """
    with (
        runner.stage({LISTING: textwrap.dedent(text)}) as stage,
    ):
        folder = stage.folder
        with pytest.raises(NotReady, match="bomb"):
            stage.start()
    assert not [one for one in psutil.process_iter() if _works_in(one, folder)]


def test_folders_too_deep_for_python_are_removed(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    here = os.open(top, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("deeper", dir_fd=here)
        below = os.open("deeper", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    remove(top)
    assert not top.exists()


def test_the_level_is_known(runner: Runner) -> None:
    assert runner.sandbox.name in NAMES
    assert runner.sandbox.reason


def test_a_sandbox_that_cannot_be_entered_is_our_error(runner: Runner, tmp_path: Path) -> None:
    missing = tmp_path / "no such folder"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        process = runner.launcher.launch("serve", missing, {}, [], listener)
        with pytest.raises(LauncherError, match="No such file"):
            process.wait_ready(20)


def test_an_answer_cannot_claim_that_the_error_is_ours(runner: Runner) -> None:
    text = """
        import os
        for number in range(3, 20):
            try:
                os.write(number, b'{"broken": "forged"}\\n')
            except OSError:
                pass
        os._exit(0)
    """
    with (
        runner.stage({LISTING: textwrap.dedent(text)}) as stage,
        pytest.raises(NotReady, match="ended before it was ready"),
    ):
        stage.start()


def _works_in(process: psutil.Process, folder: Path) -> bool:
    with contextlib.suppress(psutil.Error):
        return Path(process.cwd()).is_relative_to(folder)
    return False
