"""What the cells of a notebook do: answer, check, ask the live system."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from workbench.course import Course
from workbench.jupyter.answers import Answers
from workbench.jupyter.companion import Companion
from workbench.jupyter.exchange import LiveApp
from workbench.jupyter.extension import Notebook


def test_an_answer_is_saved_imported_and_live(
    notebook: Notebook, shell: InteractiveShell, app: LiveApp, course: Course
) -> None:
    exercise = course.exercise("catalog.listing")
    shout = exercise.part.replace("total = session", "print('mine')\n    total = session")
    notebook.answer("catalog.listing", shout)
    assert Answers().current(exercise) == shout
    assert shell.user_ns["list_products"].__module__ == "backend.catalog.listing"
    reply = app.get("/api/v1/products", params={"per_page": 2})
    assert reply.status == 200
    assert "mine" in repr(reply), "what the answer prints is shown with the exchange"


def test_a_starter_that_was_only_run_leaves_the_reference_in_its_place(
    notebook: Notebook, shell: InteractiveShell, app: LiveApp, course: Course
) -> None:
    exercise = course.exercise("catalog.listing")
    said = notebook.answer("catalog.listing", exercise.starter.rstrip("\n"))
    assert "This is the starter" in repr(said)
    assert app.get("/api/v1/products", params={"per_page": 2}).json["pagination"]["per_page"] == 2
    assert "list_products" in shell.user_ns
    begun = exercise.starter + "\nraise ValueError('begun')\n"
    with pytest.raises(ValueError, match="begun"):
        notebook.answer("catalog.listing", begun)
    assert "begun" in repr(app.get("/api/v1/products"))


def test_an_answer_cell_can_be_run_again(
    notebook: Notebook, shell: InteractiveShell, course: Course
) -> None:
    part = course.exercise("catalog.models").part
    for _ in range(2):
        notebook.answer("catalog.models", part)
    assert shell.user_ns["Product"].__tablename__ == "products"


def test_a_check_is_a_number_with_a_report(notebook: Notebook, course: Course) -> None:
    exercise = course.exercise("catalog.listing")
    notebook.answer("catalog.listing", exercise.part)
    score = notebook.check("catalog.listing")
    assert score == score.result.max_score > 0
    assert repr(score) == str(int(score))
    assert 'class="wb-check wb-passed"' in score._repr_html_()


def test_the_check_judges_the_answer_and_not_what_the_kernel_made_of_it(
    notebook: Notebook, shell: InteractiveShell, course: Course
) -> None:
    exercise = course.exercise("catalog.listing")
    notebook.answer("catalog.listing", exercise.starter)
    shell.user_ns["list_products"] = lambda session, query: None
    score = notebook.check("catalog.listing")
    assert 0 <= score < score.result.max_score
    assert score.result.status == "graded"


def test_hints_come_with_the_second_failure(notebook: Notebook, course: Course) -> None:
    exercise = course.exercise("catalog.listing")
    notebook.answer("catalog.listing", exercise.starter)
    first, second = (notebook.check("catalog.listing")._repr_html_() for _ in range(2))
    assert "Hint." not in first
    assert "Hint." in second


def test_checking_before_answering_says_what_to_do(notebook: Notebook) -> None:
    score = notebook.check("catalog.listing")
    assert score == 0
    assert "Run the answer cell of catalog.listing first" in score._repr_html_()


def test_an_unknown_exercise_names_its_neighbours(notebook: Notebook) -> None:
    with pytest.raises(UsageError, match=r"catalog\.listing"):
        notebook.answer("catalog.lisitng", "")


def test_a_syntax_error_is_saved_and_shown(notebook: Notebook, course: Course) -> None:
    with pytest.raises(SyntaxError):
        notebook.answer("catalog.listing", "def broken(:\n")
    assert Answers().current(course.exercise("catalog.listing")) == "def broken(:\n"
    assert notebook.check("catalog.listing").result.status == "graded"


def test_a_broken_answer_makes_the_live_system_say_so(notebook: Notebook, app: LiveApp) -> None:
    with pytest.raises(ZeroDivisionError):
        notebook.answer("catalog.listing", "1 / 0\n")
    reply = app.get("/api/v1/products")
    assert reply.status == 0
    assert "ZeroDivisionError" in repr(reply)


def test_a_system_that_ends_without_an_answer_is_said(
    notebook: Notebook, app: LiveApp, course: Course
) -> None:
    part = course.exercise("catalog.listing").part
    ends = part.replace("total = session", "import os; os._exit(1)\n    total = session")
    notebook.answer("catalog.listing", ends)
    reply = app.get("/api/v1/products")
    assert reply.status == 0
    assert "the connection ended" in repr(reply)


def test_what_was_posted_survives_a_swap_and_not_a_reset(
    notebook: Notebook, app: LiveApp, course: Course
) -> None:
    demo = app.get("/api/v1/products").json
    assert demo["pagination"]["total"] > 5, "the live system starts with the demo data"
    new = {"name": "Vase", "price": "30", "category_id": demo["products"][0]["category_id"]}
    assert app.post("/api/v1/products", json=new).status == 201
    notebook.answer("catalog.listing", course.exercise("catalog.listing").part + "\n# changed\n")
    assert app.get("/api/v1/products", params={"search": "vase"}).json["pagination"]["total"] == 1
    app.reset()
    assert app.get("/api/v1/products", params={"search": "vase"}).json["pagination"]["total"] == 0


def test_an_exchange_shows_request_answer_and_sql(app: LiveApp) -> None:
    reply = app.get("/api/v1/products", params={"max_price": "10"})
    assert all(Decimal(one["price"]) <= 10 for one in reply.json["products"])
    assert any("FROM products" in text for text in reply.statements)
    html = reply._repr_html_()
    for part in ("GET /api/v1/products?max_price=10", "pagination", "SELECT"):
        assert part in html


def test_a_companion_that_was_killed_is_started_again(
    notebook: Notebook, companion: Companion, course: Course
) -> None:
    exercise = course.exercise("catalog.listing")
    notebook.answer("catalog.listing", exercise.part)
    assert companion._process is not None
    companion._process.kill()
    companion._process.wait()
    assert notebook.check("catalog.listing") == notebook.check("catalog.listing") > 0


def test_no_bench_is_said_in_the_notebook(
    companion: Companion, app: LiveApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REDIS_URL")
    reply = app.get("/api/v1/products")
    assert "REDIS_URL" in repr(reply)


def test_the_work_folder_is_all_that_is_written(work: Path, notebook: Notebook) -> None:
    notebook.check("catalog.listing")
    assert not work.exists() or {path.name for path in work.iterdir()} <= {"answers", "bench"}


def test_the_live_system_takes_settings(app: LiveApp) -> None:
    assert "x-cache" not in app.get("/api/v1/products").headers
    app.configure(CACHE_SECONDS=30)
    marks = [app.get("/api/v1/products").headers["x-cache"] for _ in range(2)]
    assert marks == ["MISS", "HIT"]
    app.configure(CACHE_SECONDS="long")
    assert "CACHE_SECONDS must be a whole number" in repr(app.get("/api/v1/products"))
    app.configure()
    reply = app.get("/api/v1/products")
    assert reply.status == 200, "a setting that it does not take is forgotten"
    assert "x-cache" not in reply.headers
