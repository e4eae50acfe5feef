"""graders/ made into notebooks: what they hold, byte for byte the same each time."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from small_course import FIRST, LAB, SECRET, make_course

from workbench.build import build
from workbench.course import Course, CourseError, load_course
from workbench.notebook.answer_text import answer_source, split_answer
from workbench.notebook.assemble import make_notebook


def read(file: Path) -> NotebookNode:
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    return notebook


def released(course: Course) -> NotebookNode:
    return make_notebook(course.lab(LAB), FIRST, "release")


def test_it_writes_every_notebook_once(course: Course, tmp_path: Path) -> None:
    written = build(course, tmp_path)
    assert [str(file.relative_to(tmp_path)) for file in written] == [
        "labs/week99_small/1_first.ipynb",
        "labs/week99_small/2_second.ipynb",
        "solutions/week99_small/1_first.ipynb",
        "solutions/week99_small/2_second.ipynb",
    ]
    assert build(course, tmp_path) == []


def test_the_same_course_gives_the_same_bytes(tmp_path: Path) -> None:
    first, again = make_course(tmp_path / "one"), load_course(tmp_path / "one" / "graders")
    build(first, tmp_path / "a")
    build(again, tmp_path / "b")
    for file in (tmp_path / "a").rglob("*.ipynb"):
        assert file.read_bytes() == (tmp_path / "b" / file.relative_to(tmp_path / "a")).read_bytes()
        assert file.read_bytes().endswith(b"}\n")


def test_check_names_what_differs_is_missing_or_is_stray(course: Course, tmp_path: Path) -> None:
    build(course, tmp_path)
    assert build(course, tmp_path, check=True) == []

    changed = tmp_path / "labs" / LAB / "1_first.ipynb"
    changed.write_text(changed.read_text().replace("live demo", "dead demo"))
    missing = tmp_path / "solutions" / LAB / "2_second.ipynb"
    missing.unlink()
    stray = tmp_path / "labs" / "old_lab" / "stray.ipynb"
    stray.parent.mkdir()
    stray.write_text("{}")
    before = changed.read_bytes()

    assert build(course, tmp_path, check=True) == sorted([changed, missing, stray])
    assert changed.read_bytes() == before
    assert not missing.exists()


def test_learners_get_the_starter_and_solutions_the_part(course: Course, tmp_path: Path) -> None:
    build(course, tmp_path)
    for top, holds in (("labs", False), ("solutions", True)):
        for file in (tmp_path / top).rglob("*.ipynb"):
            assert (SECRET in file.read_text()) is holds
    sources = [cell.source for cell in read(tmp_path / "labs" / LAB / f"{FIRST}.ipynb").cells]
    assert "%%answer small.one\n# TODO small.one: alpha" in sources
    assert "%%answer small.two\n-- TODO small.two: alpha" in sources


def test_the_cells_in_their_order(course: Course) -> None:
    notebook = released(course)
    assert [(cell.cell_type, cell.source.splitlines()[0]) for cell in notebook.cells] == [
        ("markdown", "# A small lab"),
        ("markdown", "## First"),
        ("code", "%load_ext workbench"),
        ("code", 'print("a live demo")'),
        ("markdown", "```json"),
        ("markdown", "### Exercise: Say it, small.one"),
        ("code", "%%answer small.one"),
        ("code", 'check("small.one")'),
        ("markdown", "### Exercise: Say it, small.two"),
        ("code", "%%answer small.two"),
        ("code", 'check("small.two")'),
        ("markdown", "## Last words"),
    ]
    assert notebook.metadata.workbench == {"lab": LAB, "notebook": FIRST}
    assert all(not cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    nbformat.validate(notebook)


def test_the_task_tells_points_and_visible_checks_and_folds_hints(course: Course) -> None:
    text = next(cell.source for cell in released(course).cells if cell.id == "exercise-small-one")
    assert "*10 minutes · 10 points*" in text
    assert "- Say a word" in text
    assert "- 2 points - The answer says `alpha`." in text
    assert "and 1 hidden check worth 5 points: it checks what the text above states" in text
    assert "gamma" not in text
    assert text.count("<details>") == text.count("</details>") == 2
    assert "<summary>Hint 2</summary>\n\nIt is a letter.\n\n</details>" in text


def test_a_check_cell_is_worth_all_its_checks(course: Course) -> None:
    cell = next(cell for cell in released(course).cells if cell.id == "check-small-one")
    assert cell.metadata.nbgrader.points == 10
    assert cell.metadata.nbgrader.grade_id == "check-small-one"
    assert cell.metadata.workbench == {"exercise": "small.one", "role": "check"}


def test_a_story_may_change_without_changing_nbgraders_cells(
    course: Course, tmp_path: Path
) -> None:
    """nbgrader refuses added or removed cells once there are submissions."""

    def nbgraders(notebook: NotebookNode) -> list[str]:
        return [cell.id for cell in notebook.cells if "nbgrader" in cell.metadata]

    before = released(course)
    story = tmp_path / "graders" / LAB / f"{FIRST}.md"
    story.write_text("# News\n\nA page was added.\n\n" + story.read_text())
    after = released(course)
    assert len(after.cells) == len(before.cells) + 1
    assert nbgraders(after) == nbgraders(before)


def test_ids_that_nbgrader_cannot_tell_apart_are_refused(tmp_path: Path) -> None:
    make_course(tmp_path)
    lab = tmp_path / "graders" / LAB
    (lab / "small.two").rename(lab / "small-one")
    for file in (lab / "lab.toml", lab / f"{FIRST}.md"):
        file.write_text(file.read_text().replace("small.two", "small-one"))
    with pytest.raises(CourseError, match="two cells would have the id 'exercise-small-one'"):
        build(load_course(tmp_path / "graders"), tmp_path)


@pytest.mark.parametrize(
    ("source", "named", "text"),
    [
        ("%%answer a.b\nx = 1", "a.b", "x = 1\n"),
        ("\n\n%%answer a.b  # mine\r\nx = 1\r\n\r\n", "a.b", "x = 1\n"),
        ("%%answer a.b", "a.b", ""),
        ("%%answer\nx", "", "x\n"),
        ("x = 1\n%%answer a.b", None, "x = 1\n%%answer a.b\n"),
        ("%%answered a.b\nx", None, "%%answered a.b\nx\n"),
        ("", None, ""),
    ],
)
def test_an_answers_first_line(source: str, named: str | None, text: str) -> None:
    assert split_answer(source) == (named, text)


def test_an_answer_comes_out_as_it_went_in() -> None:
    text = '"""Text."""\n\n\ndef f() -> None:\n    pass\n'
    assert split_answer(answer_source("a.b", text)) == ("a.b", text)
