"""The cells that a notebook is made of, and their ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from workbench.notebook.answer_text import answer_source

Role = Literal["answer", "check", "story"]


def slug(id: str) -> str:  # noqa: A002
    """An exercise's id for nbgrader and for cell ids.

    nbgrader's schema (nbgraderformat/v3.json) allows only letters, digits, "_" and "-" in a
    grade_id, and so does nbformat in a cell id: the dot becomes a "-".
    """
    return re.sub(r"[^A-Za-z0-9_-]", "-", id)


def story_cell(cell_id: str, text: str) -> NotebookNode:
    """Prose. It cannot be edited by accident; it is no nbgrader cell.

    nbgrader refuses a lab whose set of nbgrader cells changed once there are submissions
    (preprocessors/savecells.py). A story may gain a paragraph in mid-term, so it must not be one;
    grading restores it all the same.
    """
    metadata = {"deletable": False, "editable": False} | _workbench("story")
    return new_markdown_cell(text, id=cell_id, metadata=metadata)


def demo_cell(cell_id: str, code: str) -> NotebookNode:
    """A live demo: code to run and to play with."""
    return new_code_cell(code, id=cell_id, metadata=_workbench("story"))


def task_cell(id: str, text: str) -> NotebookNode:  # noqa: A002
    """What an exercise asks for, in Markdown."""
    metadata = {"deletable": False, "editable": False} | _workbench("story", id)
    return new_markdown_cell(text, id=_cell_id("exercise", id), metadata=metadata)


def answer_cell(id: str, text: str, language: str = "python") -> NotebookNode:  # noqa: A002
    """The cell that holds the answer: nbgrader's "solution" cell.

    SQL is marked for JupyterLab, which highlights it: jupyter/config/labextensions.
    """
    flags = {"grade": False, "locked": False, "solution": True}
    cell = _graded_cell("answer", id, answer_source(id, text), flags)
    if language != "python":
        cell.metadata["workbench"]["language"] = language
    return cell


def check_cell(id: str, points: int) -> NotebookNode:  # noqa: A002
    """The cell that grades the answer: nbgrader's locked "grade" cell, worth all the points."""
    flags = {"grade": True, "locked": True, "points": points, "solution": False}
    return _graded_cell("check", id, f'check("{id}")', flags)


def _graded_cell(
    role: Role, exercise: str, source: str, flags: Mapping[str, object]
) -> NotebookNode:
    name = f"{role}-{slug(exercise)}"
    marks = {"grade_id": name, "schema_version": 3, "task": False, **flags}
    metadata: dict[str, object] = {"nbgrader": marks} | _workbench(role, exercise)
    return new_code_cell(source, id=_cell_id(role, exercise), metadata=metadata)


def _workbench(role: Role, exercise: str = "") -> dict[str, object]:
    own = {"role": role} | ({"exercise": exercise} if exercise else {})
    return {"workbench": own}


def _cell_id(kind: str, exercise: str) -> str:
    # nbformat allows 64 characters.
    return f"{kind}-{slug(exercise)}"[:64]
