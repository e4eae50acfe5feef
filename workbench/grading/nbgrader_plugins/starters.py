"""`nbgrader generate_assignment`: answer cells get the exercise's starter, not a stub."""

from __future__ import annotations

from nbformat import NotebookNode
from nbgrader import utils

from workbench.grading.nbgrader_plugins.step import CourseStep, Resources
from workbench.notebook.answer_text import answer_source


class PutStarters(CourseStep):
    """Stands in the place of ClearSolutions, which knows one stub for all cells."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Put each exercise's starter into its answer cell.

        Raises CourseError for an answer cell of no exercise: its solution would be released.
        """
        course = self.course()
        for cell in nb.cells:
            if utils.is_solution(cell):
                id = cell.metadata.get("workbench", {}).get("exercise", "")  # noqa: A001
                cell.source = answer_source(id, course.exercise(id).starter)
        return nb, resources
