"""For those who grade: grade."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench.commands.progress import Progress
from workbench.course import load_course
from workbench.grading.pool import WorkersLost, grade_all
from workbench.grading.render import as_text
from workbench.grading.result import NotebookResult


def add_parsers(subparsers: Any) -> None:
    """Add the instructors' commands."""
    one = subparsers.add_parser(
        "grade", help="grade notebooks, without nbgrader and without running a kernel"
    )
    one.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="notebooks, or folders")
    one.add_argument("--json", action="store_true", help="print a list of results, one a notebook")
    one.add_argument("--jobs", type=int, default=1, metavar="N", help="processes that grade")
    one.add_argument("--fresh", action="store_true", help="judge again what was judged before")
    one.set_defaults(run=_grade)


def _grade(arguments: argparse.Namespace) -> int:
    if arguments.jobs < 1:
        print("workbench: --jobs takes a number from 1.", file=sys.stderr)
        return 2
    paths = notebooks(arguments.paths)
    done: dict[Path, NotebookResult] = {}
    began = time.monotonic()
    with Progress() as progress:
        try:
            for path, result in grade_all(paths, jobs=arguments.jobs, fresh=arguments.fresh):
                done[path] = result
                progress.tell(_so_far(len(done), len(paths), time.monotonic() - began))
        except WorkersLost as error:
            print(f"workbench: {error}", file=sys.stderr)
    results = [done[path] for path in paths if path in done]
    if arguments.json:
        print(json.dumps([result.as_json() for result in results], indent=2))
    else:
        print("\n\n".join([*map(_report, results), _summary(results)]))
    complete = len(results) == len(paths) > 0
    return 0 if complete and all(one.status == "graded" for one in results) else 1


def notebooks(paths: Iterable[Path]) -> list[Path]:
    """The notebooks that these files and folders are, each once, without Jupyter's checkpoints."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
    return [path for path in dict.fromkeys(found) if ".ipynb_checkpoints" not in path.parts]


def _so_far(done: int, total: int, seconds: float) -> str:
    left = seconds / done * (total - done)
    return f"{done} of {total} notebooks, about {left:.0f} s left"


def _report(result: NotebookResult) -> str:
    course = load_course()
    who = f"{result.learner}  " if result.learner else ""
    head = f"{who}{result.lab}/{result.notebook}: {result.status}, "
    head += f"{result.score} of {result.max_score} points"
    parts = [head, result.reason] if result.reason else [head]
    for one in result.exercises:
        parts.append(as_text(course.exercise(one.id), one, for_learner=False))
    return "\n".join(parts)


def _summary(results: list[NotebookResult]) -> str:
    """One line: how many notebooks came to which end."""
    counts = dict.fromkeys(("graded", "withheld", "rejected"), 0)
    for result in results:
        counts[result.status] += 1
    said = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    return f"{len(results)} notebooks: {said}." if results else "No notebooks there."
