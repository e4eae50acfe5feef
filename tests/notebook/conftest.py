"""The small course, made anew for every test that changes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_course import make_course

from workbench.course import Course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The small course, below tmp_path."""
    return make_course(tmp_path)
