"""Where things lie: the checkout of the course, the learner's own files, what can be rebuilt."""

from __future__ import annotations

import os
from pathlib import Path


def root() -> Path:
    """The course's checkout: the folder that holds backend/, graders/, labs/ and sql/."""
    return Path(__file__).resolve().parent.parent


def graders_dir() -> Path:
    """The source of the course. WORKBENCH_GRADERS names another one, on the same reference."""
    return Path(os.environ.get("WORKBENCH_GRADERS") or root() / "graders").absolute()


def work_dir() -> Path:
    """The learner's own files: notebooks, answers with their history, the bench's data.

    WORKBENCH_WORK moves it, so that headless runs never touch a learner's work.
    """
    return Path(os.environ.get("WORKBENCH_WORK") or root() / "work").absolute()


def build_dir() -> Path:
    """What can be thrown away and made again: results, nbgrader's working folders."""
    return Path(os.environ.get("WORKBENCH_BUILD") or root() / "build").absolute()
