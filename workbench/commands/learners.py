"""For those who learn: lab, check, reset, restore."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from workbench.bench.choose import provider_from
from workbench.course import Course, Exercise, load_course
from workbench.grading.notebook import grade_notebook
from workbench.grading.opening import CachedEngine
from workbench.grading.render import as_text
from workbench.jupyter.answers import Answers
from workbench.notebook.replace import replace_answer
from workbench.paths import root, work_dir

LEARNERS_CONFIG = Path(__file__).parent.parent / "jupyter" / "config"


def add_parsers(subparsers: Any) -> None:
    """Add the learners' commands."""
    one = subparsers.add_parser(
        "lab",
        help="start the bench and open JupyterLab on the first lab",
        epilog="Further options go to JupyterLab: `workbench lab --no-browser --port=9000`.",
    )
    one.set_defaults(run=_lab, jupyter=[])

    one = subparsers.add_parser("check", help="check a notebook's answers, as they are saved in it")
    one.add_argument("notebook", type=Path, metavar="NB")
    one.set_defaults(run=_check)

    one = subparsers.add_parser("reset", help="go back to an exercise's starter")
    one.add_argument("id", metavar="ID")
    one.set_defaults(run=_reset)

    one = subparsers.add_parser("restore", help="go back to an earlier answer")
    one.add_argument("id", metavar="ID")
    one.add_argument("version", nargs="?", metavar="WHEN", help="a time from the list; or a start")
    one.set_defaults(run=_restore)


def copy_labs(labs: Path, to: Path) -> list[Path]:
    """Copy the released notebooks that the learner does not have yet; all of theirs, in order.

    A notebook that is there already is the learner's, and is left alone.
    """
    mine = []
    for file in sorted(labs.glob("*/*.ipynb")):
        target = to / file.relative_to(labs)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        mine.append(target)
    return mine


def _lab(arguments: argparse.Namespace) -> int:
    notebooks = copy_labs(root() / "labs", work_dir() / "labs")
    first = notebooks[0].relative_to(work_dir())
    with provider_from(os.environ, work_dir() / "bench").acquire() as lease:
        print(f"The bench is up ({lease.services.provider}). Your files are in {work_dir()}.")
        command = [
            sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={work_dir()}",
            f"--LabApp.default_url=/lab/tree/{first.as_posix()}",
            f"--LabApp.extra_labextensions_path={LEARNERS_CONFIG / 'labextensions'}",
            # JupyterLab asks root for a confirmation; who is root in a container has no other user.
            *(["--allow-root"] if os.geteuid() == 0 else []),
            *arguments.jupyter,
        ]  # fmt: skip
        # Without nbgrader's pages for instructors, and without the news.
        config = [str(LEARNERS_CONFIG), os.environ.get("JUPYTER_CONFIG_PATH", "")]
        environ = os.environ | {
            "WORKBENCH_WORK": str(work_dir()),
            "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, config)),
        }
        with subprocess.Popen(command, env=environ) as jupyter:
            # Ctrl-C is JupyterLab's own question; whoever ends this command ends JupyterLab.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, lambda *_: jupyter.terminate())
            return jupyter.wait()


def _check(arguments: argparse.Namespace) -> int:
    course = load_course()
    with CachedEngine() as engine:
        result = grade_notebook(arguments.notebook, course, engine)
    if result.reason:
        print(result.reason)
    for one in result.exercises:
        print(as_text(course.exercise(one.id), one, for_learner=True))
    print(f"{result.score} of {result.max_score} points")
    return 0 if result.exercises and result.score == result.max_score else 1


def _reset(arguments: argparse.Namespace) -> int:
    course = load_course()
    exercise = course.exercise(arguments.id)
    return _go_back(course, exercise, exercise.starter, "its starter")


def _restore(arguments: argparse.Namespace) -> int:
    course = load_course()
    exercise = course.exercise(arguments.id)
    versions = Answers().versions(exercise)
    if not versions:
        print(f"workbench: no answer to {exercise.id} was saved yet.", file=sys.stderr)
        return 1
    if arguments.version is None:
        print("\n".join(f"{one.saved}  {len(one.text.splitlines())} lines" for one in versions))
        print(f"Go back to one of them with `workbench restore {exercise.id} WHEN`.")
        return 0
    chosen = [one for one in versions if one.saved.startswith(arguments.version)]
    if not chosen:
        print(f"workbench: no answer was saved at {arguments.version}; `workbench restore "
              f"{exercise.id}` lists them.", file=sys.stderr)  # fmt: skip
        return 1
    return _go_back(course, exercise, chosen[-1].text, f"the answer of {chosen[-1].saved}")


def _go_back(course: Course, exercise: Exercise, text: str, what: str) -> int:
    """Make `text` the current answer, on disk and in the learner's notebook."""
    Answers().save(exercise, text)
    folder = work_dir() / "labs" / course.lab_of(exercise).name
    print(f"{exercise.id} is {what} again. `workbench restore {exercise.id}` lists all you had.")
    for file in sorted(folder.glob("*.ipynb")):
        if not replace_answer(file, exercise, text):
            continue
        print(f"{file} holds it now. Is it open in JupyterLab? Reload it: File, Reload from Disk.")
    return 0
