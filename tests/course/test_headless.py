"""CI's view of the notebooks: papermill runs them, nbval runs them again."""

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


def scores(notebook: dict[str, Any]) -> dict[str, tuple[int, str]]:
    """exercise -> (the number that its check cell shows, the HTML of its report)."""
    found = {}
    for cell in notebook["cells"]:
        mark = cell["metadata"].get("workbench", {})
        if mark.get("role") == "check":
            (output,) = [one for one in cell["outputs"] if one["output_type"] == "execute_result"]
            html = "".join(output["data"]["text/html"])
            found[mark["exercise"]] = (int("".join(output["data"]["text/plain"])), html)
    return found


@pytest.mark.parametrize(
    ("lab", "name"), NOTEBOOKS, ids=lambda value: getattr(value, "name", value)
)
def test_the_solution_earns_every_point(environ: Path, lab: Any, name: str) -> None:
    out = environ / "solution.ipynb"
    papermill.execute_notebook(
        root() / "solutions" / lab.name / f"{name}.ipynb", out, progress_bar=False, cwd=environ
    )
    got = scores(json.loads(out.read_text()))
    wanted = {
        one.id: sum(check.points for check in load_checks(one.checks_file))
        for one in notebook_exercises(lab, name)
    }
    assert {key: score for key, (score, _) in got.items()} == wanted


@pytest.mark.parametrize(
    ("lab", "name"), NOTEBOOKS, ids=lambda value: getattr(value, "name", value)
)
def test_the_untouched_lab_runs_and_earns_less(environ: Path, lab: Any, name: str) -> None:
    out = environ / "lab.ipynb"
    papermill.execute_notebook(
        root() / "labs" / lab.name / f"{name}.ipynb", out, progress_bar=False, cwd=environ
    )
    for exercise, (score, html) in scores(json.loads(out.read_text())).items():
        assert f'data-max="{score}"' not in html, f"{exercise} has all points"
        assert "wb-check wb-error" not in html
        assert "wb-check wb-failed" in html


@pytest.mark.parametrize(
    ("lab", "name"), NOTEBOOKS, ids=lambda value: getattr(value, "name", value)
)
def test_nbval_runs_the_solution_again(environ: Path, lab: Any, name: str) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "--nbval-lax", "--quiet", "-p", "no:cacheprovider",
            "--import-mode=prepend", f"solutions/{lab.name}/{name}.ipynb",
        ],
        cwd=root(), env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
