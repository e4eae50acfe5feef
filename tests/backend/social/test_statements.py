"""A file falls into its statements at the right semicolons, whatever is quoted."""

import pytest

from backend.social.statements import split


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 'a;b', 'it''s; fine'",
        r"SELECT E'a\';b', e'\\'",
        r"SELECT 'a\'",  # a backslash is only one in an ordinary text
        'SELECT ";" AS "a"";b"',
        "SELECT 1 -- a; b",
        "SELECT 1 /* a; /* b; */ c; */ + 1",
        "CREATE FUNCTION f() RETURNS void AS $$ a; b; $$ LANGUAGE sql",
        "CREATE FUNCTION f() RETURNS void AS $x$ a; $$ b; $$ $x$ LANGUAGE sql",
        "SELECT a$b$c",
        "CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2)",
        "CREATE OR REPLACE FUNCTION f() RETURNS int\nBEGIN ATOMIC\n  SELECT 1;\n"
        "  SELECT CASE WHEN true THEN 1 END;\nEND",
        "CREATE PROCEDURE begin_atomic() BEGIN ATOMIC END",
        "SELECT '%s', 10 % 3, 'grün 🙂; '",
    ],
)
def test_a_statement_stays_whole(statement):
    assert [text for _, text in split(f"{statement};\nSELECT 2;")] == [statement, "SELECT 2"] or (
        # Behind a comment to the end of the line the semicolon must stand on the next.
        [text.rstrip() for _, text in split(f"{statement}\n;SELECT 2")] == [statement, "SELECT 2"]
    )


def test_statements_have_the_lines_on_which_they_begin():
    sql = "-- first; not a statement\n\nSELECT 1;\n/* two\nlines; */ SELECT\n2; ;\n\nBEGIN;COMMIT"
    assert list(split(sql)) == [
        (3, "SELECT 1"),
        (5, "SELECT\n2"),
        (8, "BEGIN"),
        (8, "COMMIT"),
    ]


@pytest.mark.parametrize("sql", ["", " \n", "-- nothing", "/* open", ";;"])
def test_no_statement(sql):
    assert list(split(sql)) == []


@pytest.mark.parametrize(
    "sql", ["SELECT 'open; text", 'SELECT "open', "SELECT $$ open;", "a ) ; b"]
)
def test_what_postgresql_will_refuse_still_comes_out(sql):
    assert "".join(text for _, text in split(sql))
