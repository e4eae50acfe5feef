"""One session per application context, given back whatever happens."""

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from backend.catalog.models import Category
from backend.database import Database, transaction


@pytest.fixture
def database(settings):
    database = Database(settings.database_url, pool_size=2)
    yield database
    database.engine.dispose()


@pytest.fixture
def small_app(database):
    app = Flask(__name__)
    database.init_app(app)
    return app


def test_opens_a_session_when_asked_and_gives_its_connection_back(small_app, database):
    with small_app.app_context():
        assert database.engine.pool.checkedout() == 0
        session = database.session
        session.execute(text("SELECT 1"))
        assert database.session is session
        assert database.engine.pool.checkedout() == 1
    assert database.engine.pool.checkedout() == 0


def test_every_context_has_its_own_session(small_app, database):
    with small_app.app_context():
        outer = database.session
        with small_app.app_context():
            assert database.session is not outer
        assert database.session is outer


def test_rolls_back_what_was_not_committed(small_app, database, session):
    with small_app.app_context():
        database.session.add(Category(name="Lost"))
        database.session.flush()
    assert session.scalar(select(func.count()).select_from(Category)) == 0


def test_a_transaction_commits_or_leaves_the_session_usable(session, engine):
    with transaction(session):
        session.add(Category(name="Kept"))
    with pytest.raises(IntegrityError), transaction(session):
        session.add_all([Category(name="Lost"), Category(name="Kept")])
    assert session.scalar(select(func.count()).select_from(Category)) == 1
    with engine.connect() as other:
        assert other.scalars(select(Category.name)).all() == ["Kept"]


def test_outlives_connections_that_the_server_closed(database, engine):
    with database.engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    with engine.connect() as other:
        # The second argument waits until the process is gone.
        assert other.scalar(text(f"SELECT pg_terminate_backend({pid}, 5000)"))
    database.ping()
