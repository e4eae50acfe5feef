"""The learner's own cells in the sanitized copy: to be read by the instructor, unable to do harm.

The formgrader and the feedback render Markdown with raw HTML in the instructor's origin, so the
text of a learner's cell is carried as code or as a code block, never as Markdown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from workbench.grading.submission import Cell, Submission

#: Characters of extra cells that are carried; the submitted file has them all.
MOST_CHARACTERS = 200_000


class Extras:
    """The cells of a submission that are not the lab's, and which of the lab's each comes after."""

    def __init__(
        self, notebook: NotebookNode, submission: Submission, answers: Sequence[Cell]
    ) -> None:
        """answers: the cells that are shown as answers already."""
        own = {cell.source: cell.id for cell in notebook.cells}
        own_answers = {
            cell.metadata.workbench.exercise: cell.id
            for cell in notebook.cells
            if cell.metadata.workbench.role == "answer"
        }
        self._after: dict[str, list[NotebookNode]] = defaultdict(list)
        self._left = MOST_CHARACTERS
        current = ""
        for cell in submission.cells:
            if cell in answers:
                # The same text twice is one answer; it may have been found without metadata.
                current = own_answers.get(cell.exercise, current)
            elif cell.source in own:
                current = own[cell.source]
            elif cell.source.strip() and self._left > 0:
                number = sum(map(len, self._after.values()))
                self._after[current].append(self._carry(cell, f"learner-{number}"))

    def before(self) -> list[NotebookNode]:
        """The cells that come before every cell of the lab."""
        return self._after[""]

    def after(self, cell: NotebookNode) -> list[NotebookNode]:
        """The cells that come after this cell of the lab, and before its next."""
        return self._after[cell.id]

    def _carry(self, cell: Cell, cell_id: str) -> NotebookNode:
        text = cell.source.encode(errors="replace").decode()
        if len(text) > self._left:
            missing = len(text) - self._left
            text = f"{text[: self._left]}\n[{missing} more characters: see the submitted file]"
        self._left -= len(text)
        if cell.kind == "code":
            return new_code_cell(text, id=cell_id)
        return new_markdown_cell(_fenced(text), id=cell_id)


def _fenced(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}\n{text}\n{marks}"
