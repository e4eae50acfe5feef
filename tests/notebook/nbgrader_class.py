"""A class that uses nbgrader: the small course, its own folders, and stock commands."""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from small_course import FIRST, LAB, SECOND

from workbench.course import Course
from workbench.paths import root

#: For one command, on a busy machine: `autograde` grades a whole lab for three learners.
COMMAND_SECONDS = 800

#: Where the scripted engine lies.
HELPERS = Path(__file__).parent

#: What a class changes in the course's nbgrader_config.py to be the small course.
CONFIG = """
load_subconfig({config!r})
c = get_config()
c.CourseDirectory.root = {folder!r}
c.CourseDirectory.source_directory = {folder!r} + "/solutions"
c.CourseDirectory.release_directory = {folder!r} + "/labs"
c.CourseStep.graders = {folder!r} + "/graders"
c.Grade.engine = "scripted_engine.ScriptedEngine"
"""

# Importing nbgrader takes longer than most of its commands.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["nbgrader.apps.nbgraderapp", "nbconvert.exporters.html"])


@dataclass(frozen=True)
class Class:
    """A course folder with nbgrader's folders below `work`."""

    folder: Path
    work: Path
    course: Course

    @property
    def environ(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return os.environ | {
            "PATH": path,
            "PYTHONPATH": f"{root()}{os.pathsep}{HELPERS}",
            "WORKBENCH_BUILD": str(self.folder / "build"),
            "WORKBENCH_WORK": str(self.folder / "work"),
            "HOME": str(self.folder),
            "JUPYTER_CONFIG_DIR": str(self.folder / ".jupyter"),
            "JUPYTER_RUNTIME_DIR": str(self.folder / ".runtime"),
        }

    def run(self, *arguments: str, ok: bool = True, **changes: str) -> str:
        """Run `nbgrader ARGUMENTS` and return all it said; fail unless it exits as expected.

        changes: to its environment.
        """
        done = subprocess.run(
            ["nbgrader", *arguments],
            cwd=self.folder,
            env=self.environ | changes,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_SECONDS,
        )
        assert (done.returncode == 0) is ok, done.stdout
        return done.stdout

    def run_forked(self, *arguments: str, ok: bool = True) -> str:
        """The same in a process forked from one that has nbgrader imported already."""
        log = self.folder / "command.log"
        given = (["nbgrader", *arguments], self.folder, self.environ, log)
        process = _FORKS.Process(target=_command, args=given)
        process.start()
        process.join(timeout=COMMAND_SECONDS)
        assert (process.exitcode == 0) is ok, log.read_text()
        return log.read_text()

    def released(self, notebook: str = FIRST) -> Path:
        return self.folder / "labs" / LAB / f"{notebook}.ipynb"

    def submit(self, learner: str, first: dict[str, Any] | bytes, *, second: bool = False) -> Path:
        """Put a submission into nbgrader's folder; `second`: with the released second notebook."""
        folder = self.work / "submitted" / learner / LAB
        folder.mkdir(parents=True, exist_ok=True)
        data = first if isinstance(first, bytes) else json.dumps(first).encode()
        (folder / f"{FIRST}.ipynb").write_bytes(data)
        if second:
            (folder / f"{SECOND}.ipynb").write_bytes(self.released(SECOND).read_bytes())
        return folder / f"{FIRST}.ipynb"

    def graded(self, learner: str) -> dict[str, Any]:
        """The copy that nbgrader graded."""
        file = self.work / "autograded" / learner / LAB / f"{FIRST}.ipynb"
        notebook: dict[str, Any] = json.loads(file.read_text())
        return notebook

    def feedback(self, learner: str) -> str:
        return (self.work / "feedback" / learner / LAB / f"{FIRST}.html").read_text()


def _command(arguments: list[str], folder: Path, environ: dict[str, str], log: Path) -> None:
    with log.open("wb") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.path[:0] = environ["PYTHONPATH"].split(os.pathsep)
    sys.argv = arguments
    from nbgrader.apps.nbgraderapp import main

    main()
