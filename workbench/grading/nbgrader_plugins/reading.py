"""How `nbgrader autograde` opens a submission, which may not even be a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.converters import Autograde

from workbench.grading.nbgrader_plugins.sanitize import Sanitize
from workbench.grading.nbgrader_plugins.step import Resources
from workbench.grading.nbgrader_plugins.unfinished import remove_unfinished, take_marks_back


class SubmissionExporter(NotebookExporter):
    """The notebook exporter, except that a submission is opened by Sanitize and not by nbformat.

    Autograde converts twice: the submission to a sanitized copy, then that copy to the graded one.
    It makes its exporter when it knows the submissions, and before it decides which to skip.
    """

    parent: Autograde

    def __init__(self, **kw: Any) -> None:
        super().__init__(**kw)
        remove_unfinished(self.parent)

    def from_file(
        self, file_stream: TextIO, resources: Resources | None = None, **kw: Any
    ) -> tuple[NotebookNode, Resources]:
        if any(isinstance(step, Sanitize) for step in self._preprocessors):
            notebooks = [Path(file).stem for file in self.parent.notebooks]
            if resources is not None and resources["nbgrader"]["notebook"] == notebooks[0]:
                take_marks_back(resources, notebooks)
            return self.from_notebook_node(new_notebook(), resources=resources, **kw)
        return super().from_file(file_stream, resources=resources, **kw)
