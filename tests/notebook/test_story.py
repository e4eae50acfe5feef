"""A story's Markdown, cut into blocks."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import FIRST, LAB

from workbench.course import Course, CourseError, load_course
from workbench.notebook.story import check_slots, notebook_exercises, parse_story


def blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in parse_story(text, "story.md")]


def test_markdown_is_cut_at_headings_of_level_one_and_two() -> None:
    text = "intro\n\n# One\n\ntext\n\n### deeper\n\n## Two\nmore\n"
    assert blocks(text) == [
        ("markdown", "intro"),
        ("markdown", "# One\n\ntext\n\n### deeper"),
        ("markdown", "## Two\nmore"),
    ]


def test_python_becomes_code_and_other_fences_stay_in_the_text() -> None:
    text = "before\n```python\nx = 1\n\ny = 2\n```\n```sql\nSELECT 1\n```\nafter\n"
    assert blocks(text) == [
        ("markdown", "before"),
        ("code", "x = 1\n\ny = 2"),
        ("markdown", "```sql\nSELECT 1\n```\nafter"),
    ]


def test_headings_slots_and_fences_within_a_fence_are_text() -> None:
    text = "````markdown\n# no heading\n{{exercise x.y}}\n```python\n1\n```\n````\n"
    assert blocks(text) == [("markdown", text.rstrip("\n"))]


def test_a_slot_stands_between_cells() -> None:
    text = "before\n{{exercise a.b}}\n{{ exercise c.d }}\nafter\n"
    assert blocks(text) == [
        ("markdown", "before"),
        ("exercise", "a.b"),
        ("exercise", "c.d"),
        ("markdown", "after"),
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("x\n\n```python\n1\n", "story.md:3: the code block has no end. Close it with ```."),
        ("x\nsee {{exercise a.b}}\n", "story.md:2: an exercise's slot stands alone on its line"),
        ("{{exercise}}\n", "story.md:1: an exercise's slot stands alone on its line"),
    ],
)
def test_a_mistake_is_said_with_its_line(text: str, where: str) -> None:
    with pytest.raises(CourseError) as error:
        parse_story(text, "story.md")
    assert str(error.value).startswith(where)


def test_the_exercises_of_a_notebook_are_those_of_its_slots(course: Course) -> None:
    lab = course.lab(LAB)
    assert [one.id for one in notebook_exercises(lab, FIRST)] == ["small.one", "small.two"]
    with pytest.raises(CourseError, match=r"no notebook '3_third'.*1_first, 2_second"):
        notebook_exercises(lab, "3_third")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("{{exercise small.one}}", "small.one has 2 slots"),
        ("{{exercise small.four}}", "there is no exercise 'small.four' in week99_small"),
    ],
)
def test_slots_and_exercises_must_agree(
    course: Course, tmp_path: Path, more: str, said: str
) -> None:
    check_slots(course)
    story = tmp_path / "graders" / LAB / "2_second.md"
    story.write_text(story.read_text() + f"\n{more}\n")
    with pytest.raises(CourseError, match=said):
        check_slots(load_course(tmp_path / "graders"))


def test_an_exercise_without_a_slot_is_said(course: Course, tmp_path: Path) -> None:
    (tmp_path / "graders" / LAB / "2_second.md").write_text("# Nothing\n")
    with pytest.raises(CourseError, match=r"small\.three has 0 slots"):
        check_slots(course)
