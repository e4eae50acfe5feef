"""`%load_ext workbench`: what a notebook gets, composed in one place."""

from __future__ import annotations

import atexit
import importlib
import sys
from pathlib import Path

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from workbench.course import Course, CourseError, Exercise, load_course
from workbench.grading.result import ExerciseResult
from workbench.jupyter.answers import Answers
from workbench.jupyter.built import Built
from workbench.jupyter.companion import Companion
from workbench.jupyter.exchange import LiveApp
from workbench.jupyter.gateway.notebook import LiveGateway
from workbench.jupyter.network.notebook import LiveNetwork
from workbench.jupyter.score import Score, not_run
from workbench.jupyter.social.magics import SqlMagics
from workbench.jupyter.social.notebook import LiveSocial
from workbench.jupyter.unwritten import Unwritten


def load(shell: InteractiveShell) -> None:
    """Put `%%answer`, `%%sql`, `check`, `explain`, `app`, `gateway`, `social` and `network` into
    this notebook."""
    course, answers, companion = load_course(), Answers(), Companion()
    atexit.register(companion.close)
    notebook = Notebook(shell, course, answers, companion)
    shell.register_magic_function(notebook.answer, "cell", "answer")  # type: ignore[arg-type]
    social = LiveSocial(companion)
    shell.register_magics(SqlMagics(shell, social))
    live = {
        "app": LiveApp(companion),
        "gateway": LiveGateway(companion),
        "social": social,
        "network": LiveNetwork(companion),
    }
    shell.push({"check": notebook.check, "explain": social.explain, **live})


class Notebook:
    """What the cells of one notebook call."""

    def __init__(
        self, shell: InteractiveShell, course: Course, answers: Answers, companion: Companion
    ) -> None:
        self._shell, self._course = shell, course
        self._answers, self._companion = answers, companion
        self._folder: str | None = None

    def answer(self, line: str, cell: str) -> Built | Unwritten | None:
        """`%%answer ID`: save the cell, swap it into the live system, and import its names; of SQL,
        say whether the schema can be built with it. A starter is not swapped in."""
        exercise = self._exercise(line.strip())
        self._answers.save(exercise, cell)
        folder = self._companion.ask("swap")["folder"]
        is_query = Path(exercise.replaces).parent.name == "queries"  # asked, and not built
        if exercise.language == "python":
            self._import(exercise, folder)
        if exercise.is_starter(cell):
            return Unwritten()
        if exercise.language == "sql" and not is_query:
            return Built.by(LiveSocial(self._companion))
        return None

    def check(self, exercise_id: str) -> Score:
        """Grade the answer that was saved last: a number that shows the report."""
        exercise = self._exercise(exercise_id)
        text = self._answers.current(exercise)
        if text is None:
            return not_run(exercise)
        reply = self._companion.ask("check", exercise=exercise.id, answer=text)
        result = ExerciseResult.from_json(reply)
        full = result.score == result.max_score
        failures = self._answers.note_outcome(exercise, full=full)
        hint = exercise.hints[min(failures, len(exercise.hints)) - 1] if failures > 1 else ""
        return Score(exercise, result, hint=hint)

    def _exercise(self, exercise_id: str) -> Exercise:
        try:
            return self._course.exercise(exercise_id)
        except CourseError as error:
            raise UsageError(str(error)) from None

    def _import(self, exercise: Exercise, folder: str) -> None:
        """Import the part afresh from the system in `folder`, and its public names into here."""
        for name in [name for name in sys.modules if name.split(".")[0] == "backend"]:
            del sys.modules[name]
        if self._folder in sys.path:
            sys.path.remove(self._folder)
        sys.path.insert(0, folder)
        self._folder = folder
        importlib.invalidate_caches()
        name = ".".join(Path(exercise.replaces).with_suffix("").parts)
        module = vars(importlib.import_module(name))
        self._shell.push({key: value for key, value in module.items() if not key.startswith("_")})
