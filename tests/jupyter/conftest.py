"""A notebook without JupyterLab: IPython with the extension, on a work folder of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from IPython.core.interactiveshell import InteractiveShell

from workbench.bench.provider import Services
from workbench.course import Course
from workbench.jupyter.answers import Answers
from workbench.jupyter.companion import Companion
from workbench.jupyter.exchange import LiveApp
from workbench.jupyter.extension import Notebook


@pytest.fixture
def work(tmp_path: Path, services: Services, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner's empty work folder, on the test run's bench."""
    monkeypatch.setenv("WORKBENCH_WORK", str(tmp_path / "work"))
    monkeypatch.setenv("DATABASE_URL", services.postgres_url)
    monkeypatch.setenv("REDIS_URL", services.redis_url)
    return tmp_path / "work"


@pytest.fixture
def companion(work: Path) -> Iterator[Companion]:
    with Companion() as opened:
        yield opened


@pytest.fixture
def shell() -> InteractiveShell:
    return InteractiveShell()


@pytest.fixture
def notebook(
    shell: InteractiveShell,
    course: Course,
    companion: Companion,
    work: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Notebook]:
    # It imports the learner's backend in the place of ours, which other tests have imported.
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = _backend_modules()
    yield Notebook(shell, course, Answers(), companion)
    for name in _backend_modules():
        del sys.modules[name]
    sys.modules.update(before)


def _backend_modules() -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.split(".")[0] == "backend"}


@pytest.fixture
def app(companion: Companion) -> LiveApp:
    return LiveApp(companion)
