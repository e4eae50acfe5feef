"""Where statements begin, in spite of all that holds a semicolon and ends none."""

from __future__ import annotations

import pytest

from workbench.running.sql_text import line_of, statement_starts

TWO = {
    "two": "SELECT 1; SELECT 2",
    "the last semicolon": "SELECT 1;\nSELECT 2;",
    "empty statements": ";;SELECT 1;; ;SELECT 2;;",
    "comments": "-- a; b\nSELECT 1 /* ; /* ; */ ; */; -- it's; over\nSELECT 2",
    "text": "SELECT ';', 'it''s;' ; SELECT 2",
    "escaped text": r"SELECT E'it\'s;' ; SELECT 2",
    "text without escapes": r"SELECT 'a\' ; SELECT 2",
    "names": 'SELECT 1 AS "a;b""c;" ; SELECT 2',
    "dollars": "DO $$ BEGIN; PERFORM 1; END $$; SELECT 2",
    "tagged dollars": "DO $a$ BEGIN PERFORM $$;$$; END $a$; SELECT 2",
    "a name with dollars": "SELECT 1 AS a$b$; SELECT 2 AS c$b$",
    "parentheses": "CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 2",
    "an atomic body": "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; "
    "SELECT CASE WHEN true THEN 1 END; END; SELECT 2",
    "a transaction": "BEGIN; END",
    "no ASCII": "SELECT 'ü€'; SELECT 2",
}


@pytest.mark.parametrize("text", TWO.values(), ids=TWO.keys())
def test_two_statements(text: str) -> None:
    starts = statement_starts(text)
    assert len(starts) == 2, starts
    assert text[starts[1] :].startswith(("SELECT 2", "END"))


@pytest.mark.parametrize("text", ["", " ; ;", "-- nothing", "/* without an end", "\n"])
def test_no_statement(text: str) -> None:
    assert statement_starts(text) == []


@pytest.mark.parametrize("text", ["SELECT 'open", 'SELECT "open', "SELECT $$open", "SELECT 1 ) ; "])
def test_what_has_no_end_is_one(text: str) -> None:
    assert statement_starts(text) == [0]


def test_lines_are_counted_from_one() -> None:
    text = "SELECT 1;\n\n  SELECT 2"
    assert [line_of(text, start) for start in statement_starts(text)] == [1, 3]


def test_a_long_text_takes_no_time() -> None:
    assert len(statement_starts("SELECT 'a''b', $$c$$, E'\\n' -- d\n;" * 5000)) == 5000
