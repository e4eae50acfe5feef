"""Which statements count as an answer's own."""

from __future__ import annotations

import pytest

from workbench.checking.statements import own_statements
from workbench.running.postgres_wire import Statement

HOUSE = (
    "BEGIN", "BEGIN ISOLATION LEVEL SERIALIZABLE;", "begin (implicit)", "COMMIT", " ROLLBACK ;\n",
    "ROLLBACK TO SAVEPOINT sa_savepoint_1", "SAVEPOINT a", "RELEASE SAVEPOINT a", "SHOW x", "",
    "SET search_path TO public", "DISCARD ALL", "DEALLOCATE ALL;", "SELECT 1", "select 1;", ";",
    "START TRANSACTION READ ONLY", "select pg_catalog.version()", "select current_schema()",
    "SELECT t.oid, typarray\nFROM pg_type t JOIN pg_namespace ns\n    ON typnamespace = ns.oid\n"
    "WHERE typname = 'hstore';\n",
)  # fmt: skip

OWN = (
    "SELECT 10", "SELECT 1 FROM products", "SETTLE", "UPDATE products SET price = 1",
    "SET a.b TO 'c'; SELECT * FROM products", "BEGIN; DELETE FROM products; COMMIT",
    "SELECT version(), (SELECT count(*) FROM products)", "SHOW x; SELECT 2", "DEALLOCATE a; SELECT",
    "SELECT t.oid, typarray FROM pg_type t, products", "SELECT current_schema() FROM products",
)  # fmt: skip


@pytest.mark.parametrize("text", HOUSE)
def test_what_drivers_say_of_their_own_accord_does_not_count(text: str) -> None:
    assert own_statements([Statement(text)]) == ()


def test_a_text_of_spaces_is_looked_through_once() -> None:
    """By an expression that tried from each space this would take minutes."""
    texts = [f"SET a{' ' * 60_000}; SELECT {number}" for number in range(20)]
    assert len(own_statements(map(Statement, texts))) == 20


@pytest.mark.parametrize("text", OWN)
def test_nothing_hides_behind_it(text: str) -> None:
    assert [one.text for one in own_statements([Statement(text)])] == [text]
