"""`workbench grade --watch` as a person runs it: files come, results follow, Ctrl-C ends it.

Nothing here waits for a time: each step reads the line that the step before must bring about.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from workbench.bench.provider import Services
from workbench.paths import root

LAB = root() / "labs/week01_catalog/1_resource_design.ipynb"
SOLUTION = root() / "solutions/week01_catalog/1_resource_design.ipynb"

#: Longer than any test runs: an unreadable file is waited for, for good.
NEVER = "100000"


class Watch:
    """A watch on a folder."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process, self.folder = process, folder

    def result(self) -> dict[str, Any]:
        """The next result that is printed."""
        assert self.process.stdout is not None
        line: dict[str, Any] = json.loads(self.process.stdout.readline())
        return line

    def bring(self, name: str, data: bytes) -> Path:
        """A notebook that is written elsewhere and moved in."""
        elsewhere = self.folder.parent / "elsewhere"
        elsewhere.write_bytes(data)
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        elsewhere.rename(self.folder / name)
        return self.folder / name

    def end(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        """Exit status, what else came on stdout, and stderr."""
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=120)
        return self.process.returncode, out, err


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of these tests: each text is judged once."""
    return tmp_path_factory.mktemp("build")


@pytest.fixture
def start(services: Services, kept: Path, tmp_path: Path) -> Iterator[Callable[..., Watch]]:
    folder = tmp_path / "in"
    folder.mkdir()
    begun: list[subprocess.Popen[str]] = []

    def run(*options: str) -> Watch:
        environ = os.environ | {
            "WORKBENCH_WORK": str(tmp_path / "work"),
            "WORKBENCH_BUILD": str(kept),
            "DATABASE_URL": services.postgres_url,
            "REDIS_URL": services.redis_url,
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench.cli", "grade", "--watch", str(folder), *options],
            env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        begun.append(process)
        return Watch(process, folder)

    yield run
    for process in begun:
        process.kill()
        process.communicate()


def test_what_was_there_what_comes_and_what_is_saved_again(
    start: Callable[..., Watch], tmp_path: Path
) -> None:
    early = tmp_path / "in/submitted/anna/week01_catalog/1_resource_design.ipynb"
    early.parent.mkdir(parents=True)
    shutil.copyfile(LAB, early)
    watch = start("--json")
    first = watch.result()
    assert (first["learner"], first["status"], first["path"]) == ("anna", "graded", str(early))
    assert first["score"] < first["max_score"]

    moved = watch.bring("Ben's work.ipynb", SOLUTION.read_bytes())
    full = watch.result()
    assert full["path"] == str(moved)
    assert full["score"] == full["max_score"] > 0

    early.write_bytes(SOLUTION.read_bytes())
    again = watch.result()
    assert (again["path"], again["score"]) == (str(early), full["max_score"])

    # A folder comes with a notebook in it: the system tells of the folder alone.
    bag = tmp_path / "bag"
    (bag / "deep").mkdir(parents=True)
    shutil.copyfile(LAB, bag / "deep/x.ipynb")
    bag.rename(watch.folder / "bag")
    assert watch.result()["path"] == str(watch.folder / "bag/deep/x.ipynb")

    code, out, err = watch.end()
    assert (code, out) == (0, "")
    assert "3 notebooks: 3 graded." in err
    assert "Traceback" not in err


def test_a_half_written_notebook_is_graded_once_and_whole(start: Callable[..., Watch]) -> None:
    watch = start("--json", "--settle", NEVER)
    data = SOLUTION.read_bytes()
    half = watch.folder / "a.ipynb"
    with half.open("wb") as stream:
        stream.write(data[: len(data) // 2])
        stream.flush()
        # The watch looks at files in order: whoever gets a result for the second saw the first.
        watch.bring("b.ipynb", LAB.read_bytes())
        assert watch.result()["path"].endswith("b.ipynb")
        stream.write(data[len(data) // 2 :])
    result = watch.result()
    assert (result["path"], result["status"]) == (str(half), "graded")
    assert result["score"] == result["max_score"]
    code, out, err = watch.end(signal.SIGTERM)
    assert (code, out) == (0, "")
    assert "2 notebooks: 2 graded." in err


def test_an_unreadable_notebook_is_said_and_stops_nothing(start: Callable[..., Watch]) -> None:
    watch = start("--json", "--settle", "0")
    watch.bring("odd.ipynb", b"hello")
    odd = watch.result()
    assert (odd["status"], odd["exercises"]) == ("rejected", [])
    assert "not valid JSON at line 1" in odd["reason"]
    watch.bring(".~hidden.ipynb", b"hello")
    watch.bring(".ipynb_checkpoints/odd-checkpoint.ipynb", b"hello")
    watch.bring("good.ipynb", SOLUTION.read_bytes())
    good = watch.result()
    assert (good["path"], good["status"]) == (str(watch.folder / "good.ipynb"), "graded")
    _, out, err = watch.end()
    assert out == ""
    assert "2 notebooks: 1 graded, 1 rejected." in err


def test_names_of_any_bytes_and_folders_that_go_stop_nothing(start: Callable[..., Watch]) -> None:
    watch = start("--json", "--settle", "0")
    watch.bring("first.ipynb", b"hello")
    assert watch.result()["status"] == "rejected"
    for number in range(200):
        (watch.folder / f"s{number}/week").mkdir(parents=True)
        shutil.rmtree(watch.folder / f"s{number}")
    os.close(os.open(os.fsencode(watch.folder) + b"/r\xe9sum\xe9.txt", os.O_CREAT))
    watch.bring("second.ipynb", b"hello")
    assert watch.result()["path"] == str(watch.folder / "second.ipynb")
    watch.bring("third.ipynb", b"hello")
    assert watch.result()["path"] == str(watch.folder / "third.ipynb")
    assert watch.end()[0] == 0


def test_in_words(start: Callable[..., Watch]) -> None:
    watch = start("--settle", "0")
    assert watch.process.stdout is not None
    assert watch.process.stdout.readline().startswith("Watching ")
    watch.bring("odd.ipynb", b"[]")
    said = watch.process.stdout.readline() + watch.process.stdout.readline()
    assert "odd.ipynb  ?/odd: rejected, 0 of 0 points" in said
    assert "This file is no Jupyter notebook." in said
    code, out, err = watch.end()
    assert (code, out.strip(), err) == (0, "1 notebooks: 1 rejected.", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["nowhere"], "--watch takes folders"), ([str(root()), "--jobs", "2"], "leave --jobs out")],
)
def test_bad_calls_name_the_next_step(arguments: list[str], said: str) -> None:
    command = [sys.executable, "-m", "workbench.cli", "grade", "--watch", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr


def test_what_was_judged_in_a_weaker_sandbox_is_not_enough(
    start: Callable[..., Watch], kept: Path
) -> None:
    watch = start("--json")
    watch.bring("first.ipynb", LAB.read_bytes())
    assert watch.result()["status"] == "graded"
    watch.end()
    for file in (kept / "results").rglob("*.json"):
        file.write_text(json.dumps(json.loads(file.read_text()) | {"sandbox": "limits"}))
    watch = start("--json")
    assert {one["sandbox"] for one in watch.result()["exercises"]} == {"limits"}
    assert "judged at the sandbox level `limits`" in watch.end()[2]
    watch = start("--json", "--require-sandbox", "linux")
    assert {one["sandbox"] for one in watch.result()["exercises"]} == {"linux"}
    assert "warning" not in watch.end()[2]
