"""The disk is full while checks run: no check fails for it, and with room again all is graded."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import strike
from marks import Grade, Marks, marks

from workbench.bench.embedded import Embedded

STRUCK = Path(__file__).with_name("struck.py")


@pytest.mark.parametrize("moment", strike.MOMENTS[::2])
def test_when_grading_can_write_no_file(
    moment: int, submissions: list[Path], own_bench: Path, grade: Grade, undisturbed: Marks
) -> None:
    """RLIMIT_FSIZE: what a full disk and an exhausted quota are to the process that writes."""
    with Embedded(own_bench / "bench").acquire():
        done = subprocess.run(
            [sys.executable, STRUCK, "no_file_may_grow", str(moment), "grade", *submissions,
             "--json"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    results = json.loads(done.stdout)
    assert "withheld" in {result["status"] for result in results}
    assert lost_points(results, undisturbed) == []
    assert marks(grade()) == undisturbed


def lost_points(results: list[dict[str, object]], undisturbed: Marks) -> list[str]:
    """The checks of graded exercises, and failed ones of all, that a quiet day had otherwise."""
    return [
        f"{result['learner']} {exercise['id']}/{check['id']} {check['status']}"
        for result in results
        for exercise in result["exercises"]  # type: ignore[attr-defined]
        for check in exercise["checks"]
        if exercise["status"] == "graded" or check["status"] == "failed"
        if undisturbed[str(result["learner"])][f"{exercise['id']}/{check['id']}"] != check["status"]
    ]


def test_a_result_that_cannot_be_kept_still_counts(
    build: Path, grade: Grade, undisturbed: Marks
) -> None:
    build.write_text("a file where the folder must be")
    with warnings.catch_warnings(record=True) as said:
        results = grade()
    assert any("could not be kept" in str(one.message) for one in said)
    assert marks(results) == undisturbed


def _mounted(folder: Path, size: str) -> bool:
    """Make a disk of its own of this folder. Only root can, and not in every container."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True).returncode == 0


def _can_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        mounted = _mounted(Path(folder), "64k")
        if mounted:
            subprocess.run(["umount", folder], check=True)
        return mounted


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A disk of its own, with room for the bench and some databases, as WORKBENCH_WORK."""
    disk = tmp_path / "disk"
    disk.mkdir()
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o711)
    assert _mounted(disk, "400m")
    monkeypatch.setenv("WORKBENCH_WORK", str(disk))
    yield disk
    Embedded(disk / "bench").down()
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("moment", strike.MOMENTS[::2] if _can_mount() else [])
def test_when_postgresql_has_no_room(
    moment: int, small_disk: Path, grade: Grade, undisturbed: Marks
) -> None:
    ballast = small_disk / "ballast"

    def fill() -> None:
        with ballast.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
            while True:
                stream.write(b"\0" * 4096)

    with strike.strike(fill, moment):
        results = [result.as_json() for result in grade().values()]
    assert "withheld" in {result["status"] for result in results}
    assert lost_points(results, undisturbed) == []
    ballast.unlink()
    assert marks(grade()) == undisturbed
