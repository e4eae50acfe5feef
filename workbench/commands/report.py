"""For those who grade: report."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from workbench.commands.instructors import found_notebooks
from workbench.commands.progress import Progress
from workbench.commands.sandbox_option import add_sandbox_option, weak_sandbox
from workbench.course import Course, CourseError, Lab, load_course
from workbench.grading.answers import read_answer
from workbench.grading.finding import notebooks
from workbench.grading.notebook import lab_of
from workbench.grading.pool import WorkersLost, grade_all
from workbench.grading.result import NotebookResult
from workbench.grading.submission import SubmissionError, read_submission
from workbench.paths import build_dir


def add_parsers(subparsers: Any) -> None:
    """Add the command."""
    one = subparsers.add_parser("report", help="write a page on how a class did in a lab")
    what = "a lab, for what nbgrader collected of it; or notebooks, or folders of them"
    one.add_argument("paths", nargs="+", metavar="LAB|PATH", help=what)
    one.add_argument("--to", type=Path, metavar="FILE", help="the page; else build/report-LAB.html")
    one.add_argument("--json", action="store_true", help="print the numbers, and write no page")
    one.add_argument("--jobs", type=int, default=1, metavar="N", help="processes that grade")
    share = "from which share on answers are shown as alike; 0.6 unless said"
    one.add_argument("--alike", type=float, default=0.6, metavar="SHARE", help=share)
    add_sandbox_option(one)
    one.set_defaults(run=_report)


def _report(arguments: argparse.Namespace) -> int:
    from workbench.report.numbers import class_report

    if arguments.jobs < 1 or not 0 < arguments.alike <= 1:
        print(
            "workbench: --jobs takes a number from 1, --alike one above 0 up to 1.", file=sys.stderr
        )
        return 2
    if arguments.to and arguments.to.is_dir():
        print(f"workbench: --to takes a file, and {arguments.to} is a folder.", file=sys.stderr)
        return 2
    course = load_course()
    paths = _submissions(course, arguments.paths)
    lab = _lab(course, paths)
    with Progress() as progress:
        results: dict[Path, NotebookResult] = {}
        try:
            graded = grade_all(
                paths,
                jobs=arguments.jobs,
                fresh=False,
                require_sandbox=arguments.require_sandbox,
            )
            for path, result in graded:
                results[path] = result
                progress.tell(f"{len(results)} of {len(paths)} notebooks")
        except WorkersLost as error:
            print(f"workbench: {error}", file=sys.stderr)
            return 1
        names = _names(lab, results)
        progress.tell("comparing answers")
        alike = _alike(lab, names, arguments.alike)
    if warning := weak_sandbox(results.values()):
        print(f"workbench: {warning}", file=sys.stderr)
    by_learner: dict[str, list[NotebookResult]] = defaultdict(list)
    for path in sorted(results):
        by_learner[names[path]].append(results[path])
    report = class_report(lab, by_learner, alike)
    if arguments.json:
        print(json.dumps(report.as_json(), indent=2))
        return 0
    from workbench.report.page import page

    file = arguments.to or build_dir() / f"report-{lab.name}.html"
    made = datetime.now().astimezone().strftime("%-d %B %Y, %H:%M")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(page(lab, report, made, arguments.alike), encoding="utf-8")
    except OSError as error:
        raise CourseError(
            f"The page cannot be written: {error}. --to names another file."
        ) from None
    print(file)
    return 0


def _submissions(course: Course, named: list[str]) -> list[Path]:
    """The notebooks of labs as nbgrader keeps them, and those of paths. Raises CourseError."""
    known = {lab.name for lab in course.labs}
    submitted = build_dir() / "nbgrader" / "submitted"
    found: list[Path] = []
    for name in named:
        if Path(name).exists() and name not in known:
            these = [Path(name)]
        elif name in known or ("/" not in name and not name.endswith(".ipynb")):
            these = sorted(submitted.glob(f"*/{course.lab(name).name}"))
        else:
            raise CourseError(f"There is no file or folder {name}.")
        if not notebooks(these, course)[0]:
            raise CourseError(
                f"There are no submissions to {name}: collect them first (`nbgrader collect` or"
                f" `zip_collect` puts them into {submitted}), or name notebooks or folders."
            )
        found += these
    return found_notebooks(found, course)


def _lab(course: Course, paths: list[Path]) -> Lab:
    """The one lab that the notebooks belong to. Raises CourseError."""
    labs = sorted({lab.name for path in paths if (lab := lab_of(path, course))})
    if len(labs) != 1:
        raise CourseError(
            f"A report is about one lab, and these notebooks belong to {' and '.join(labs)}."
            if labs
            else "None of these notebooks belongs to a lab: `workbench grade` says why."
        )
    return course.lab(labs[0])


def _names(lab: Lab, results: dict[Path, NotebookResult]) -> dict[Path, str]:
    """Who each notebook is of: as nbgrader's folder says, else the folder that holds it, or its own
    name where that is not the lab's name for it."""
    stories = {story.stem for story in lab.stories}
    whose = {path: _owner(Path(os.path.abspath(path)), lab, stories) for path in results}
    common = os.path.commonpath([one.parent for one in whose.values()])
    return {
        path: result.learner or whose[path].relative_to(common).as_posix()
        for path, result in results.items()
    }


def _owner(path: Path, lab: Lab, stories: set[str]) -> Path:
    if path.stem not in stories:
        return path.with_suffix("")
    return path.parent.parent if path.parent.name == lab.name else path.parent


def _alike(lab: Lab, names: dict[Path, str], least: float) -> list[Any]:
    from workbench.report.copies import alike

    answers: dict[str, dict[str, str]] = defaultdict(dict)
    for path, learner in sorted(names.items()):
        try:
            submission = read_submission(path)
        except SubmissionError:
            continue
        for exercise in lab.exercises:
            answer = read_answer(submission, exercise.id)
            if answer.text:
                answers[exercise.id][learner] = answer.text
    return [pair for one in lab.exercises for pair in alike(one, answers[one.id], least)]
