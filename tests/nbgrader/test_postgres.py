"""The gradebook in PostgreSQL, and autograde on results that are there already."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from nbgrader_class import CONFIG, Class
from small_course import LAB, answered, make_course

from workbench.bench.admin_connections import connect, execute
from workbench.bench.provider import Services
from workbench.bench.urls import replaced
from workbench.build import build
from workbench.grading.nbgrader_plugins.gradebook import gradebook_url
from workbench.grading.pool import grade_all
from workbench.paths import root

WEEK1 = "week01_catalog"


@pytest.fixture
def gradebook(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty database, which NBGRADER_DB_URL names as people write it."""
    with closing(connect(services.postgres_url)) as admin:
        execute(admin, "CREATE DATABASE gradebook")
        url = replaced(services.postgres_url, path="gradebook")
        monkeypatch.setenv("NBGRADER_DB_URL", url)
        yield url
        execute(admin, "DROP DATABASE gradebook WITH (FORCE)")


def test_a_class_is_graded_on_postgresql(gradebook: str, tmp_path: Path) -> None:
    course = make_course(tmp_path)
    build(course, tmp_path)
    config = CONFIG.format(config=str(root() / "nbgrader_config.py"), folder=str(tmp_path))
    (tmp_path / "nbgrader_config.py").write_text(config)
    small_class = Class(tmp_path, tmp_path / "build" / "nbgrader", course)
    small_class.run_forked("generate_assignment", LAB, "--force")
    full = answered(small_class.released(), small_one="alpha beta gamma")
    small_class.submit("full", full, second=True)
    # What PostgreSQL's text cannot hold: it must not reach it.
    small_class.submit("odd", answered(small_class.released(), small_one="alpha \0 é"))
    small_class.submit("broken", b"no notebook")
    small_class.run_forked("autograde", LAB)
    assert marks(small_class) == {"full": "14.0", "odd": "4.0", "broken": "0.0"}
    # Graded anew with other answers, as after a second submission.
    small_class.submit("odd", full)
    small_class.run_forked("autograde", LAB, "--student", "odd", "--force")
    small_class.run_forked("generate_feedback", LAB)
    assert "small.one" in small_class.feedback("odd")
    assert marks(small_class)["odd"] == "12.0"
    # nbgrader's migrations have nothing to do, and say so.
    small_class.run_forked("db", "upgrade")
    with closing(connect(gradebook)) as opened:
        assert execute(opened, "SELECT count(*) FROM public.submitted_assignment")[0] == (3,)
    assert not (small_class.work / "gradebook.db").exists()
    small_class.run_forked("db", "assignment", "remove", LAB, "--force")


def marks(graded: Class) -> dict[str, str]:
    file = graded.work / "grades.csv"
    graded.run_forked("export", "--to", str(file))
    with file.open(newline="") as stream:
        return {row["student_id"]: row["score"] for row in csv.DictReader(stream)}


@pytest.mark.timeout(900)
def test_autograde_takes_the_results_that_grade_has_kept(
    gradebook: str, services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "build" / "nbgrader"
    source = tmp_path / "solutions" / WEEK1 / "1_resource_design.ipynb"
    source.parent.mkdir(parents=True)
    source.write_bytes((root() / "solutions" / WEEK1 / source.name).read_bytes())
    for learner, more in (("anna", ""), ("ben", "\r\n# mine  \r\n\r\n")):
        notebook = json.loads(source.read_text())
        for cell in notebook["cells"]:
            if cell["metadata"].get("workbench", {}).get("role") == "answer":
                cell["source"] = "".join(cell["source"]) + more
        file = folder / "submitted" / learner / WEEK1 / source.name
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(notebook))

    monkeypatch.setenv("WORKBENCH_BUILD", str(tmp_path / "build"))
    monkeypatch.setenv("DATABASE_URL", services.postgres_url)
    monkeypatch.setenv("REDIS_URL", services.redis_url)
    paths = sorted((folder / "submitted").rglob("*.ipynb"))
    wanted = {
        result.learner: str(float(result.score))
        for _, result in grade_all(paths, jobs=1, fresh=False)
    }

    # No bench can be had any more: an answer without a kept result would end in an error.
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/none")
    config = f"""
load_subconfig({str(root() / "nbgrader_config.py")!r})
c = get_config()
c.CourseDirectory.root = {str(tmp_path)!r}
c.CourseDirectory.source_directory = {str(tmp_path / "solutions")!r}
c.CourseDirectory.release_directory = {str(tmp_path / "labs")!r}
"""
    (tmp_path / "nbgrader_config.py").write_text(config)
    week1 = Class(tmp_path, folder, None)  # type: ignore[arg-type]
    week1.run_forked("generate_assignment", WEEK1, "--create", "--force")
    week1.run_forked("autograde", WEEK1)
    assert marks(week1) == wanted
    assert len(set(wanted)) == 2


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("postgresql://me:p%40ss@host/class", "postgresql+psycopg2://me:p%40ss@host/class"),
        ("postgres://host/class", "postgresql+psycopg2://host/class"),
        ("postgresql+psycopg2://host/class", "postgresql+psycopg2://host/class"),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
        ("", "sqlite:////work/gradebook.db"),
    ],
)
def test_the_gradebooks_url(given: str, wanted: str) -> None:
    assert gradebook_url({"NBGRADER_DB_URL": given}, Path("/work")) == wanted
