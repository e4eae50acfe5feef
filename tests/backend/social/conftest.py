"""The social network in a database of its own, which belongs to a role without further rights."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import Any

import psycopg2
import pytest
from psycopg2.extras import RealDictCursor
from sqlalchemy import make_url

from backend.social.schema import FOLDER, create_social_schema

OWNER = "social_owner"


class Session:
    """One connection. What it does is a transaction until commit() or rollback()."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url)
        self.pid = self._connection.info.backend_pid

    def rows(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows; none for one that has no result."""
        with self._connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def records(self, statement: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
        """Run a statement with %(name)s in it and return its rows by the names of their columns."""
        with self._connection.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(statement, parameters)
            return [dict(row) for row in cursor.fetchall()]

    def value(self, statement: str, *parameters: Any) -> Any:
        """The only value of the only row."""
        [[value]] = self.rows(statement, *parameters)
        return value

    def refuses(self, name: str, statement: str, *parameters: Any) -> None:
        """Assert that the constraint or index of this name refuses the statement."""
        self.rows("SAVEPOINT before")
        with pytest.raises(psycopg2.IntegrityError) as caught:
            self.rows(statement, *parameters)
        self.rows("ROLLBACK TO SAVEPOINT before")
        assert caught.value.diag.constraint_name == name

    def commit(self) -> None:
        self._connection.commit()

    def rollback(self) -> None:
        self._connection.rollback()

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="session")
def owner(services: Any) -> str:
    with closing(psycopg2.connect(services.postgres_url)) as admin:
        admin.autocommit = True
        admin.cursor().execute(f"CREATE ROLE {OWNER} LOGIN PASSWORD '{OWNER}'")
    return OWNER


@pytest.fixture(scope="module")
def make_owned_database(
    make_database: Callable[[], str], owner: str, services: Any
) -> Callable[[], str]:
    """Make an empty database of the owner's and return the URL by which the owner enters it."""

    def make() -> str:
        url = make_url(make_database())
        with closing(psycopg2.connect(services.postgres_url)) as admin:
            admin.autocommit = True
            admin.cursor().execute(f"ALTER DATABASE {url.database} OWNER TO {owner}")
        return url.set(username=owner, password=owner).render_as_string(hide_password=False)

    return make


@pytest.fixture(scope="module")
def social_url(make_owned_database: Callable[[], str]) -> str:
    url = make_owned_database()
    create_social_schema(url)
    return url


@pytest.fixture(scope="session")
def session_class() -> type[Session]:
    return Session


@pytest.fixture
def open_session(social_url: str) -> Iterator[Callable[[], Session]]:
    """Open one more session. At the end each is rolled back, and what was committed goes."""
    with ExitStack() as sessions:

        def opened() -> Session:
            session = Session(social_url)
            sessions.callback(session.close)
            return session

        yield opened
    with closing(Session(social_url)) as cleaner:
        if cleaner.value("SELECT EXISTS (SELECT FROM users)"):
            cleaner.rows("TRUNCATE users CASCADE")
            cleaner.commit()


@pytest.fixture
def db(open_session: Callable[[], Session]) -> Session:
    return open_session()


@pytest.fixture
def add_user(db: Session) -> Callable[..., int]:
    """Store a user with these columns and return the id."""
    numbers = itertools.count(1)

    def add(**columns: Any) -> int:
        number = next(numbers)
        defaults = {
            "username": f"user_{number}",
            "email": f"user_{number}@example.org",
            "password_hash": "secret",
        }
        return insert(db, "users", {**defaults, **columns})

    return add


@pytest.fixture
def add_post(db: Session, add_user: Callable[..., int]) -> Callable[..., int]:
    """Store a post with these columns and return the id. `reply_to`: the id of another post."""

    def add(reply_to: int | None = None, **columns: Any) -> int:
        if "user_id" not in columns:
            columns["user_id"] = add_user()
        if reply_to is not None:
            root = db.value("SELECT thread_id FROM posts WHERE id = %s", reply_to)
            columns |= {"parent_post_id": reply_to, "thread_root_id": root}
        return insert(db, "posts", {"content": "Hello", **columns})

    return add


def insert(db: Session, table: str, columns: dict[str, Any]) -> int:
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    overriding = "OVERRIDING SYSTEM VALUE" if "id" in columns else ""
    statement = f"INSERT INTO {table} ({names}) {overriding} VALUES ({marks}) RETURNING id"
    stored: int = db.value(statement, *columns.values())
    return stored


Start = Callable[..., "Future[list[tuple[Any, ...]]]"]


@pytest.fixture
def start_waiting(social_url: str, open_session: Callable[[], Session]) -> Iterator[Start]:
    """Start a statement of another session that has to wait; return once it does wait for a lock.

    The session commits when its statement is done.
    """
    watcher = open_session()
    with ThreadPoolExecutor(4) as pool:

        def start(session: Session, statement: str, *parameters: Any) -> Future[Any]:
            def run() -> list[tuple[Any, ...]]:
                rows = session.rows(statement, *parameters)
                session.commit()
                return rows

            started = pool.submit(run)
            deadline = time.monotonic() + 30
            while not watcher.value(
                "SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted", session.pid
            ):
                assert not started.done(), f"it did not wait: {started.exception()}"
                assert time.monotonic() < deadline, f"{statement} never waited for a lock"
            return started

        yield start


@pytest.fixture
def ask(db: Session) -> Callable[..., list[dict[str, Any]]]:
    """Run the query of this name with its parameters; its rows by the names of their columns."""

    def run(name: str, **parameters: Any) -> list[dict[str, Any]]:
        text = (FOLDER / "queries" / f"{name}.sql").read_text(encoding="utf-8")
        return db.records(text, parameters)

    return run
