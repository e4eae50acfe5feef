"""What every test package may use: a bench of its own for the whole run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.bench.embedded import Embedded
from workbench.bench.provider import Services
from workbench.course import Course, load_course
from workbench.grading.engine import Engine
from workbench.running.runner import Runner

#: The browser tests need Debian's Chromium; without it they are left out, and the header says so.
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
collect_ignore = [] if CHROMIUM else ["browser"]


def pytest_report_header() -> str:
    return f"browser: {CHROMIUM or 'none; tests/browser is left out (apt install chromium)'}"


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """An embedded bench in a temporary folder, stopped at the end of the run."""
    folder = tmp_path_factory.mktemp("bench")
    provider = Embedded(folder, linger=0.0)
    with provider.acquire() as lease:
        yield lease.services
    provider.down()


@pytest.fixture(scope="session")
def runner(services: Services) -> Iterator[Runner]:
    """A runner on that bench, with its zygote warm."""
    with Runner(services) as opened:
        opened.launcher.warm_up()
        yield opened


@pytest.fixture(scope="session")
def engine(runner: Runner) -> Engine:
    return Engine(runner)


@pytest.fixture(scope="session")
def short_graders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course whose first lab has three exercises only: enough for tests of commands,
    which are not about the course."""
    folder = tmp_path_factory.mktemp("short") / "graders"
    lab = load_course().labs[0]
    kept = [
        one
        for one in lab.exercises
        if one.id in ("catalog.models", "catalog.schemas", "catalog.listing")
    ]
    for exercise in kept:
        shutil.copytree(exercise.folder, folder / lab.name / exercise.id)
    table = (lab.folder / "lab.toml").read_text().partition("exercises =")[0]
    ids = json.dumps([one.id for one in kept])
    (folder / lab.name / "lab.toml").write_text(f"{table}exercises = {ids}\n")
    story = "".join(f"## {one.title}\n\n{{{{exercise {one.id}}}}}\n\n" for one in kept)
    (folder / lab.name / lab.stories[0].name).write_text(f"# {lab.title}\n\n{story}")
    return folder


@pytest.fixture(scope="session")
def course() -> Course:
    return load_course()
