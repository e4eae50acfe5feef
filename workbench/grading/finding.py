"""Which notebooks are there: files, and what lies in folders."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from workbench.course import Course
from workbench.grading.submission import place


def below(folder: Path) -> list[Path]:
    """The notebooks in a folder and in those below it, in order, without Jupyter's checkpoints.

    What goes away meanwhile, or may not be read, is passed over.
    """
    found = [
        Path(where, name)
        for where, _, names in os.walk(folder)
        for name in names
        if name.endswith(".ipynb") and ".ipynb_checkpoints" not in Path(where).parts
    ]
    return sorted(found)


def notebooks(paths: Iterable[Path], course: Course) -> tuple[list[Path], list[Path]]:
    """The notebooks that these files and folders are, each once, and those that are left out of
    folders as strays."""
    found: dict[Path, Path] = {}
    for path in paths:
        for one in below(path) if path.is_dir() else [path]:
            # The file's own name stays: a link is a submission of whoever has it.
            found.setdefault(Path(os.path.realpath(one.parent), one.name), one)
    named = set(paths)
    strays = [one for one in found.values() if one not in named and is_stray(one, course)]
    return [one for one in found.values() if one not in strays], strays


def is_stray(path: Path, course: Course) -> bool:
    """Whether nbgrader's folder holds the lab's notebooks, and this is none of them: nbgrader does
    not grade it either."""
    where = place(path)
    stories = [
        story.stem for lab in course.labs if lab.name == where.get("lab") for story in lab.stories
    ]
    return path.stem not in stories and any(
        path.with_name(f"{name}.ipynb").exists() for name in stories
    )
