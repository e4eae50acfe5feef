"""The migrations and the models describe one and the same database."""

import os

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

import backend
from backend.database import Base, connect_to
from backend.schema import create_schema

INI = os.path.join(os.path.dirname(backend.__file__), "alembic.ini")

# Everything that PostgreSQL itself knows of the tables, as text that can be compared.
COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relname IN ('categories', 'products', 'reservations') AND a.attnum > 0
    ORDER BY c.relname, a.attname
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid)
    FROM pg_constraint
    WHERE conrelid::regclass::text IN ('categories', 'products', 'reservations')
    ORDER BY 1, 2
"""
INDEXES = """
    SELECT tablename, indexname, indexdef FROM pg_indexes
    WHERE tablename IN ('categories', 'products', 'reservations') ORDER BY 1, 2
"""


@pytest.fixture
def config():
    return Config(INI)


@pytest.fixture
def migrated(make_database, config, monkeypatch):
    url = make_database()
    monkeypatch.setenv("DATABASE_URL", url)
    command.upgrade(config, "head")
    engine = connect_to(url)
    yield engine
    engine.dispose()


def test_alembic_finds_no_difference(migrated):
    with migrated.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize("query", [COLUMNS, CONSTRAINTS, INDEXES])
def test_the_catalogs_of_postgresql_are_equal(migrated, make_database, query):
    url = make_database()
    create_schema(url)
    created = connect_to(url)
    with migrated.connect() as ours, created.connect() as theirs:
        expected = theirs.execute(text(query)).all()
        assert len(expected) >= 5
        assert ours.execute(text(query)).all() == expected
    created.dispose()


def test_goes_down_and_up_again(migrated, config):
    command.downgrade(config, "base")
    assert inspect(migrated).get_table_names() == ["alembic_version"]
    command.upgrade(config, "head")
    assert "products" in inspect(migrated).get_table_names()


def test_prints_the_statements_without_a_database(config, monkeypatch, capsys):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    command.upgrade(config, "head", sql=True)
    assert "CREATE TABLE products" in capsys.readouterr().out
