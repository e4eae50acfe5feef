"""A story: the Markdown text of one notebook, cut into blocks that become its cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.course import Course, CourseError, Exercise, Lab

_SLOT = re.compile(r"\{\{\s*exercise\s+(\S+?)\s*\}\}\s*")
_FENCE = re.compile(r"(?P<marks>`{3,}|~{3,})\s*(?P<info>\S*)")
_HEADING = re.compile(r"#{1,2}\s")


@dataclass(frozen=True)
class Block:
    """A stretch of a story: `text` is Markdown, Python code, or the id of an exercise."""

    kind: Literal["markdown", "code", "exercise"]
    text: str


def read_story(file: Path) -> list[Block]:
    """The blocks of a story file, in order.

    Raises CourseError, with file and line, for a code block without an end or a malformed slot.
    """
    return parse_story(file.read_text(encoding="utf-8"), str(file))


def parse_story(text: str, name: str) -> list[Block]:
    """The blocks of a story's text. `name` is what the errors call it."""
    blocks: list[Block] = []
    prose: list[str] = []

    def end_prose() -> None:
        joined = "\n".join(prose).strip("\n")
        if joined.strip():
            blocks.append(Block("markdown", joined))
        prose.clear()

    lines = text.splitlines()
    position = 0
    while position < len(lines):
        line = lines[position]
        fence = _FENCE.match(line)
        if fence:
            end = _fence_end(lines, position, fence["marks"], name)
            if fence["info"] == "python":
                end_prose()
                blocks.append(Block("code", "\n".join(lines[position + 1 : end]).strip("\n")))
            else:
                prose += lines[position : end + 1]
            position = end + 1
            continue
        slot = _SLOT.fullmatch(line)
        if slot:
            end_prose()
            blocks.append(Block("exercise", slot[1]))
        elif "{{exercise" in line.replace(" ", ""):
            raise CourseError(
                f"{name}:{position + 1}: an exercise's slot stands alone on its line, as in "
                "{{exercise catalog.models}}."
            )
        else:
            if _HEADING.match(line):
                end_prose()
            prose.append(line)
        position += 1
    end_prose()
    return blocks


def _fence_end(lines: list[str], start: int, marks: str, name: str) -> int:
    closing = re.compile(rf"{re.escape(marks[0])}{{{len(marks)},}}\s*")
    for position in range(start + 1, len(lines)):
        if closing.fullmatch(lines[position]):
            return position
    raise CourseError(f"{name}:{start + 1}: the code block has no end. Close it with {marks}.")


def notebook_exercises(lab: Lab, notebook: str) -> tuple[Exercise, ...]:
    """The exercises whose slots stand in the notebook of that name, in order.

    Raises CourseError for an unknown notebook and for a slot that names no exercise of the lab.
    """
    story = next((file for file in lab.stories if file.stem == notebook), None)
    if story is None:
        names = ", ".join(file.stem for file in lab.stories) or "none"
        raise CourseError(f"{lab.name} has no notebook {notebook!r}. Its notebooks are: {names}.")
    known = {exercise.id: exercise for exercise in lab.exercises}
    found = []
    for block in read_story(story):
        if block.kind == "exercise":
            if block.text not in known:
                raise CourseError(
                    f"{story}: there is no exercise {block.text!r} in {lab.name}. "
                    f"List it in {lab.folder / 'lab.toml'}, or mend the slot."
                )
            found.append(known[block.text])
    return tuple(found)


def check_slots(course: Course) -> None:
    """Raise CourseError unless every exercise has exactly one slot in its lab's stories."""
    for lab in course.labs:
        slots = [
            exercise.id for story in lab.stories for exercise in notebook_exercises(lab, story.stem)
        ]
        for exercise in lab.exercises:
            if slots.count(exercise.id) != 1:
                raise CourseError(
                    f"{lab.folder}: {exercise.id} has {slots.count(exercise.id)} slots. Write "
                    f"{{{{exercise {exercise.id}}}}} on one line of one story."
                )
