"""The architecture's rules, read off the files themselves."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from workbench.cli import COMMANDS
from workbench.course import load_course
from workbench.paths import root

ROOT = root()
PACKAGES = sorted((ROOT / "workbench").rglob("*.py"))
BACKEND = sorted((ROOT / "backend").rglob("*.py"))
CHECKS = sorted((ROOT / "graders").glob("*/*/checks.py"))


def imports(file: Path) -> set[str]:
    """The absolute names of the modules that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def relative(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", BACKEND, ids=relative)
def test_the_backend_knows_nothing_of_the_course(file: Path) -> None:
    assert not {name for name in imports(file) if name.split(".")[0] in ("workbench", "graders")}


@pytest.mark.parametrize("file", PACKAGES, ids=relative)
def test_the_tool_never_imports_the_backend(file: Path) -> None:
    assert not {name for name in imports(file) if name.split(".")[0] in ("backend", "graders")}


@pytest.mark.parametrize("file", CHECKS, ids=relative)
def test_checks_import_only_the_checking_package(file: Path) -> None:
    ours = {name for name in imports(file) if name.split(".")[0] in ("workbench", "backend")}
    assert ours <= {"workbench.checking", "workbench.checking.openapi"}
    assert "workbench.checking" in ours


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        (COMMANDS, ("jupyterlab", "testcontainers", "papermill", "sqlalchemy", "matplotlib",
                    "watchfiles")),
        # `grade` has workers, which import these while it waits.
        (["workbench.commands.instructors"], ("httpx", "psycopg2", "redis")),
    ],
    ids=["all", "grade"],
)  # fmt: skip
def test_starting_the_command_line_stays_light(
    modules: Iterable[str], heavy: tuple[str, ...]
) -> None:
    """Libraries that take long to import are imported by the command that needs them."""
    imported = ", ".join(["sys", "workbench.cli", *modules])
    code = f"import {imported}; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("file", [*PACKAGES, *CHECKS], ids=relative)
def test_no_code_measures_time_by_a_clock_that_can_be_set(file: Path) -> None:
    """A moment may be written down: when a process began; in whole seconds, when a token ends."""
    measured = file.read_text().replace("int(time.time())", "")
    assert "time.time(" not in measured
    assert ".create_time()" not in measured or file.name == "process_identity.py"


def test_environment_yml_names_the_same_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    listed = re.findall(r"^ {6}- (?!--)(\S.*)$", (ROOT / "environment.yml").read_text(), re.M)
    assert sorted(listed) == sorted(wanted)


def test_constraints_pin_every_dependency_and_name_no_address() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    text = (ROOT / "constraints.txt").read_text()
    pinned = {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", text, re.M)}
    assert {re.split(r"[=<>;]", one)[0] for one in wanted} <= pinned
    assert "//" not in text
    assert "@" not in text


def test_every_pinned_version_admits_the_first_python_3_11() -> None:
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.M)
    wanted = {name: metadata(name)["Requires-Python"] or "" for name in pinned}
    assert [name for name, said in wanted.items() if "3.11.0" not in SpecifierSet(said)] == []


def test_every_package_is_installed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {relative(file.parent).replace("/", ".") for file in PACKAGES}
    assert set(listed) == found


def test_the_readme_names_every_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workbench.cli", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    commands = re.findall(r"^    (\w+) ", done.stdout, re.M)
    assert len(commands) >= 10
    readme = (ROOT / "README.md").read_text()
    assert [name for name in commands if f"`workbench {name}" not in readme] == []


def test_commands_and_workers_that_grade_start_without_nbformat() -> None:
    # It brings jsonschema, whose grammars take a second of processor time to build.
    program = (
        "import sys, workbench.grading.pool, workbench.jupyter.companion_process\n"
        "from workbench.commands import authors, instructors, learners\n"
        "print(sorted({'nbformat', 'jsonschema'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_every_exercise_stands_in_exactly_one_story() -> None:
    for lab in load_course().labs:
        text = "\n".join(story.read_text() for story in lab.stories)
        assert sorted(re.findall(r"^\{\{exercise (\S+)\}\}$", text, re.M)) == sorted(
            exercise.id for exercise in lab.exercises
        )
