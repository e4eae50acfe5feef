"""Sanitizing a submission: the lab's own notebook again, with the learner's answers in it.

Repairing what a submission may hold (cells twice, deleted, moved, with other points, other ids,
scripts in outputs, in Markdown, in metadata) is a list without an end, and nbgrader gives up the
whole batch for some of it. So nothing is repaired: the copy that nbgrader grades is made anew from
the course, and only text is taken over. The submitted file stays as it is.
"""

from __future__ import annotations

from pathlib import Path

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry

from workbench.course import CourseError
from workbench.grading.answers import Answer, read_answer
from workbench.grading.nbgrader_plugins.extras import Extras
from workbench.grading.nbgrader_plugins.step import CourseStep, Resources
from workbench.grading.submission import Submission, SubmissionError, read_submission
from workbench.notebook.answer_text import answer_source
from workbench.notebook.assemble import make_notebook


class Sanitize(CourseStep):
    """The first step on a submission; it reads the submitted file itself, whatever `nb` is."""

    def preprocess(
        self,
        nb: NotebookNode,  # noqa: ARG002 - nbconvert gives it
        resources: Resources,
    ) -> tuple[NotebookNode, Resources]:
        """The notebook to grade. Raises CourseError when the gradebook knows another course."""
        lab = self.lab(resources)
        notebook = make_notebook(lab, resources["nbgrader"]["notebook"], "release")
        self._compare_with_gradebook(notebook, resources)
        place = resources["metadata"]
        path = Path(place["path"]) / f"{place['name']}.ipynb"
        try:
            filled = fill(notebook, read_submission(path))
        except SubmissionError as error:
            filled = refuse(notebook, str(error))
        marks = [cell.metadata.get("workbench", {}) for cell in filled.cells]
        for problem in dict.fromkeys(mark["problem"] for mark in marks if "problem" in mark):
            self.log.warning("%s: %s", path, problem)
        return filled, resources

    def _compare_with_gradebook(self, notebook: NotebookNode, resources: Resources) -> None:
        """Say what to do when the lab changed after `nbgrader generate_assignment`.

        Without this nbgrader would raise "the nbgrader metadata may be corrupted", or silently
        grade with the old points.
        """
        place = resources["nbgrader"]
        name, lab = place["notebook"], place["assignment"]
        ours = {
            cell.metadata.nbgrader.grade_id: float(cell.metadata.nbgrader.points)
            for cell in notebook.cells
            if utils.is_grade(cell)
        }
        with Gradebook(place["db_url"]) as gradebook:
            try:
                found = gradebook.find_notebook(name, lab)
                theirs = {cell.name: float(cell.max_score) for cell in found.grade_cells}
            except MissingEntry:
                theirs = {}
        if ours != theirs:
            raise CourseError(
                f"{lab}/{name} has other exercises or points than the gradebook: run `nbgrader "
                f"generate_assignment {lab} --force`. Should nbgrader refuse because there are "
                f"submissions, run `nbgrader db assignment remove {lab} --force` before it: marks "
                "come back with the next autograde, but what was graded by hand is lost."
            )


def fill(notebook: NotebookNode, submission: Submission) -> NotebookNode:
    """Put the submission's answers into a released notebook, and its other cells beside them.

    An answer that cannot be told leaves its problem in the answer cell's metadata.
    """
    answers = {id: read_answer(submission, id) for id in _exercises(notebook)}  # noqa: A001
    extras = Extras(notebook, submission, [a.cell for a in answers.values() if a.cell])
    cells = list(extras.before())
    for cell in notebook.cells:
        if _role(cell) == "answer":
            _put(cell, answers[cell.metadata.workbench.exercise])
        cells.append(cell)
        cells += extras.after(cell)
    notebook.cells = cells
    return notebook


def refuse(notebook: NotebookNode, problem: str) -> NotebookNode:
    """A released notebook without answers, each with the problem of the whole file."""
    for cell in notebook.cells:
        if _role(cell) == "answer":
            _put(cell, Answer("", problem, None))
    return notebook


def _exercises(notebook: NotebookNode) -> list[str]:
    marks = [cell.metadata.workbench for cell in notebook.cells if _role(cell) == "answer"]
    return [mark.exercise for mark in marks]


def _role(cell: NotebookNode) -> str:
    return str(cell.metadata.get("workbench", {}).get("role", ""))


def _put(cell: NotebookNode, answer: Answer) -> None:
    mark = cell.metadata.workbench
    # Never the starter, and never the solution, in the place of an answer that is not there.
    cell.source = answer.cell.source if answer.cell else answer_source(mark.exercise, "")
    # Half surrogate pairs cannot be written; such an answer has a problem, so it is only shown.
    cell.source = cell.source.encode(errors="replace").decode()
    if answer.problem:
        mark["problem"] = answer.problem
