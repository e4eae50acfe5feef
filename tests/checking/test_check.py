"""What a checks.py may hold, and what is said of one that holds something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.checking.check import (
    CheckDefinitionError,
    load_checks,
    with_what_they_build_on,
)

HEAD = "from workbench.checking import App, check\n"


def write(folder: Path, text: str) -> Path:
    file = folder / "checks.py"
    file.write_text(HEAD + text)
    return file


def test_checks_come_in_the_order_of_their_definition(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        '@check(points=2)\ndef second_letter(app):\n    """B is\n    there."""\n\n'
        '@check(points=1, after=second_letter, hidden=True)\ndef a(app):\n    """A."""\n',
    )
    first, second = load_checks(file)
    assert (first.id, first.title, first.points, first.hidden) == (
        "second_letter", "B is there.", 2, False,
    )  # fmt: skip
    assert second.after == first
    assert second.hidden


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "defines no @check"),
        ("@check(points=1)\ndef silent(app):\n    pass\n", "silent needs a docstring"),
        ('@check(points=0)\ndef free(app):\n    """Free."""\n', "whole number from 1"),
        ('@check(points=1)\nasync def later(app):\n    """L."""\n', "must be a plain function"),
        (
            'def f(app):\n    """F."""\n@check(points=1, after=check(points=1)(f))\n'
            'def g(app):\n    """G."""\n',
            "g must come after f",
        ),
    ],
)
def test_a_definition_that_cannot_be_used_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(CheckDefinitionError, match=said):
        load_checks(write(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckDefinitionError, match=r"checks\.py is missing"):
        load_checks(tmp_path / "checks.py")


def test_checks_can_be_chosen_with_what_they_build_on(tmp_path: Path) -> None:
    claim = '@check(points=1, after={})\ndef {}(app):\n    """It."""\n'
    names = [("None", "a"), ("a", "b"), ("b", "c"), ("None", "d"), ("a", "e")]
    checks = load_checks(write(tmp_path, "".join(claim.format(*one) for one in names)))
    for ids, expected in (["c"], "abc"), (["e", "d"], "ade"), ([], ""), (["nothing"], ""):
        assert "".join(one.id for one in with_what_they_build_on(checks, ids)) == expected
