"""JupyterLab as a learner has it, driven by Debian's Chromium without a screen.

Where there is no Chromium these tests are not collected, and the run's header says so.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from workbench.bench.provider import Services
from workbench.paths import root

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

#: Milliseconds: a bound for a busy machine, not a wait.
PATIENCE = 90_000

#: Nothing but the page under test: no look-ups, no updates, no GPU.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="module")  # Playwright's event loop must not outlive the browser's tests
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The learner's work folder."""
    return tmp_path_factory.mktemp("learner") / "work"


@pytest.fixture(scope="session")
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which JupyterLab keeps what was open, to open it again."""
    return tmp_path_factory.mktemp("workspaces")


@pytest.fixture(autouse=True)
def _nothing_is_left(work: Path, workspaces: Path) -> None:
    """What another test has answered is in no live system that is made from now on, and the
    notebooks that it had open are not in the next page."""
    shutil.rmtree(work / "answers", ignore_errors=True)
    for kept in workspaces.iterdir():
        kept.unlink()


@pytest.fixture(scope="session")
def lab(services: Services, work: Path, workspaces: Path) -> Iterator[str]:
    """The address of a running `workbench lab`."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    environ = os.environ | {
        "WORKBENCH_WORK": str(work),
        "DATABASE_URL": services.postgres_url,
        "REDIS_URL": services.redis_url,
        "HOME": str(work.parent),
        "JUPYTERLAB_WORKSPACES_DIR": str(workspaces),
    }
    command = [
        sys.executable, "-m", "workbench.cli", "lab", "--no-browser",
        f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=secret",
    ]  # fmt: skip
    log = work.parent / "lab.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, env=environ, cwd=root(), stdout=stream, stderr=stream, start_new_session=True
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{url}/api", process, log)
        yield url
    finally:
        servers = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        process.wait(60)
        _, left = psutil.wait_procs(servers, timeout=60)
        assert not left, "JupyterLab outlives the command that started it"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    opened = context.new_page()
    yield opened
    context.close()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers; its log is the failure when it ends instead."""
    transport = httpx.HTTPTransport(retries=0)
    with httpx.Client(transport=transport) as client:
        while process.poll() is None:
            try:
                client.get(url, timeout=30)
            except httpx.TransportError:
                # Nobody listens yet: wait for the process to write more, or to end.
                try:
                    process.wait(0.1)
                except subprocess.TimeoutExpired:
                    continue
            else:
                return
    pytest.fail(log.read_text())
