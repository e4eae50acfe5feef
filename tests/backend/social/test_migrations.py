"""The revisions lead from nothing, and from the schema as it is, to one and the same posts."""

import os

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

import backend.social
from backend.database import connect_to
from backend.social.schema import create_social_schema

SHAPE = """
    SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
    WHERE conrelid = 'posts'::regclass
    UNION ALL
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index
    WHERE indrelid = 'posts'::regclass
    ORDER BY 1, 2
"""


@pytest.fixture
def config():
    return Config(os.path.join(os.path.dirname(backend.social.__file__), "alembic.ini"))


@pytest.fixture
def engine(make_owned_database, monkeypatch):
    url = make_owned_database()
    monkeypatch.setenv("DATABASE_URL", url)
    engine = connect_to(url)
    yield engine
    engine.dispose()


def ask(engine, statement):
    with engine.begin() as connection:
        found = connection.execute(text(statement))
        return found.all() if found.returns_rows else []


def add_posts(engine, count):
    ask(engine, "INSERT INTO users (username, email, password_hash) VALUES ('a', 'a@b.c', 'x')")
    ask(
        engine,
        "INSERT INTO posts (user_id, content, created_at) SELECT users.id, 'post ' || n,"
        " timestamptz '2024-01-01' + n * interval '1 min'"
        f" FROM users, generate_series(1, {count}) AS n",
    )


def url_of(engine):
    return engine.url.render_as_string(hide_password=False)


def test_the_first_revision_makes_the_schema(engine, config, make_owned_database):
    other = connect_to(make_owned_database())
    create_social_schema(url_of(other))
    command.upgrade(config, "0001")
    assert ask(engine, SHAPE) == ask(other, SHAPE)
    tables = set(inspect(engine).get_table_names()) - {"alembic_version"}
    assert tables == set(inspect(other).get_table_names())
    other.dispose()


def test_a_schema_that_is_there_is_stamped_and_upgraded(engine, config):
    create_social_schema(url_of(engine))
    add_posts(engine, 2500)
    before = ask(engine, SHAPE)
    command.stamp(config, "0001")
    command.upgrade(config, "head")
    [(same,)] = ask(engine, "SELECT bool_and(published_at = created_at) FROM posts")
    assert same
    ask(engine, "INSERT INTO posts (user_id, content) SELECT id, 'new' FROM users")
    [(new,)] = ask(engine, "SELECT published_at = created_at FROM posts WHERE content = 'new'")
    assert new
    assert all(valid for *_, valid in ask(engine, SHAPE))
    command.downgrade(config, "0001")
    assert ask(engine, SHAPE) == before


def test_the_second_revision_can_be_run_again(engine, config):
    """After a failure its number is not noted, whatever it has done."""
    command.upgrade(config, "head")
    add_posts(engine, 3)
    shape = ask(engine, SHAPE)
    ask(engine, "ALTER TABLE posts ALTER published_at DROP NOT NULL,"
                " DROP CONSTRAINT posts_published_at_check")  # fmt: skip
    ask(engine, "UPDATE posts SET published_at = NULL WHERE content = 'post 2'")
    ask(engine, "UPDATE alembic_version SET version_num = '0001'")
    command.upgrade(config, "head")
    assert ask(engine, SHAPE) == shape
    assert ask(engine, "SELECT count(*) FROM posts WHERE published_at IS NULL") == [(0,)]
