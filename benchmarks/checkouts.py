"""Copies of the course's checkout to measure in, so that the real one stays untouched."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring import Contender
from workbench.paths import root

#: What a checkout needs to grade.
PARTS = ("backend", "sql", "workbench", "graders", "labs", "solutions")

_IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", ".ipynb_checkpoints")


@dataclass(frozen=True)
class Checkout:
    """A course's folder, with its work and build folders inside."""

    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """The environment in which `workbench` and `nbgrader` use this checkout, and its bench."""
        return environ(self.folder) | {
            "PYTHONPATH": str(self.folder),
            "WORKBENCH_WORK": str(self.folder / "work"),
            "WORKBENCH_BUILD": str(self.folder / "build"),
        }

    @property
    def bench(self) -> Path:
        return self.folder / "work" / "bench"

    def run(self, *command: str | Path) -> None:
        """Run a command that is not measured. Raises SystemExit with what it said."""
        run(command, self.folder, self.environ)

    def keep(self, lab: str, exercises: Sequence[str]) -> None:
        """Take all other exercises out of the lab, and all prose."""
        folder = self.folder / "graders" / lab
        head, _, _ = (folder / "lab.toml").read_text().partition("exercises = ")
        (folder / "lab.toml").write_text(f"{head}exercises = {json.dumps(list(exercises))}\n")
        first, *others = sorted(folder.glob("*.md"))
        first.write_text("# Kept\n\n" + "".join(f"{{{{exercise {one}}}}}\n\n" for one in exercises))
        for story in others:
            story.unlink()
        for name in ("labs", "solutions"):
            shutil.rmtree(self.folder / name)
        self.run("workbench", "build")

    def submit(self, lab: str, count: int) -> Path:
        """Put the lab's solutions as submissions of so many learners, no two of them the same
        text, into nbgrader's folder; return that folder."""
        to = self.folder / "build" / "nbgrader" / "submitted"
        for source in (self.folder / "solutions" / lab).glob("*.ipynb"):
            for number in range(count):
                notebook = json.loads(source.read_text())
                for cell in notebook["cells"]:
                    if cell["metadata"].get("workbench", {}).get("role") == "answer":
                        cell["source"] = [*cell["source"], f"\n\n# The answer of learner {number}"]
                file = to / f"learner{number}" / lab / source.name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(json.dumps(notebook))
        return to

    def grading(self, name: str, lab: str, count: int, *options: str) -> Contender:
        """`workbench grade` of all submissions to that lab, judged anew."""
        paths = sorted((self.folder / "build/nbgrader/submitted").glob(f"*/{lab}"))
        return Contender(
            name, ["workbench", "grade", "--json", "--fresh", *options, *paths], self.folder,
            self.environ, count, lambda: None, lambda said: full_marks(name, said, count),
            self.bench,
        )  # fmt: skip


def environ(folder: Path) -> dict[str, str]:
    """An environment whose commands are this Python's, and whose settings lie in `folder`.

    Python keeps what it has compiled, as it does for whoever has not told it otherwise: what pip
    has installed is compiled anyway.
    """
    settings = {name: str(folder / f".{name.lower()}") for name in
                ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")}  # fmt: skip
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    foreign = ("_URL", "PYTHONDONTWRITEBYTECODE")
    inherited = {key: value for key, value in os.environ.items() if not key.endswith(foreign)}
    return inherited | settings | {"PATH": path, "HOME": str(folder)}


def copy_checkout(folder: Path) -> Checkout:
    """A copy of this checkout, as far as grading needs it."""
    folder.mkdir(parents=True)
    for name in PARTS:
        shutil.copytree(root() / name, folder / name, ignore=_IGNORED)
    shutil.copy(root() / "nbgrader_config.py", folder)
    return Checkout(folder)


def run(command: tuple[str | Path, ...], folder: Path, environ: Mapping[str, str]) -> None:
    """Run a command that is not measured. Raises SystemExit with what it said."""
    done = subprocess.run(
        list(map(str, command)), cwd=folder, env=environ, check=False, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout[-3000:]}")


def full_marks(name: str, said: str, count: int) -> None:
    """Raises SystemExit unless `workbench grade --json` gave `count` learners full marks in all of
    their notebooks."""
    # Warnings may stand behind the results.
    results: list[dict[str, Any]] = json.JSONDecoder().raw_decode(said, said.index("["))[0]
    learners = {one["learner"] for one in results}
    short = {
        one["learner"]
        for one in results
        if one["status"] != "graded" or one["score"] != one["max_score"]
    }
    if short or len(learners) != count:
        full = len(learners - short)
        raise SystemExit(f"{name}: {full} of {count} learners have full marks.\n{said[-3000:]}")
