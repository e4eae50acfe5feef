"""For those who grade: grade."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench.commands.progress import Progress
from workbench.course import load_course
from workbench.grading.notebook import grade_notebook
from workbench.grading.opening import CachedEngine
from workbench.grading.render import as_text
from workbench.grading.result import NotebookResult


def add_parsers(subparsers: Any) -> None:
    """Add the instructors' commands."""
    one = subparsers.add_parser(
        "grade", help="grade notebooks, without nbgrader and without running a kernel"
    )
    one.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="notebooks, or folders")
    one.add_argument("--json", action="store_true", help="print a list of results, one a notebook")
    one.set_defaults(run=_grade)


def _grade(arguments: argparse.Namespace) -> int:
    course = load_course()
    results = []
    with CachedEngine() as engine, Progress() as progress:
        for path in notebooks(arguments.paths):
            progress.tell(str(path))
            results.append(grade_notebook(path, course, engine))
    if arguments.json:
        print(json.dumps([result.as_json() for result in results], indent=2))
    else:
        print("\n\n".join(map(_report, results)) or "No notebooks there.")
    return 0 if results and all(one.status == "graded" for one in results) else 1


def notebooks(paths: Iterable[Path]) -> list[Path]:
    """The notebooks that these files and folders are, without Jupyter's checkpoints."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
    return [path for path in found if ".ipynb_checkpoints" not in path.parts]


def _report(result: NotebookResult) -> str:
    course = load_course()
    who = f"{result.learner}  " if result.learner else ""
    head = f"{who}{result.lab}/{result.notebook}: {result.status}, "
    head += f"{result.score} of {result.max_score} points"
    parts = [head, result.reason] if result.reason else [head]
    for one in result.exercises:
        parts.append(as_text(course.exercise(one.id), one, for_learner=False))
    return "\n".join(parts)
