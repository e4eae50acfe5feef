"""CI's view of the notebooks: papermill runs the solutions, nbval what is released."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import papermill
import pytest

from workbench.bench.provider import Services
from workbench.checking.check import load_checks
from workbench.course import load_course
from workbench.notebook.story import notebook_exercises
from workbench.paths import root

#: Seconds: a notebook has up to twelve exercises, and each of them is graded.
pytestmark = pytest.mark.timeout(900)

NOTEBOOKS = [(lab, story.stem) for lab in load_course().labs for story in lab.stories]


@pytest.fixture
def environ(services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A work folder of its own for the kernels, on the test run's bench."""
    monkeypatch.setenv("WORKBENCH_WORK", str(tmp_path / "work"))
    monkeypatch.setenv("DATABASE_URL", services.postgres_url)
    monkeypatch.setenv("REDIS_URL", services.redis_url)
    return tmp_path


def scores(notebook: dict[str, Any]) -> dict[str, int]:
    """exercise -> the number that its check cell shows."""
    found = {}
    for cell in notebook["cells"]:
        mark = cell["metadata"].get("workbench", {})
        if mark.get("role") == "check":
            (output,) = [one for one in cell["outputs"] if one["output_type"] == "execute_result"]
            found[mark["exercise"]] = int("".join(output["data"]["text/plain"]))
    return found


@pytest.mark.parametrize(
    ("lab", "name"), NOTEBOOKS, ids=lambda value: getattr(value, "name", value)
)
def test_the_solution_earns_every_point(environ: Path, lab: Any, name: str) -> None:
    out = environ / "solution.ipynb"
    papermill.execute_notebook(
        root() / "solutions" / lab.name / f"{name}.ipynb", out, progress_bar=False, cwd=environ
    )
    wanted = {
        one.id: sum(check.points for check in load_checks(one.checks_file))
        for one in notebook_exercises(lab, name)
    }
    assert scores(json.loads(out.read_text())) == wanted


@pytest.mark.parametrize(
    ("lab", "name"), NOTEBOOKS, ids=lambda value: getattr(value, "name", value)
)
def test_nbval_runs_the_untouched_lab(environ: Path, lab: Any, name: str) -> None:
    """No cell of what is released raises anything, demos included. (That an untouched lab earns
    less than everything is told by nbgrader/test_labs.py.)"""
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "--nbval-lax", "--quiet", "-p", "no:cacheprovider",
            "--import-mode=prepend", f"labs/{lab.name}/{name}.ipynb",
        ],
        cwd=root(), env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
