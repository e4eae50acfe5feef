"""What a check holds in its hands where the answer is SQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from small_social import BY_NAME, INDEXES, NOTES, NOTES_PART, QUERY_PART

from workbench.checking import CheckFailed, Social, vacuum
from workbench.checking.explaining import explained
from workbench.checking.plan import read_plan
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


def test_a_plan_comes_with_the_rows(app: Social) -> None:
    plan = app.explain("SELECT id, author_id FROM notes WHERE author_id = 7 ORDER BY id LIMIT 2")
    assert [row["author_id"] for row in plan.given] == [7, 7]
    assert plan.rows == len(plan.given)


def test_what_a_plan_is_shown_of_is_undone(app: Social) -> None:
    plan = read_plan(explained(app.sql, "DELETE FROM notes"))
    assert plan.nodes[1].rows == 5000
    with pytest.raises(CheckFailed, match="read-only"):
        app.explain("DELETE FROM notes")
    assert app.sql("SELECT count(*) FROM notes")[0]["count"] == 5000


#: Naive, and cheap where this is false.
NAIVE = """
    SELECT id FROM people
    WHERE {asked} AND (SELECT count(*) FROM notes WHERE author_id + 0 = people.id) > 0
    ORDER BY name LIMIT 3
"""
READ_ONLY = "current_setting('transaction_read_only') = 'on'"
NOT_EXPLAINED = "(SELECT pg_catalog.current_query() NOT LIKE '%EXP' || 'LAIN%')"


def test_a_statement_that_knows_it_is_explained_has_no_plan(app: Social) -> None:
    app.sql("CREATE FUNCTION is_asked() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS"
            " $$ BEGIN RETURN current_query() NOT LIKE '%EXPLAIN%'; END $$")  # fmt: skip
    app.sql("CREATE VIEW noted AS SELECT * FROM notes WHERE is_asked()")
    for text in (NAIVE.format(asked=NOT_EXPLAINED), "SELECT text FROM noted WHERE likes > 0"):
        with pytest.raises(CheckFailed, match="rows of notes when it is asked, 0 when it is expl"):
            app.explain(text)
    for asked in (READ_ONLY, "current_setting('workbench.statement', true) <> ''"):
        assert app.explain(NAIVE.format(asked=asked)).rows == 3


def test_what_is_read_for_planning_is_read_too(app: Social) -> None:
    app.sql("CREATE FUNCTION all_notes() RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$"
            " DECLARE n bigint; BEGIN FOR i IN 1..20 LOOP SELECT count(*) INTO n FROM notes;"
            " END LOOP; RETURN n; END $$")  # fmt: skip
    with pytest.raises(CheckFailed, match="pages when it is asked, 0 in its plan"):
        app.explain("SELECT all_notes()")


def test_what_an_honest_statement_reads_is_as_much_as_its_plan_says(small: Runner) -> None:
    """Also the first time in a session, with values that are stored apart, with dead rows, and with
    functions whose plan changes with the number of calls."""
    makes = """
        CREATE FUNCTION noted(author bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
        BEGIN RETURN (SELECT count(*) FROM notes WHERE author_id = author); END $$;
        CREATE TABLE long (id int PRIMARY KEY, text text);
        ALTER TABLE long ALTER text SET STORAGE EXTERNAL;
        CREATE TABLE days (at date) PARTITION BY RANGE (at);
    """
    with started(small, NOTES + makes) as app:
        app.sql("INSERT INTO people (name) SELECT 'p' || n FROM generate_series(1, 3000) n")
        # One has written half of all: whose notes are counted decides which plan is good.
        app.sql("INSERT INTO notes (author_id, text)"
                " SELECT CASE WHEN n % 2 = 0 THEN 1 ELSE n END, 'x'"
                " FROM generate_series(1, 3000) n")  # fmt: skip
        app.sql("INSERT INTO long SELECT n, repeat('x', 20000) FROM generate_series(1, 200) n")
        app.sql("DELETE FROM people WHERE id > 2900 AND id % 2 = 0")
        for month in range(1, 13):
            app.sql(f"CREATE TABLE days_{month} PARTITION OF days FOR VALUES FROM"
                    f" ('2026-{month:02}-01') TO ('2026-{month:02}-28')")  # fmt: skip
        app.sql("CREATE INDEX ON days USING brin (at)")
        app.sql("ANALYZE")
        for text in (
            "SELECT * FROM long",
            "SELECT id, text FROM long WHERE id < 20 ORDER BY text DESC",
            "SELECT max(id), min(id) FROM people",
            "SELECT id FROM people WHERE id > 2990 ORDER BY id DESC LIMIT 5",
            "SELECT * FROM people AS a JOIN people AS b ON a.id < b.id WHERE b.id < 20",
            "SELECT id, noted(id) FROM people WHERE id < 4",
            "SELECT id, noted(id) FROM people WHERE id < 12 ORDER BY id DESC",
            "SELECT * FROM days WHERE at > '2020-01-01' AND at < now()",
            "WITH a AS MATERIALIZED (SELECT author_id AS id FROM notes)"
            " SELECT count(*) FROM a JOIN a AS b USING (id) WHERE b.id > 1",
            "SELECT string_agg(text, '' ORDER BY id, text) FROM notes",
        ):
            assert app.explain(text).given == app.sql(text)


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
