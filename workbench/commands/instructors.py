"""For those who grade: grade."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from workbench.commands.progress import Progress
from workbench.commands.sandbox_option import add_sandbox_option, weak_sandbox
from workbench.course import Course, load_course
from workbench.grading.changes import Change, LastResults, change_line, changes
from workbench.grading.finding import notebooks
from workbench.grading.pool import WorkersLost, grade_all
from workbench.grading.render import as_text
from workbench.grading.result import NotebookResult
from workbench.paths import build_dir
from workbench.printable import printable


def add_parsers(subparsers: Any) -> None:
    """Add the instructors' commands."""
    one = subparsers.add_parser(
        "grade", help="grade notebooks, without nbgrader and without running a kernel"
    )
    one.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="notebooks, or folders")
    one.add_argument("--json", action="store_true", help="print a list of results, one a notebook")
    one.add_argument("--jobs", type=int, default=1, metavar="N", help="processes that grade")
    one.add_argument(
        "--engine",
        choices=("pool", "celery"),
        default="pool",
        help="where: processes of this machine, or workers elsewhere (see `workbench worker`)",
    )
    one.add_argument("--fresh", action="store_true", help="judge again what was judged before")
    one.add_argument(
        "--watch", action="store_true", help="grade what comes into folders, on and on"
    )
    settle = "with --watch: how long an unreadable file may stay unchanged before it is rejected"
    one.add_argument("--settle", type=float, default=5.0, metavar="SECONDS", help=settle)
    add_sandbox_option(one)
    one.set_defaults(run=_grade)


def _grade(arguments: argparse.Namespace) -> int:
    if arguments.watch:
        # Imported here: it brings what grades, which takes longer to import than all else, and
        # which a pool's processes import for themselves meanwhile.
        from workbench.commands.watching import watch_folders

        return watch_folders(arguments)
    if arguments.jobs < 1:
        print("workbench: --jobs takes a number from 1.", file=sys.stderr)
        return 2
    if arguments.engine == "celery" and arguments.jobs != 1:
        print("workbench: --jobs goes with the pool; each worker has its own.", file=sys.stderr)
        return 2
    paths = found_notebooks(arguments.paths, load_course())
    done: dict[Path, NotebookResult] = {}
    began = time.monotonic()
    with Progress() as progress:
        try:
            for path, result in _graded(paths, arguments):
                done[path] = result
                progress.tell(_so_far(len(done), len(paths), time.monotonic() - began))
        except WorkersLost as error:
            print(f"workbench: {error}", file=sys.stderr)
    done = {path: done[path] for path in paths if path in done}
    results = list(done.values())
    last = LastResults(build_dir() / "last")
    changed = {path: changes(last.get(path), result) for path, result in done.items()}
    if arguments.json:
        print(json.dumps([_as_json(done[path], changed[path]) for path in done], indent=2))
    else:
        parts = [*map(_report, results), *_changes(done, changed), _summary(results)]
        print(printable("\n\n".join(parts), keep="\n\t"), flush=True)
    if warning := weak_sandbox(results):
        print(f"workbench: {warning}", file=sys.stderr)
    _keep(last, done)
    complete = len(results) == len(paths) > 0
    return 0 if complete and all(one.status == "graded" for one in results) else 1


def _as_json(result: NotebookResult, changed: list[Change]) -> dict[str, Any]:
    return result.as_json() | {"changes": [one.as_json() for one in changed]}


def _changes(done: dict[Path, NotebookResult], changed: dict[Path, list[Change]]) -> list[str]:
    """The paragraph that tells what is different from the last time, if anything is."""
    lines = [change_line(done[path], found) for path, found in changed.items() if found]
    return ["\n".join(["Changed since the last time:", *lines])] if lines else []


def _keep(last: LastResults, done: dict[Path, NotebookResult]) -> None:
    """Only now, after the report: who is interrupted before it is told of the changes next time."""
    for path, result in done.items():
        try:
            last.put(path, result)
        except OSError as error:
            print(f"workbench: the marks could not be kept for comparison: {error}",
                  file=sys.stderr)  # fmt: skip
            return


def _graded(
    paths: list[Path], arguments: argparse.Namespace
) -> Iterator[tuple[Path, NotebookResult]]:
    """Every notebook's result from where `--engine` says."""
    if arguments.engine == "pool":
        return grade_all(
            paths,
            jobs=arguments.jobs,
            fresh=arguments.fresh,
            require_sandbox=arguments.require_sandbox,
        )
    # Imported here: Celery takes longer to import than a kept result to be found.
    from workbench.grading.distributed import request

    def tell(text: str) -> None:
        print(f"workbench: {text}", file=sys.stderr)

    return request.grade_all(
        paths, fresh=arguments.fresh, tell=tell, require_sandbox=arguments.require_sandbox
    )


def found_notebooks(paths: Iterable[Path], course: Course) -> list[Path]:
    """The notebooks that these files and folders are; what is left out of folders is said."""
    found, strays = notebooks(paths, course)
    for path in strays:
        print(
            f"workbench: left out, as nbgrader does: {printable(str(path))} is none of the lab's"
            " notebooks by its name.",
            file=sys.stderr,
        )
    return found


def _so_far(done: int, total: int, seconds: float) -> str:
    left = seconds / done * (total - done)
    return f"{done} of {total} notebooks, about {left:.0f} s left"


def _report(result: NotebookResult) -> str:
    course = load_course()
    who = f"{printable(result.learner)}  " if result.learner else ""
    head = f"{who}{result.lab}/{printable(result.notebook)}: {result.status}, "
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
