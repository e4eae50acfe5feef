"""nbgrader's formgrader in a real Jupyter server: its pages show our marks and reports."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest
from nbgrader_class import Class
from small_course import FIRST, LAB, answered

TOKEN = "secret-token"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def formgrader(small_class: Class) -> Iterator[httpx.Client]:
    """A client of a formgrader that has one graded submission, of learner "fay"."""
    notebook = answered(small_class.released(), small_one="beta")
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": SCRIPT})
    small_class.submit("fay", notebook)
    small_class.run_forked("autograde", LAB, "--student", "fay")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = small_class.folder / "jupyter.log"
    with log.open("w") as stream:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root",
             f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}",
             "--ServerApp.jpserver_extensions=nbgrader.server_extensions.formgrader=True"],
            cwd=small_class.folder, env=small_class.environ, stdout=stream,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        headers = {"Authorization": f"token {TOKEN}"}
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers=headers, follow_redirects=True
            ) as client:
                _wait(client, server)
                yield client
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait(client: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    """Return when the server answers. Raises AssertionError when it ends, or takes a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if client.get("/api/status").status_code == 200:
                return
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = server.wait(timeout=0.1)
            raise AssertionError(f"the Jupyter server ended with {status}; see jupyter.log")
    raise AssertionError("the Jupyter server did not become ready; see jupyter.log")


def test_its_pages_load(formgrader: httpx.Client) -> None:
    for page in ("", f"/manage_submissions/{LAB}", f"/gradebook/{LAB}/{FIRST}", "/manage_students"):
        reply = formgrader.get(f"/formgrader{page}")
        assert reply.status_code == 200, page
        assert "formgrader" in reply.text.lower()


def test_it_shows_the_marks(formgrader: httpx.Client) -> None:
    rows = formgrader.get(f"/formgrader/api/submissions/{LAB}").json()
    fay = next(row for row in rows if row["student"] == "fay")
    assert (fay["score"], fay["max_score"], fay["autograded"]) == (5.0, 30.0, True)
    assert fay["needs_manual_grade"] is False


def test_a_submission_shows_our_report_and_no_script_of_the_learner(
    formgrader: httpx.Client,
) -> None:
    rows = formgrader.get(f"/formgrader/api/submitted_notebooks/{LAB}/{FIRST}").json()
    fay = next(row for row in rows if row["student"] == "fay")
    page = formgrader.get(f"/formgrader/submissions/{fay['id']}/")
    assert page.status_code == 200
    assert "Expected alpha. Got: &lt;script&gt;" in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert SCRIPT not in page.text


def test_its_autograde_button_grades(formgrader: httpx.Client, small_class: Class) -> None:
    small_class.submit("gil", answered(small_class.released(), small_one="alpha beta gamma"))
    formgrader.get("/formgrader/manage_assignments")  # for the XSRF cookie
    reply = formgrader.post(
        f"/formgrader/api/submission/{LAB}/gil/autograde",
        headers={"X-XSRFToken": formgrader.cookies["_xsrf"]},
    )
    assert reply.json()["success"], reply.text
    row = formgrader.get(f"/formgrader/api/submission/{LAB}/gil").json()
    assert row["score"] == 10.0 + 2.0
