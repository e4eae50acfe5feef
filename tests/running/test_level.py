"""Levels of the sandbox are ordered."""

from __future__ import annotations

import pytest

from workbench.running.sandbox.level import NAMES, holds


@pytest.mark.parametrize("required", NAMES)
def test_a_level_holds_for_itself_and_what_is_weaker(required: str) -> None:
    stronger = NAMES[NAMES.index(required) :]
    assert [name for name in NAMES if holds(name, required)] == list(stronger)


@pytest.mark.parametrize("name", ["", "strong", *NAMES])
def test_an_unknown_level_holds_for_no_requirement(name: str) -> None:
    assert holds(name, "")
    assert any(holds(name, required) for required in NAMES) is (name in NAMES)
