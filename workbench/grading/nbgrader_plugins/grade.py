"""`nbgrader autograde`: the step in place of Execute. No kernel is started."""

from __future__ import annotations

import atexit
import functools
from collections.abc import Callable
from typing import Protocol

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from traitlets import Enum, Unicode
from traitlets.utils.importstring import import_item

from workbench.course import CourseError, Exercise
from workbench.grading.nbgrader_plugins.step import CourseStep, Resources
from workbench.grading.notebook import Grader, not_graded
from workbench.grading.render import as_html
from workbench.grading.result import ExerciseResult
from workbench.notebook.answer_text import split_answer
from workbench.running.sandbox.level import CONFINING, NAMES, holds


class WithheldError(Exception):
    """The grade is withheld for an error of ours: nbgrader must leave the submission ungraded."""


class ClosingGrader(Grader, Protocol):
    """A grader that holds services, to be closed at the end of the process."""

    def close(self) -> None: ...


class Grade(CourseStep):
    """Grades the answers of a sanitized submission, and puts score and report into check cells."""

    engine = Unicode(
        "workbench.grading.opening.CachedEngine",
        help="Dotted name of what grades answers: called with require_sandbox, closed at the end",
    ).tag(config=True)
    require_sandbox = Enum(
        ("", *NAMES),
        "",
        help="The weakest sandbox in which answers are run; in a weaker one grades are withheld",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Give each check cell one output: a number in [0, max], and the report as HTML.

        Raises WithheldError when an exercise's grade is withheld: nbgrader then removes its copy,
        lists the submission under "needs autograding", goes on with the next, and at the end
        exits with status 1.
        """
        course = self.course()
        answers = {
            cell.metadata.workbench.exercise: cell
            for cell in nb.cells
            if cell.metadata.get("workbench", {}).get("role") == "answer"
        }
        for cell in nb.cells:
            if utils.is_grade(cell):
                exercise = course.exercise(cell.metadata.workbench.exercise)
                result = self._result(exercise, answers[exercise.id])
                if result.status == "withheld":
                    raise WithheldError(
                        f"{exercise.id} of {resources['nbgrader']['student']} was not graded, by "
                        f"an error of ours: {result.reason} Run `nbgrader autograde` again: it "
                        "takes up the submissions that it left out."
                    )
                cell.outputs = [_output(exercise, result, cell.metadata.nbgrader.points)]
        return nb, resources

    def _result(self, exercise: Exercise, answer: NotebookNode) -> ExerciseResult:
        if problem := answer.metadata.workbench.get("problem"):
            return not_graded(exercise, problem)
        engine = _opened(import_item(self.engine), self.require_sandbox)
        result = engine.grade(exercise, split_answer(answer.source)[1])
        if result.status == "graded" and not holds(result.sandbox, CONFINING):
            self.log.warning(
                "%s was judged at the sandbox level `%s`: the answer could read your files and"
                " reach your network. Set WORKBENCH_REQUIRE_SANDBOX=%s to refuse that.",
                exercise.id,
                result.sandbox or "unknown",
                CONFINING,
            )
        return result


@functools.cache
def _opened(open_engine: Callable[..., ClosingGrader], require_sandbox: str) -> ClosingGrader:
    """The process's one engine: starting it costs more than grading an answer."""
    engine = open_engine(require_sandbox=require_sandbox)
    atexit.register(engine.close)
    return engine


def _output(exercise: Exercise, result: ExerciseResult, points: float) -> NotebookNode:
    # nbgrader reads no output, text, NaN and negative numbers as full marks, and raises above the
    # maximum (utils.py, determine_grade): so exactly one number in [0, max].
    if not 0 <= result.score <= points:
        raise CourseError(
            f"{exercise.id} scores {result.score} of {points}: the points changed. "
            "Run `nbgrader generate_assignment` for its lab again."
        )
    # The feedback is official, so it says what hidden checks found.
    html = as_html(exercise, result, for_learner=False)
    # MathJax, which those pages load, must leave dollar signs in answers alone.
    report = f'<div class="tex2jax_ignore mathjax_ignore">{html}</div>'
    data = {"text/plain": str(result.score), "text/html": report}
    return new_output("execute_result", data=data)
