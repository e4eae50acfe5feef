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

from workbench.commands.instructors import notebooks
from workbench.commands.progress import Progress
from workbench.commands.sandbox_option import add_sandbox_option, weak_sandbox
from workbench.course import Course, CourseError, Lab, load_course
from workbench.grading.answers import read_answer
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
    course = load_course()
    paths = _submissions(course, arguments.paths)
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
        lab = _lab(course, results)
        names = _names(results)
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
    file.parent.mkdir(parents=True, exist_ok=True)
    made = datetime.now().astimezone().strftime("%-d %B %Y, %H:%M")
    file.write_text(page(lab, report, made, arguments.alike), encoding="utf-8")
    print(file)
    return 0


def _submissions(course: Course, named: list[str]) -> list[Path]:
    """The notebooks of labs as nbgrader keeps them, and those of paths. Raises CourseError."""
    known = {lab.name for lab in course.labs}
    submitted = build_dir() / "nbgrader" / "submitted"
    found: list[Path] = []
    for name in named:
        if Path(name).exists() and name not in known:
            found += notebooks([Path(name)])
        else:
            found += notebooks(sorted(submitted.glob(f"*/{course.lab(name).name}")))
    if not found:
        raise CourseError(
            f"There are no submissions to {', '.join(named)}: collect them first (`nbgrader "
            f"collect` or `zip_collect` puts them into {submitted}), or name notebooks or folders."
        )
    return found


def _lab(course: Course, results: dict[Path, NotebookResult]) -> Lab:
    """The one lab that the notebooks belong to. Raises CourseError."""
    labs = sorted({result.lab for result in results.values() if result.lab})
    if len(labs) != 1:
        raise CourseError(
            f"A report is about one lab, and these notebooks belong to {' and '.join(labs)}."
            if labs
            else "None of these notebooks belongs to a lab: `workbench grade` says why."
        )
    return course.lab(labs[0])


def _names(results: dict[Path, NotebookResult]) -> dict[Path, str]:
    """Who each notebook is of: as its folder says, else by its own path."""
    common = os.path.commonpath([path.absolute().parent for path in results])
    return {
        path: result.learner or path.absolute().relative_to(common).with_suffix("").as_posix()
        for path, result in results.items()
    }


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
