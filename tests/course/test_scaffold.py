"""A new exercise's folder: complete in form, and verify says what is missing in substance."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from workbench.course import CourseError, load_course
from workbench.grading.engine import Engine
from workbench.paths import root
from workbench.scaffold import new_exercise
from workbench.verify import verify

PART = "backend/catalog/listing.py"


@pytest.fixture
def graders(tmp_path: Path) -> Path:
    shutil.copytree(root() / "graders", tmp_path / "graders")
    return tmp_path / "graders"


def test_a_new_exercise_loads_and_verify_says_what_to_do(graders: Path, engine: Engine) -> None:
    lab = load_course(graders).lab("week01_catalog")
    new_exercise(lab, "catalog.sorting", PART, root())
    table = lab.folder / "lab.toml"
    table.write_text(table.read_text().replace('"catalog.models"', '"catalog.sorting"'))
    (proof,) = verify(load_course(graders), engine, ["catalog.sorting"], lambda _: None)
    said = "\n".join(proof.problems)
    for missing in ("nothing to do", "at least 2 answers", "at least 5 wrong", "proves nothing"):
        assert missing in said
    assert proof.reference == "passed"


@pytest.mark.parametrize(
    ("name", "part", "said"),
    [
        ("Sorting", PART, "no id"),
        ("catalog.listing", PART, "there already"),
        ("catalog.sorting", "backend/nothing.py", "write the part first"),
    ],
)
def test_what_cannot_be_made_is_refused(graders: Path, name: str, part: str, said: str) -> None:
    lab = load_course(graders).lab("week01_catalog")
    with pytest.raises(CourseError, match=said):
        new_exercise(lab, name, part, root())
