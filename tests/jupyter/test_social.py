"""What the cells of a notebook do with the live social database."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from small_social import BY_NAME, NOTES, NOTES_PART, QUERY_PART, make_reference

from workbench.bench.provider import Services
from workbench.checking.failure import CheckFailed
from workbench.course import Course, Exercise, Lab
from workbench.grading.engine import OUR_FAULTS
from workbench.jupyter.answers import Answers
from workbench.jupyter.companion import CompanionError
from workbench.jupyter.extension import Notebook
from workbench.jupyter.live import Live
from workbench.jupyter.social.desk import SocialDesk
from workbench.jupyter.social.filling import DEMO_DATA
from workbench.jupyter.social.magics import SqlMagics
from workbench.jupyter.social.notebook import LiveSocial
from workbench.jupyter.social.plan_view import is_far_off
from workbench.jupyter.social.sizes import SIZES
from workbench.jupyter.social.system import SocialSystem
from workbench.running.runner import Runner
from workbench.running.system import NotReady


class Near(SocialDesk):
    """A companion in this process, whose reference is a small one."""

    def __init__(self, social: SocialSystem, folder: Path) -> None:
        super().__init__(social)
        self._folder = folder

    def ask(self, do: str, **order: Any) -> dict[str, Any]:
        if do == "swap":
            self._social.swap()
            return {"folder": str(self._folder)}
        try:
            reply: dict[str, Any] = getattr(self, do)(**order)
        except (CheckFailed, NotReady, *OUR_FAULTS) as error:
            raise CompanionError(str(error)) from None
        return reply


@pytest.fixture(scope="module")
def small(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    with Runner(services, make_reference(tmp_path_factory.mktemp("reference"))) as runner:
        runner.launcher.warm_up()
        yield runner


@pytest.fixture
def course(tmp_path: Path) -> Course:
    (tmp_path / "starter.sql").write_text("-- TODO\n")  # both begin with it
    notes = Exercise("small.notes", tmp_path, "Notes", NOTES_PART, 1, (), ())
    by_name = Exercise("small.by_name", tmp_path, "By name", QUERY_PART, 1, (), ())
    return Course((Lab("small", tmp_path, "Small", 1, (), 1, (notes, by_name)),))


@pytest.fixture
def near(
    small: Runner, course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Near]:
    monkeypatch.setenv("WORKBENCH_WORK", str(tmp_path / "work"))
    with Live(small, course) as live, SocialSystem(small, course, live) as social:
        yield Near(social, tmp_path)


@pytest.fixture
def social(near: Near) -> LiveSocial:
    return LiveSocial(near)  # type: ignore[arg-type]


@pytest.fixture
def notebook(near: Near, course: Course, shell: InteractiveShell) -> Notebook:
    return Notebook(shell, course, Answers(), near)  # type: ignore[arg-type]


ADA = "INSERT INTO people (name) VALUES ('Ada')"


def test_results_show_themselves(social: LiveSocial) -> None:
    found = social.sql("SELECT 1 AS one, NULL AS none, '<b>' AS bold; SELECT 2 AS two, true AS yes")
    assert found.rows == [{"two": 2, "yes": True}]
    assert (len(found), found[0]["two"], found.tags) == (1, 2, ["SELECT 1", "SELECT 1"])
    assert "one | none | bold\n----+------+-----\n1   | NULL | <b>\n1 row" in repr(found)
    shown = found._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "<small>NULL</small>" in shown


def test_values_of_all_types_arrive(social: LiveSocial) -> None:
    query = """SELECT 1.50::numeric AS price, now()::date - now()::date AS days, '{"a": 1}'::jsonb
        AS data, ARRAY[1, 2] AS ids, '\\x00ff'::bytea AS raw, 'NaN'::float8 AS odd,
        '2026-01-02 03:04:05+00'::timestamptz AS moment"""
    row = social.sql(query)[0]
    assert (row["price"], row["days"], row["data"], row["raw"]) == (
        "1.50",
        0,
        '{"a": 1}',
        "\\x00ff",
    )
    assert row["moment"] == "2026-01-02 03:04:05+00:00"
    assert "before our era" not in social.sql("SELECT '4713-01-01 BC'::date").trouble
    assert social.sql("SELECT '4713-01-01 BC'::date").trouble


def test_many_rows_are_cut(social: LiveSocial) -> None:
    found = social.sql("SELECT n FROM generate_series(1, 5000) n")
    assert len(found) == 1000
    assert "more than 1,000 rows, the first 50 are shown" in repr(found)
    assert "51\n" not in repr(found)
    assert "the connection ended" in social.sql("SELECT repeat('x', 20000000)").trouble
    assert social.sql("SELECT 1 AS one").rows == [{"one": 1}]


def test_a_mistake_is_shown_in_its_line_and_what_came_before_is_kept(social: LiveSocial) -> None:
    found = social.sql(f"{ADA};\n\nSELECT nothing\nFROM people;\nSELECT 1")
    assert found.tags == ["INSERT 0 1"]
    assert found.trouble.splitlines()[:3] == [
        "This cell, line 3",
        "    3 | SELECT nothing",
        'ERROR: column "nothing" does not exist (42703)',
    ]
    assert "line 3" in found._repr_html_()
    assert social.sql("SELECT count(*) AS n FROM people")[0] == {"n": 1}


def test_a_transaction_may_take_several_cells(social: LiveSocial) -> None:
    assert "A transaction is open" in repr(social.sql(f"BEGIN; {ADA}"))
    assert social.sql("SELECT name FROM people").rows == [{"name": "Ada"}]
    assert "transaction" not in repr(social.sql("ROLLBACK"))
    assert social.sql("SELECT name FROM people").rows == []


def test_parameters_and_percent_signs(social: LiveSocial) -> None:
    assert social.sql("SELECT '100%' LIKE '%\\%' AS like").rows == [{"like": True}]
    named = social.sql(
        "SELECT %(name)s AS name, %(ids)s::int[] AS ids", {"name": "O'Hara", "ids": [1]}
    )
    assert named.rows == [{"name": "O'Hara", "ids": "[1]"}]
    assert "KeyError" in social.sql("SELECT %(nothing)s", {"name": 1}).trouble


def test_notices_are_shown(social: LiveSocial) -> None:
    found = social.sql("DO $$ BEGIN RAISE NOTICE 'a; <b>'; END $$; SELECT 1")
    assert found.notices == ["NOTICE:  a; <b>"]
    assert social.sql("SELECT 1").notices == []


def test_a_plan_is_a_tree_and_changes_nothing(social: LiveSocial) -> None:
    social.sql(
        "INSERT INTO people (name) SELECT '<p>' || n FROM generate_series(1, 100) n; ANALYZE"
    )
    plan = social.explain("SELECT * FROM people WHERE name = %(name)s", {"name": "<p>7"})
    assert (plan.rows, plan.root.type, plan.root.removed) == (1, "Seq Scan", 99)
    assert "Seq Scan on people" in repr(plan)
    assert "planned in" in repr(plan)
    shown = plan._repr_html_()
    assert "'&lt;p&gt;7'" in shown or "&#x27;&lt;p&gt;7&#x27;" in shown
    deleted = social.explain("DELETE FROM people")
    assert deleted.nodes[-1].rows == 100
    assert social.sql("SELECT count(*) AS n FROM people")[0] == {"n": 100}
    with pytest.raises(CompanionError, match="multi-query"):
        social.explain("DELETE FROM people; COMMIT")
    with pytest.raises(CompanionError, match="values for the places"):
        social.explain("SELECT %(nothing)s", {"name": 1})


def test_estimates_that_are_far_off_stand_out(social: LiveSocial) -> None:
    social.sql("INSERT INTO people (name) SELECT 'p' FROM generate_series(1, 500); ANALYZE")
    plan = social.explain("SELECT * FROM people WHERE name || 'x' = 'px'")
    assert is_far_off(plan.root)
    assert "color:#b3261e" in plan._repr_html_()
    assert not is_far_off(social.explain("SELECT * FROM people").root)


def test_cells_of_sql(social: LiveSocial, shell: InteractiveShell) -> None:
    magics = SqlMagics(shell, social)
    magics.sql("kept", f"{ADA}; SELECT name FROM people")
    assert shell.user_ns["kept"] == [{"name": "Ada"}]
    assert magics.sql("SELECT 1 AS one").rows == [{"one": 1}]
    magics.explain("plan", "SELECT * FROM people")
    assert shell.user_ns["plan"].rows == 1
    with pytest.raises(UsageError, match="goes below the line"):
        magics.sql("SELECT 1", "SELECT 2")


def test_an_answer_is_built_and_says_what_does_not_fit(
    notebook: Notebook, social: LiveSocial
) -> None:
    built = notebook.answer("small.notes", NOTES)
    assert built is not None
    assert built.ok
    assert "has it" in built._repr_html_()
    social.sql(ADA)
    gaps = notebook.answer("small.notes", "CREATE TABLE notes (id int);")
    assert "indexes.sql, line 1" in repr(gaps)
    assert social.sql("SELECT * FROM people").rows == [], "another schema, another database"
    assert "The schema has gaps" in repr(social.sql("SELECT 1"))
    fails = notebook.answer("small.notes", "CREATE TABEL notes (id int);")
    assert "sql/social/notes.sql, line 1" in repr(fails)
    assert "<pre>sql/social/notes.sql" in fails._repr_html_()
    assert "syntax error" in social.sql("SELECT 1").trouble
    with pytest.raises(CompanionError, match="syntax error"):
        social.explain("SELECT 1")
    notebook.answer("small.notes", NOTES)
    assert social.sql("SELECT name FROM people").rows == [{"name": "Ada"}], "it comes back"


def test_a_starter_leaves_the_references_schema(notebook: Notebook, social: LiveSocial) -> None:
    notebook.answer("small.notes", "CREATE TABLE notes (id int);")
    assert "This is the starter" in repr(notebook.answer("small.notes", "-- TODO"))
    assert not social.sql("SELECT name FROM people").trouble


def test_running_an_unchanged_answer_keeps_the_database(
    notebook: Notebook, social: LiveSocial
) -> None:
    notebook.answer("small.notes", NOTES)
    social.sql(f"BEGIN; {ADA}")
    notebook.answer("small.notes", NOTES)
    assert social.sql("SELECT name FROM people").rows == [{"name": "Ada"}]


def test_a_query_as_an_answer_is_kept_and_not_run(notebook: Notebook, course: Course) -> None:
    assert notebook.answer("small.by_name", BY_NAME) is None
    assert Answers().current(course.exercise("small.by_name")) == BY_NAME


def test_queries_are_asked_by_name_as_they_are_now(notebook: Notebook, social: LiveSocial) -> None:
    social.sql(ADA)
    assert social.ask("by_name", name="Ada").rows == [{"id": 1, "name": "Ada"}]
    assert social.plan("by_name", name="Ada").root.rows == 1
    notebook.answer("small.by_name", "SELECT upper(name) AS name FROM people")
    assert social.ask("by_name").rows == [{"name": "ADA"}]
    with pytest.raises(CompanionError, match="the name of a query"):
        social.ask("nothing")


def test_old_databases_are_let_go(notebook: Notebook, services: Services) -> None:
    query = "SELECT count(*) FROM pg_database WHERE datname ~ '^wb_[0-9a-f]{8}_'"

    def count() -> int:
        opened = psycopg2.connect(services.postgres_url)
        with contextlib.closing(opened), opened.cursor() as cursor:
            cursor.execute(query)
            return int(cursor.fetchone()[0])

    before = count()
    for number in range(7):
        notebook.answer("small.notes", f"{NOTES}-- {number}\n")
    assert count() - before <= 4


def test_it_can_be_put_back_and_entered_with_other_programs(social: LiveSocial) -> None:
    social.sql(ADA)
    with contextlib.closing(psycopg2.connect(social.url)) as opened, opened.cursor() as cursor:
        cursor.execute("SELECT name FROM people")
        assert cursor.fetchall() == [("Ada",)]
    social.reset()
    assert social.sql("SELECT name FROM people").rows == []
    assert "%%sql" in repr(social)


DATA = """INSERT INTO people (name)
SELECT 'p' || n || '%%' FROM generate_series(1, %(users)s::integer) AS n
WHERE %(at)s::timestamptz <= now();
"""


def test_it_holds_demo_data_where_that_fits(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_WORK", str(tmp_path / "work"))
    reference, nothing = make_reference(tmp_path / "reference"), Course(())
    data = reference / DEMO_DATA
    data.parent.mkdir()
    data.write_text(DATA)

    def first_result() -> dict[str, Any]:
        with Runner(services, reference) as runner, Live(runner, nothing) as live:
            runner.launcher.warm_up()
            with SocialSystem(runner, nothing, live) as social:
                assert social.run("SELECT 1")["trouble"] == ""
                return social.run("SELECT count(*), max(name) FROM people")

    found = first_result()
    assert found["results"][0]["rows"] == [[SIZES["small"]["users"], "p99%"]]
    assert (found["notices"], found["note"]) == ([], "")
    data.write_text(DATA.replace("people (name)", "people (nickname)"))
    found = first_result()
    assert found["results"][0]["rows"] == [[0, None]]
    assert "The demo data does not fit.\nsql/data/social.sql" in found["note"]
    assert '"nickname" of relation "people" does not exist' in found["note"]
