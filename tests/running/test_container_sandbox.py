"""The sandbox in a container: the same walls, from an engine that is asked for real.

Each of its forms is tried: with all that the kernel has inside, as on an old kernel, and without
libseccomp too.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sandbox_snippets import INNOCENT, LISTING, REFUSED, run
from waiting import wait_until

from workbench.bench.provider import Services
from workbench.course import Course
from workbench.grading.engine import Engine
from workbench.paths import root
from workbench.running import launcher as launcher_module
from workbench.running import system as system_module
from workbench.running.launcher import SANDBOX, Launcher, LauncherError
from workbench.running.runner import Runner
from workbench.running.sandbox import container
from workbench.running.sandbox.level import Level
from workbench.running.suite import run_suite
from workbench.running.system import NotReady, Stage
from workbench.running.zygote_process import ZygoteProcess

pytestmark = [pytest.mark.xdist_group("container"), pytest.mark.usefixtures("docker_engine")]

#: The kernel's own walls that are raised inside, by what the host then is like.
FORMS = {
    "all": ("landlock", "seccomp"),
    "an old kernel": ("seccomp",),
    "an old kernel without libseccomp": (),
}

#: What the container itself lets a system do, for want of seccomp: its loopback leads nowhere.
ALLOWED_WITHOUT_SECCOMP = {
    "listening", "listening on any port", "UDP", "multipath TCP", "netlink", "unix sockets",
    "unix datagrams",
    "ptrace",  # of oneself: that ends the system
}  # fmt: skip

PRODUCTS = "/api/v1/products"


@pytest.fixture(scope="module")
def contained(docker_engine: None, services: Services) -> Iterator[Runner]:
    """A runner as on the host that this level is for."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(SANDBOX, "container")
        patched.setattr(container, "INNER", FORMS["an old kernel"])
        with Runner(services) as runner:
            assert runner.sandbox.name == "container"
            yield runner


@pytest.mark.parametrize("form", FORMS)
def test_innocent_code_works_and_the_rest_is_refused(
    docker_engine: None,
    services: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
) -> None:
    monkeypatch.setenv(SANDBOX, "container")
    monkeypatch.setattr(container, "INNER", FORMS[form])
    outside = tmp_path / "canary"
    outside.write_text("untouched")
    outside.chmod(0o666)
    allowed = set() if "seccomp" in FORMS[form] else ALLOWED_WITHOUT_SECCOMP
    with Runner(services) as runner:
        assert runner.sandbox.name == "container"
        assert set(run(runner, INNOCENT).values()) == {"done"}
        with runner.stage({}) as other:
            home = other.folder.parent
        values = {
            "root": str(root()), "home": str(home), "outside": str(outside), "zygote": 1,
            "judge": os.getpid(), "postgres": urlsplit(services.postgres_url).port,
        }  # fmt: skip
        tried = {name: code for name, code in REFUSED.items() if name not in allowed}
        said = run(runner, {name: code.format(**values) for name, code in tried.items()})
    done = {name: what for name, what in said.items() if not _is_refusal(what)}
    assert done == {}
    assert outside.read_text() == "untouched"


def test_the_listener_does_not_lead_out(contained: Runner) -> None:
    """What listens can be shut down, and then connected to anywhere in its network."""
    code = """
        for number in range(3, 512):
            try:
                held = socket.socket(fileno=os.dup(number))
                held.shutdown(socket.SHUT_RD)
            except OSError:
                continue
            print("SHUT DOWN", flush=True)
            held.connect(("127.0.0.1", {port}))
            print("REACHED", flush=True)
    """
    with socket.create_server(("127.0.0.1", 0)) as judge:
        text = f"import os, socket\n{textwrap.dedent(code)}".format(port=judge.getsockname()[1])
        with (
            contained.stage({LISTING: text}) as stage,
            pytest.raises(NotReady, match="ConnectionRefusedError") as caught,
        ):
            stage.start()
    assert "REACHED" not in str(caught.value)


def test_systems_at_the_same_time_do_not_reach_each_other(contained: Runner) -> None:
    part = (root() / LISTING).read_text()
    tells = f"{part}\nimport os\nprint('PID', os.getpid(), os.environ['TMPDIR'], flush=True)\n"
    with contained.stage({LISTING: tells}) as stage, stage.start() as system:
        _, pid, temp = system.output.split()[:3]
        file = str(stage.folder / LISTING)
        said = run(
            contained,
            {
                "its answer": f"open({file!r})",
                "its folder": f"os.listdir({str(stage.folder)!r})",
                "its temporary files": f"os.listdir({temp!r})",
                "its process": f"os.kill({pid}, 9)",
                "its environment": f"open('/proc/{pid}/environ')",
                "its memory": f"call('process_vm_readv', {pid}, 0, 0, 0, 0, 0)",
                "tracing it": f"call('ptrace', 16, {pid}, 0, 0)",
            },
        )
        assert [name for name, what in said.items() if not _is_refusal(what)] == []
        assert httpx.get(system.base_url + PRODUCTS).status_code == 200


def test_a_stage_has_twins_workers_and_restarts(contained: Runner) -> None:
    with contained.stage({}) as stage, stage.start() as system:
        twin = stage.start(system.database)
        worker = stage.start(system.database, settings={"CACHE_SECONDS": "100"}, action="work")
        assert httpx.get(twin.base_url + PRODUCTS).status_code == 200
        assert worker.alive
        for one in (twin, worker):
            one.close(keep_database=True)
        again = stage.start(system.database, port=twin.port)
        assert httpx.get(f"http://127.0.0.1:{twin.port}{PRODUCTS}").status_code == 200
        again.close(keep_database=True)
        assert system.fault is None


