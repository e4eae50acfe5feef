"""A database of its own for every module, and the application on it."""

from __future__ import annotations

import hashlib
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Engine, make_url, text
from sqlalchemy.orm import Session

from backend.app import create_app
from backend.auth.roles import Role
from backend.catalog.models import Category, Product
from backend.database import connect_to
from backend.schema import create_schema
from backend.settings import Settings

MakeProduct = Callable[..., Product]

#: The token of each role.
TOKENS = {role: f"the {role.name.lower()}'s" for role in Role}

# A busy machine is no failure, and the same examples are tried everywhere.
hypothesis_settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("steady")


@contextmanager
def _database(admin_url: str) -> Iterator[str]:
    admin = connect_to(admin_url, isolation_level="AUTOCOMMIT")
    name = f"backend_{uuid.uuid4().hex}"
    with admin.connect() as connection:
        # The C collation orders text as Python does, whatever the server's own default is.
        connection.execute(
            text(
                f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' "
                "LOCALE_PROVIDER libc LOCALE 'C'"
            )
        )
        # Tests need what is committed to be visible, not to survive a power cut.
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    try:
        yield make_url(admin_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture(scope="module")
def make_database(services: Any) -> Iterator[Callable[[], str]]:
    """Make an empty database and return its URL. It goes when the module ends."""
    with ExitStack() as databases:
        yield lambda: databases.enter_context(_database(services.postgres_url))


@pytest.fixture(scope="module")
def settings(make_database: Callable[[], str], services: Any) -> Settings:
    """Settings for the module's database, which has the tables."""
    database_url = make_database()
    create_schema(database_url)
    tokens = {hashlib.sha256(TOKENS[role].encode()).hexdigest(): role for role in Role}
    return Settings(database_url, services.redis_url, tokens)


@pytest.fixture(scope="module")
def engine(settings: Settings) -> Iterator[Engine]:
    engine = connect_to(settings.database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def app(settings: Settings) -> Flask:
    return create_app(settings)


@pytest.fixture(scope="session")
def sign_in() -> Callable[..., FlaskClient]:
    """A client of an application that sends the token of a role, the highest unless said."""

    def sign_in(app: Flask, role: Role = Role.ADMIN) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKENS[role]}"
        return client

    return sign_in


@pytest.fixture
def _no_rows(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM reservations"))  # faster than TRUNCATE for a few rows
        connection.execute(text("DELETE FROM products"))
        connection.execute(text("DELETE FROM categories"))


@pytest.fixture
def client(app: Flask, _no_rows: None, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    """A client of the application that may do everything, with empty tables."""
    return sign_in(app)


@pytest.fixture
def session(engine: Engine, _no_rows: None) -> Iterator[Session]:
    """A session of the test's own, on empty tables."""
    with Session(engine) as session:
        yield session


@pytest.fixture
def category(session: Session) -> Category:
    category = Category(name="Lamps")
    session.add(category)
    session.commit()
    return category


@pytest.fixture
def make_product(session: Session, category: Category) -> MakeProduct:
    """Store a product; keywords replace the defaults."""

    def make(**values: Any) -> Product:
        product = Product(**{"name": "Lamp", "price": 10, "category_id": category.id, **values})
        session.add(product)
        session.commit()
        return product

    return make


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port of this machine where connections are refused: bound, and not listening."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@pytest.fixture
def wait_until_blocked(engine: Engine) -> Callable[[str], None]:
    """Wait until the connection of an application name waits for a lock. Fails after 30 s."""

    def wait(application_name: str) -> None:
        deadline = time.monotonic() + 30
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not connection.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE application_name = :name AND wait_event_type = 'Lock'"
                ),
                {"name": application_name},
            ):
                assert time.monotonic() < deadline, f"{application_name} never waited for a lock"

    return wait
