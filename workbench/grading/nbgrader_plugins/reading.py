"""How `nbgrader autograde` opens a submission, which may not even be a notebook."""

from __future__ import annotations

from typing import Any, TextIO

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from workbench.grading.nbgrader_plugins.sanitize import Sanitize
from workbench.grading.nbgrader_plugins.step import Resources


class SubmissionExporter(NotebookExporter):
    """The notebook exporter, except that a submission is opened by Sanitize and not by nbformat.

    Autograde converts twice: the submission to a sanitized copy, then that copy to the graded one.
    """

    def from_file(
        self, file_stream: TextIO, resources: Resources | None = None, **kw: Any
    ) -> tuple[NotebookNode, Resources]:
        if any(isinstance(step, Sanitize) for step in self._preprocessors):
            return self.from_notebook_node(new_notebook(), resources=resources, **kw)
        return super().from_file(file_stream, resources=resources, **kw)