def test_a_suite_reaches_its_target_only(contained: Runner, stage: Stage) -> None:
    with stage.start() as target, stage.start() as other:
        text = f"""
import os, httpx, pytest
def test(api):
    assert api.get('/healthz').status_code == 200
    for port in ({target.port}, {other.port}):
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{{port}}/")
"""
        file = "backend/acceptance/test_products.py"
        with contained.stage({file: text}) as suite:
            ran = run_suite(suite, file, target, 60)
    assert ran.exit_code == 0, ran.output


def test_a_system_that_ended_is_closed(contained: Runner) -> None:
    part = (root() / LISTING).read_text()
    text = f"{part}\n\ndef list_products(*_):\n    __import__('os')._exit(0)\n"
    with contained.stage({LISTING: text}) as stage, stage.start() as system:
        with pytest.raises(httpx.HTTPError):
            httpx.get(system.base_url + PRODUCTS)
        assert system.fault is None
        assert not system.alive


def test_bombs_and_strays_end_with_their_system(
    contained: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_module, "READY_SECONDS", 2.0)
    bomb = """
        import os
        print("bomb", flush=True)
        if os.fork() == 0:
            os.setsid()
        while True:
            try:
                os.fork()
            except OSError:
                pass
    """
    with (
        contained.stage({LISTING: textwrap.dedent(bomb)}) as stage,
        pytest.raises(NotReady, match="bomb"),
    ):
        stage.start()
    assert not stage.folder.exists()
    assert _processes() == 1, "the zygote alone"
    detached = """
        import os, signal
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 64)
                signal.pause()
            os._exit(0)
        os.wait()
    """
    text = f"{(root() / LISTING).read_text()}\n{textwrap.dedent(detached)}"
    monkeypatch.undo()
    with contained.stage({LISTING: text}) as stage, stage.start():
        assert _processes() == 4, "the zygote, a keeper, the system, and what it left"
    assert _processes() == 1


def test_a_grade_says_its_level(contained: Runner, course: Course) -> None:
    exercise = course.exercise("catalog.listing")
    result = Engine(contained, require_sandbox="container").grade(exercise, exercise.part)
    assert (result.status, result.score, result.sandbox) == (
        "graded", result.max_score, "container"
    )  # fmt: skip
    weaker = Engine(contained, require_sandbox="linux").grade(exercise, exercise.part)
    assert weaker.status == "withheld"
    assert "`linux` is required" in weaker.reason


def test_nothing_is_left_when_the_launcher_is_killed() -> None:
    code = """
import signal
from workbench.running.launcher import Launcher
launcher = Launcher()
(launcher.home / "endless.py").write_text("import signal; signal.pause()")
with launcher.open_socket() as unused:
    process = launcher.launch("suite", launcher.home, {"SUITE": "endless.py"}, [], unused)
process.wait_ready(60)
print(launcher.home, flush=True)
signal.pause()
"""
    judge = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True,
        env={**os.environ, SANDBOX: "container", "PYTHONPATH": str(root())},
    )  # fmt: skip
    assert judge.stdout is not None
    home = Path(judge.stdout.readline().strip())
    assert len(_containers(judge.pid)) == 1
    judge.send_signal(signal.SIGKILL)
    judge.wait()
    wait_until(lambda: not _containers(judge.pid))
    assert [one.name for one in home.iterdir()] == ["endless.py"], "no temporary files"


def test_it_takes_the_place_of_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SANDBOX, raising=False)
    monkeypatch.setattr(launcher_module, "start_here", _start_weak)
    with Launcher() as launcher:
        assert launcher.warm_up().name == "container"
        assert len(_containers(os.getpid())) >= 1
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")
    with Launcher() as launcher:
        level = launcher.warm_up()
    assert level.name == "limits"
    assert level.reason.startswith("An old kernel. The Docker engine does not answer")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (SANDBOX, "strong", "set it to `container`, or unset it"),
        ("DOCKER_HOST", "unix:///nobody", "does not answer"),
    ],
)
def test_what_is_asked_for_and_not_to_be_had_is_an_error(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(SANDBOX, "container")
    monkeypatch.setenv(name, value)
    with Launcher() as launcher, pytest.raises(LauncherError, match=said):
        launcher.warm_up()


def test_a_container_that_does_not_confine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SANDBOX, "container")
    readable = container._readable()
    monkeypatch.setattr(container, "_readable", lambda: [*readable, Path("/etc/passwd")])
    with (
        Launcher() as launcher,
        pytest.raises(LauncherError, match="does not confine: accounts could be had"),
    ):
        launcher.warm_up()


@pytest.fixture
def stage(contained: Runner) -> Iterator[Stage]:
    with contained.stage({}) as stage:
        yield stage


class _Weak(ZygoteProcess):
    def level(self) -> Level:
        super().level()
        return Level("limits", "An old kernel.")


def _start_weak() -> ZygoteProcess:
    here = _START_HERE()
    return _Weak(here.process, here.orders)


_START_HERE = launcher_module.start_here


def _is_refusal(said: str) -> bool:
    kinds = ("PermissionError", "OSError", "ValueError", "FileNotFoundError", "ConnectionRefused",
             "ProcessLookupError")  # fmt: skip
    return said.startswith(kinds)


def _containers(owner: int) -> list[str]:
    label = f"label={container.LABEL}={owner}"
    listed = subprocess.run(
        ["docker", "ps", "--all", "--quiet", "--filter", label],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    return listed.stdout.split()


def _processes() -> int:
    (one,) = _containers(os.getpid())
    listed = subprocess.run(
        ["docker", "container", "top", one, "-o", "pid"],
        capture_output=True, check=True, text=True,
    )  # fmt: skip
    return len(listed.stdout.split()) - 1
