"""What every test package may use: a bench of its own for the whole run."""

from __future__ import annotations

import contextlib
import json
import multiprocessing.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import wait_until

from workbench.bench.embedded import Embedded
from workbench.bench.provider import Services
from workbench.course import Course, load_course
from workbench.grading.engine import Engine
from workbench.running.launcher import SANDBOX
from workbench.running.runner import Runner

#: The browser tests need Debian's Chromium; without it they are left out, and the header says so.
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
collect_ignore = [] if CHROMIUM else ["browser"]


#: Bytes that must be free in memory for a run to live there: it takes about a third of them.
MEMORY = 6 * 2**30

#: Until an engine of the tests' own answers.
ENGINE_SECONDS = 60.0


def _docker_answers() -> bool:
    return subprocess.run(["docker", "version"], capture_output=True).returncode == 0


def _docker_engine() -> str | None:
    """How a Docker engine is had: one that answers, or one that root can start."""
    if shutil.which("docker") is None:
        return None
    if _docker_answers():
        return "the one that answers"
    return "a private one" if shutil.which("dockerd") and os.geteuid() == 0 else None


#: The tests of the sandbox in a container need an engine; without it they are left out as well.
DOCKER_ENGINE = _docker_engine()
if DOCKER_ENGINE is None:
    collect_ignore.append("running/test_container_sandbox.py")


_MEMORY_FOLDER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Have all temporary files of the run, its benches among them, in memory where there is enough.

    The tests make and drop thousands of databases of 300 files each. On a disk whose file system
    has no journal that was a third of all processor time, in the kernel's search for free inodes.
    """
    memory = Path("/dev/shm")  # noqa: S108 - what is made in it has a name of its own
    if hasattr(config, "workerinput"):  # a worker of xdist has its controller's environment
        return
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= MEMORY:
        folder = Path(tempfile.mkdtemp(prefix="workbench-tests-", dir=memory))
        folder.chmod(0o711)  # root's servers run as nobody, who passes through
        config.stash[_MEMORY_FOLDER] = folder
        # multiprocessing removes a folder of its own at exit, when the run's is gone.
        multiprocessing.util.get_temp_dir()
        os.environ["TMPDIR"], tempfile.tempdir = str(folder), None


def pytest_unconfigure(config: pytest.Config) -> None:
    if folder := config.stash.get(_MEMORY_FOLDER, None):
        shutil.rmtree(folder, ignore_errors=True)


def pytest_report_header() -> list[str]:
    left_out = "running/test_container_sandbox.py is left out (as root: apt install docker.io)"
    return [
        f"temporary files: {tempfile.gettempdir()}",
        f"browser: {CHROMIUM or 'none; tests/browser is left out (apt install chromium)'}",
        f"docker engine: {DOCKER_ENGINE or f'none; {left_out}'}",
    ]


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[None]:
    """A Docker engine that `docker` asks. A private one is stopped at the end of the run."""
    if DOCKER_ENGINE != "a private one":
        yield
        return
    # Not below pytest's own folder: a socket's path has a hundred bytes.
    folder = Path(tempfile.mkdtemp(prefix="docker-"))
    try:
        with _own_engine(folder):
            yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _own_engine(folder: Path) -> Iterator[None]:
    address = f"unix://{folder}/socket"
    with (folder / "log").open("wb") as log:
        engine = subprocess.Popen(
            ["dockerd", "--data-root", folder / "data", "--exec-root", folder / "exec",
             "--pidfile", folder / "pid", "--host", address, "--bridge=none", "--iptables=false",
             "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"],
            stdout=log, stderr=log,
        )  # fmt: skip
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DOCKER_HOST", address)
        try:
            wait_until(lambda: engine.poll() is not None or _docker_answers(), ENGINE_SECONDS)
            assert engine.poll() is None, f"dockerd ends: {(folder / 'log').read_text()[-500:]}"
            yield
        finally:
            engine.terminate()
            engine.wait()


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """An embedded bench of the run's own, stopped at its end."""
    folder = tmp_path_factory.mktemp("bench")
    provider = Embedded(folder, linger=0.0)
    with provider.acquire() as lease:
        yield lease.services
        provider.down()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def runner(services: Services, request: pytest.FixtureRequest) -> Iterator[Runner]:
    """A runner on that bench, with its zygote warm; WORKBENCH_SANDBOX=container has it in one."""
    if os.environ.get(SANDBOX):
        request.getfixturevalue("docker_engine")
    with Runner(services) as opened:
        opened.launcher.warm_up()
        yield opened


@pytest.fixture(scope="session")
def engine(runner: Runner) -> Engine:
    return Engine(runner)


@pytest.fixture(scope="session")
def short_graders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course whose first lab has three exercises only: enough for tests of commands,
    which are not about the course."""
    folder = tmp_path_factory.mktemp("short") / "graders"
    lab = load_course().labs[0]
    kept = [
        one
        for one in lab.exercises
        if one.id in ("catalog.models", "catalog.schemas", "catalog.listing")
    ]
    for exercise in kept:
        shutil.copytree(exercise.folder, folder / lab.name / exercise.id)
    table = (lab.folder / "lab.toml").read_text().partition("exercises =")[0]
    ids = json.dumps([one.id for one in kept])
    (folder / lab.name / "lab.toml").write_text(f"{table}exercises = {ids}\n")
    story = "".join(f"## {one.title}\n\n{{{{exercise {one.id}}}}}\n\n" for one in kept)
    (folder / lab.name / lab.stories[0].name).write_text(f"# {lab.title}\n\n{story}")
    return folder


@pytest.fixture(scope="session")
def course() -> Course:
    return load_course()
