"""What stock `nbgrader generate_assignment` writes is what the build writes."""

from __future__ import annotations

from pathlib import Path

from nbgrader_class import Class
from small_course import LAB, SECRET

from workbench.build import build, notebooks


def test_it_writes_the_same_bytes_as_the_build(small_class: Class) -> None:
    made = {
        file: text
        for file, text in notebooks(small_class.course, small_class.folder).items()
        if "labs" in file.relative_to(small_class.folder).parts
    }
    assert len(made) == 2
    for file, text in made.items():
        assert file.read_text() == text
    assert build(small_class.course, small_class.folder, check=True) == []


def test_no_solution_is_released_or_kept_in_the_gradebook(small_class: Class) -> None:
    source = (small_class.folder / "solutions" / LAB / "1_first.ipynb").read_text()
    assert SECRET in source
    files: list[Path] = [*(small_class.folder / "labs").rglob("*.*")]
    files.append(small_class.work / "gradebook.db")
    for file in files:
        assert SECRET.encode() not in file.read_bytes(), file
