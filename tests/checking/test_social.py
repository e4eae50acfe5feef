"""What a check holds in its hands where the answer is SQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from small_social import BY_NAME, INDEXES, NOTES, NOTES_PART, QUERY_PART

from workbench.checking import CheckFailed, Social, vacuum
from workbench.running.runner import Runner


@contextlib.contextmanager
def started(runner: Runner, text: str, part: str = NOTES_PART) -> Iterator[Social]:
    with runner.stage({part: text}) as stage:
        app = Social.start(stage)
        try:
            yield app
        finally:
            app.close()
            app.system.close()


@pytest.fixture(scope="module")
def app(small: Runner) -> Iterator[Social]:
    with started(small, NOTES) as app:
        app.sql("INSERT INTO people (name) SELECT 'p' || n FROM generate_series(1, 1000) n")
        app.sql(
            "INSERT INTO notes (author_id, text)"
            " SELECT id, 'note' FROM people, generate_series(1, 5)"
        )
        app.sql("ANALYZE")
        yield app


def test_it_asks_as_the_answers_own_role(app: Social) -> None:
    row = app.sql("SELECT rolsuper, count_notes(7) FROM pg_roles WHERE rolname = current_user")[0]
    assert row == {"rolsuper": False, "count_notes": 5}
    assert app.answer == NOTES


def test_functions_of_the_answer_may_make_tables(small: Runner) -> None:
    """What they do not qualify goes to the schema public."""
    makes = "CREATE FUNCTION more() RETURNS void LANGUAGE plpgsql AS"
    with started(small, f"{NOTES}{makes} 'BEGIN CREATE TABLE more (id int); END';") as app:
        app.sql("SELECT more()")
        assert app.sql("SELECT count(*) FROM public.more")[0]["count"] == 0


def test_a_plan_tells_rows_buffers_and_indexes(app: Social) -> None:
    plan = app.explain("SELECT * FROM notes WHERE author_id = %s", [7])
    assert plan.rows == 5
    assert plan.indexes == {"notes_author_id"}
    assert 2 <= plan.buffers < 20
    assert plan.reads("notes")
    whole = app.explain("SELECT * FROM notes WHERE text = %(text)s", {"text": "%"})
    assert (whole.rows, whole.root.removed, whole.root.type) == (0, 5000, "Seq Scan")


def test_vacuum_lets_an_index_alone_answer(small: Runner) -> None:
    with started(small, f"{NOTES}CREATE TABLE days (at date) PARTITION BY RANGE (at);") as app:
        app.sql("CREATE TABLE one PARTITION OF days FOR VALUES FROM ('2026-01-01') TO (MAXVALUE)")
        app.sql("INSERT INTO days SELECT date '2026-01-01' + n FROM generate_series(1, 5000) n")
        app.sql("CREATE INDEX ON days (at)")
        # A few dead rows in one page of many: VACUUM leaves them when it may.
        long = "SELECT repeat('p', 200) || n FROM generate_series(1, 9000) n"
        app.sql(f"INSERT INTO people (name) {long}")
        app.sql("DELETE FROM people WHERE id <= 3")
        app.vacuum("days", "people")
        (scan,) = app.explain("SELECT at FROM days WHERE at < '2026-02-01'").reads("one")
        assert (scan.type, scan.details["Heap Fetches"]) == ("Index Only Scan", 0)
        with pytest.raises(CheckFailed, match="nowhere"):
            app.vacuum("nowhere")


SPOILS = """
    CREATE FUNCTION spoil(note bigint) RETURNS bigint LANGUAGE plpgsql AS $$
    BEGIN
        IF current_query() ILIKE '%vacuum%' THEN
            UPDATE public.notes SET likes = likes + 1 WHERE id = note;
        END IF;
        RETURN note;
    END $$;
    CREATE FUNCTION spoiled(note bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
    BEGIN RETURN public.spoil(note); END $$;
    CREATE INDEX ON notes (spoiled(id));
"""


def test_an_answer_that_undoes_vacuum_fails_the_check(small: Runner) -> None:
    with started(small, NOTES + SPOILS) as app:
        app.sql("INSERT INTO people (name) VALUES ('a')")
        app.sql("INSERT INTO notes (author_id, text) VALUES (1, 'x')")
        app.vacuum("people")
        with pytest.raises(CheckFailed, match="pages are left of notes"):
            app.vacuum("people", "notes")


def test_what_holds_every_vacuum_up_is_no_fault_of_the_answers(
    small: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vacuum, "_TRIES", vacuum._SPOILED + 2)
    with started(small, NOTES) as app:
        looks_on = app.session()
        looks_on("BEGIN ISOLATION LEVEL REPEATABLE READ")
        looks_on("SELECT count(*) FROM people")
        app.sql("INSERT INTO people (name) VALUES ('a')")
        with pytest.raises(RuntimeError, match="left pages of people"):
            app.vacuum("people")
        looks_on("ROLLBACK")
        app.vacuum("people")


def test_what_a_plan_is_asked_of_is_undone(app: Social) -> None:
    assert app.explain("DELETE FROM notes").nodes[1].rows == 5000
    assert app.sql("SELECT count(*) FROM notes")[0]["count"] == 5000


def test_only_one_statement_has_a_plan(app: Social) -> None:
    for text in ("SELECT 1; SELECT '[]'", "-- nothing", "COMMIT", "SELECT 1; COMMIT"):
        with pytest.raises(CheckFailed, match="as one statement"):
            app.explain(text)
    with pytest.raises(CheckFailed, match="empty query"):
        app.explain("")
    with pytest.raises(CheckFailed, match="columns and types"):
        app.explain("SELECT nothing FROM notes")
    assert app.explain("SELECT 1; -- the end").rows == 1


def test_the_planner_is_the_servers_and_not_what_the_answer_made_of_it(small: Runner) -> None:
    sets = "".join(
        f"ALTER ROLE CURRENT_USER SET {name};"
        for name in ("enable_seqscan = off", "random_page_cost = 0.001", "work_mem = '1GB'")
    )
    with started(small, NOTES + sets) as app:
        assert app.sql("SHOW enable_seqscan")[0]["enable_seqscan"] == "off"
        app.sql("INSERT INTO people (name) VALUES ('a')")
        app.sql("ANALYZE")
        assert app.explain("SELECT * FROM people WHERE id = 1").root.type == "Seq Scan"
        assert app.sql("SHOW enable_seqscan")[0]["enable_seqscan"] == "off"


def test_later_parts_are_claimed_by_one_check(small: Runner, app: Social) -> None:
    app.complete()
    assert app.last_log == ""
    with started(small, "CREATE TABLE notes (id int)") as broken:
        with pytest.raises(CheckFailed) as caught:
            broken.complete()
        assert 'column "author_id" does not exist' in caught.value.got
        assert INDEXES.split(" ON")[0] in broken.last_log


def test_a_query_is_an_answer_too(small: Runner) -> None:
    with started(small, BY_NAME, QUERY_PART) as app:
        app.sql("INSERT INTO people (name) VALUES ('Ada'), ('O''Hara %'), ('Ada')")
        assert [row["id"] for row in app.ask(name="Ada")] == [1, 3]
        assert app.ask(name="O'Hara %") == [{"id": 2, "name": "O'Hara %"}]
        assert app.explain(parameters={"name": "Ada"}).rows == 2
        app.complete()


@pytest.mark.parametrize(
    ("text", "said"),
    {
        "two": ("SELECT 1; SELECT 2", "multi-query"),
        "none": ("-- TODO", "multi-query"),
        "a change": ("WITH a AS (DELETE FROM people RETURNING 1) SELECT * FROM a", "read-only"),
        "an update": ("UPDATE people SET name = 'x' RETURNING id", "read-only"),
        "an end": ("COMMIT; DELETE FROM people", "multi-query"),
        "an unknown name": ("SELECT %(nothing)s", "KeyError: 'nothing'"),
        "no name": ("SELECT %s", "TypeError"),
        "a percent sign": ("SELECT 1 WHERE 'a' LIKE '%a' AND %(name)s = ''", "%% for a percent"),
        "nonsense": ("SELEC %(name)s", "syntax error"),
        "no table": ("SELECT * FROM persons", "does not exist"),
    }.values(),
    ids=lambda value: value[:12],
)  # fmt: skip
def test_a_query_that_cannot_be_asked_says_why(small: Runner, text: str, said: str) -> None:
    with started(small, text, QUERY_PART) as app:
        app.sql("INSERT INTO people (name) VALUES ('Ada')")
        with pytest.raises(CheckFailed, match=said):
            app.ask(name="Ada")
        assert app.sql("SELECT name FROM people") == [{"name": "Ada"}]


def test_a_database_that_cannot_be_entered_fails_the_check(small: Runner) -> None:
    with started(small, f"{NOTES}; ALTER ROLE CURRENT_USER PASSWORD 'mine'") as app:
        for ask in (lambda: app.sql("SELECT 1"), lambda: app.explain("SELECT 1"),
                    lambda: app.session().send("SELECT 1")):  # fmt: skip
            with pytest.raises(CheckFailed):
                ask()
