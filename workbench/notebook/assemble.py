"""A story and its exercises put together: the notebook that learners open, and its solution."""

from __future__ import annotations

from typing import Literal

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from workbench.checking.check import Check, load_checks
from workbench.course import CourseError, Exercise, Lab
from workbench.notebook import cells
from workbench.notebook.story import notebook_exercises, read_story

#: "solution": answer cells hold the reference's parts; "release": they hold the starters.
Version = Literal["solution", "release"]

LOAD_EXTENSION = "%load_ext workbench"


def make_notebook(lab: Lab, notebook: str, version: Version) -> NotebookNode:
    """The notebook of that name, with fixed cell ids, no outputs and nbgrader's metadata.

    The release is what stock `nbgrader generate_assignment` makes of the solution. Raises
    CourseError when the story's slots and the lab's exercises do not agree, or two cells would
    have the same id.
    """
    exercises = {exercise.id: exercise for exercise in notebook_exercises(lab, notebook)}
    story = next(file for file in lab.stories if file.stem == notebook)
    prefix = cells.slug(notebook)[:50]
    made: list[NotebookNode] = []
    loaded = False
    for block in read_story(story):
        if block.kind == "markdown":
            made.append(cells.story_cell(f"{prefix}-{len(made)}", block.text))
            continue
        if not loaded:
            made.append(cells.demo_cell(f"{prefix}-{len(made)}", LOAD_EXTENSION))
            loaded = True
        if block.kind == "code":
            made.append(cells.demo_cell(f"{prefix}-{len(made)}", block.text))
        else:
            made += _exercise_cells(exercises[block.text], version)
    _refuse_double_ids(made, str(story))
    if version == "release":
        for cell in made:
            _as_released(cell)
    metadata = {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
        "workbench": {"lab": lab.name, "notebook": notebook},
    }
    return new_notebook(cells=made, metadata=metadata, nbformat_minor=5)


def as_text(notebook: NotebookNode) -> str:
    """The text of the .ipynb file, byte for byte as nbgrader's exporter writes it."""
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def _exercise_cells(exercise: Exercise, version: Version) -> list[NotebookNode]:
    checks = load_checks(exercise.checks_file)
    text = exercise.part if version == "solution" else exercise.starter
    return [
        cells.task_cell(exercise.id, task_text(exercise, checks)),
        cells.answer_cell(exercise.id, text, exercise.language),
        cells.check_cell(exercise.id, sum(check.points for check in checks)),
    ]


def task_text(exercise: Exercise, checks: tuple[Check, ...]) -> str:
    """The Markdown above an answer cell: what is asked, what is checked, and the folded hints."""
    total = sum(check.points for check in checks)
    hidden = [check for check in checks if check.hidden]
    parts = [
        f"### Exercise: {exercise.title}",
        f"*{exercise.minutes} minutes · {_points(total)}* · your answer replaces "
        f"`{exercise.replaces}`",
    ]
    if exercise.objectives:
        parts.append("You will be able to:")
        parts.append("\n".join(f"- {objective}" for objective in exercise.objectives))
    parts.append("Checks:")
    lines = [f"- {_points(check.points)} - {check.title}" for check in checks if not check.hidden]
    if hidden:
        worth = _points(sum(check.points for check in hidden))
        what, they = ("checks", "they check") if len(hidden) > 1 else ("check", "it checks")
        lines.append(
            f"- and {len(hidden)} hidden {what} worth {worth}: {they} what the text above states"
        )
    parts.append("\n".join(lines))
    for number, hint in enumerate(exercise.hints, 1):
        folded = f"<details>\n<summary>Hint {number}</summary>\n\n{hint.strip()}\n\n</details>"
        parts.append(folded)
    return "\n\n".join(parts)


def _points(number: int) -> str:
    return f"{number} point" if number == 1 else f"{number} points"


def _as_released(cell: NotebookNode) -> None:
    """What nbgrader's LockCells and ComputeChecksums do to the cell."""
    if "nbgrader" not in cell.metadata:
        return
    # Imported here: it takes a second, and only the building of labs/ needs it.
    from nbgrader.utils import compute_checksum, is_grade

    cell.metadata["deletable"] = False
    if is_grade(cell):
        cell.metadata["editable"] = False
    cell.metadata.nbgrader["checksum"] = compute_checksum(cell)
    cell.metadata.nbgrader["cell_type"] = cell.cell_type


def _refuse_double_ids(made: list[NotebookNode], name: str) -> None:
    seen: set[str] = set()
    for cell in made:
        if cell.id in seen:
            raise CourseError(
                f"{name}: two cells would have the id {cell.id!r}. Ids of exercises must differ "
                'in more than "." and "-", and in their first 50 characters.'
            )
        seen.add(cell.id)
